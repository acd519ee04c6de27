// ${generated}
// The golden vectors on the board, then the LED blinks what the model says of each.
#include <Arduino.h>
#include <Chirale_TensorFlowLite.h>

#include "${name}_golden.h"
#include "${name}_model.h"

static ${name}::Model theModel;
static bool isReady = false;

void setup() {
  pinMode(LED_BUILTIN, OUTPUT);
  Serial.begin(115200);
  delay(2000);
  isReady = theModel.Init() == kTfLiteOk;
  if (!isReady) {
    Serial.println("${name}: the arena is too small, or the library lacks an operator");
    return;
  }
  Serial.print("golden vectors that differ: ");
  Serial.println(${name}::CountGoldenFailures(&theModel));
}

void loop() {
  static int row = 0;
  // Put what your sensors say here: ${name}::Features features = {...};
  const ${name}::Features& features = ${name}::kGoldenFeatures[row];
  row = (row + 1) % ${name}::kGoldenCount;

  ${name}::Prediction prediction;
  if (!isReady || theModel.Predict(features, &prediction) != kTfLiteOk) {
    delay(1000);
    return;
  }
  Serial.println(${print_value});
  for (int blinks = ${blinks}; blinks > 0; --blinks) {
    digitalWrite(LED_BUILTIN, HIGH);
    delay(150);
    digitalWrite(LED_BUILTIN, LOW);
    delay(150);
  }
  delay(1000);
}
