// STAND-IN for ESP-IDF's header of this name: what generated code uses of it, nothing else.
#pragma once

enum gpio_num_t { GPIO_NUM_2 = 2 };
enum gpio_mode_t { GPIO_MODE_OUTPUT = 2 };

int gpio_reset_pin(gpio_num_t pin);
int gpio_set_direction(gpio_num_t pin, gpio_mode_t mode);
int gpio_set_level(gpio_num_t pin, unsigned level);
