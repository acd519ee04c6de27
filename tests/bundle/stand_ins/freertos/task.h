// STAND-IN for FreeRTOS's header of this name: what generated code uses of it, nothing else.
#pragma once

void vTaskDelay(unsigned ticks);
