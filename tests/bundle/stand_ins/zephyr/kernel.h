// STAND-IN for Zephyr's header of this name: what generated code uses of it, nothing else.
#pragma once

void printk(const char* format, ...);
int k_msleep(int milliseconds);
