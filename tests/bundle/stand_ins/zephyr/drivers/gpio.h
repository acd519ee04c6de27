// STAND-IN for Zephyr's header of this name: what generated code uses of it, nothing else.
#pragma once

struct gpio_dt_spec {
  int pin;
};

#define GPIO_DT_SPEC_GET_OR(node, property, fallback) fallback
#define DT_ALIAS(alias) 0
#define GPIO_OUTPUT_INACTIVE 1

bool gpio_is_ready_dt(const gpio_dt_spec* spec);
int gpio_pin_configure_dt(const gpio_dt_spec* spec, int flags);
int gpio_pin_set_dt(const gpio_dt_spec* spec, int value);
