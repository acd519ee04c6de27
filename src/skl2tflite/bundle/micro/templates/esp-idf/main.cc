// ${generated}
// The golden vectors on the board, then the LED blinks what the model says of each.
#include <cstdio>

#include "driver/gpio.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"

#include "${name}_golden.h"
#include "${name}_model.h"

namespace {

constexpr gpio_num_t kLed = GPIO_NUM_2;  // of most ESP32 boards

${name}::Model theModel;

void Wait(int milliseconds) { vTaskDelay(milliseconds / portTICK_PERIOD_MS); }

}  // namespace

extern "C" void app_main() {
  gpio_reset_pin(kLed);
  gpio_set_direction(kLed, GPIO_MODE_OUTPUT);
  if (theModel.Init() != kTfLiteOk) {
    std::printf("${name}: the arena is too small, or the library lacks an operator\n");
    return;
  }
  const int failures = ${name}::CountGoldenFailures(&theModel);
  std::printf("${name}: %d of %d golden vectors agree\n", ${name}::kGoldenCount - failures, ${name}::kGoldenCount);
  for (int row = 0;; row = (row + 1) % ${name}::kGoldenCount) {
    // Put what your sensors say here: ${name}::Features features = {...};
    const ${name}::Features& features = ${name}::kGoldenFeatures[row];
    ${name}::Prediction prediction;
    if (theModel.Predict(features, &prediction) == kTfLiteOk) {
      std::printf("${print_format}\n", ${print_value});
      for (int blinks = ${blinks}; blinks > 0; --blinks) {
        gpio_set_level(kLed, 1);
        Wait(150);
        gpio_set_level(kLed, 0);
        Wait(150);
      }
    }
    Wait(1000);
  }
}
