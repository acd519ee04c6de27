// ${generated}
// The golden vectors on the board, then the LED blinks what the model says of each.
#include <zephyr/drivers/gpio.h>
#include <zephyr/kernel.h>

#include "${name}_golden.h"
#include "${name}_model.h"

namespace {

const gpio_dt_spec kLed = GPIO_DT_SPEC_GET_OR(DT_ALIAS(led0), gpios, {});

${name}::Model theModel;

}  // namespace

int main() {
  const bool has_led = gpio_is_ready_dt(&kLed) && gpio_pin_configure_dt(&kLed, GPIO_OUTPUT_INACTIVE) == 0;
  if (theModel.Init() != kTfLiteOk) {
    printk("${name}: the arena is too small, or the library lacks an operator\n");
    return 1;
  }
  const int failures = ${name}::CountGoldenFailures(&theModel);
  printk("${name}: %d of %d golden vectors agree\n", ${name}::kGoldenCount - failures, ${name}::kGoldenCount);
  for (int row = 0;; row = (row + 1) % ${name}::kGoldenCount) {
    // Put what your sensors say here: ${name}::Features features = {...};
    const ${name}::Features& features = ${name}::kGoldenFeatures[row];
    ${name}::Prediction prediction;
    if (theModel.Predict(features, &prediction) == kTfLiteOk) {
      printk("${print_format}\n", ${print_value});
      for (int blinks = has_led ? ${blinks} : 0; blinks > 0; --blinks) {
        gpio_pin_set_dt(&kLed, 1);
        k_msleep(150);
        gpio_pin_set_dt(&kLed, 0);
        k_msleep(150);
      }
    }
    k_msleep(1000);
  }
}
