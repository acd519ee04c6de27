// ${generated}
// The golden vectors on the target, then the answer for each of them.
#include "tensorflow/lite/micro/micro_log.h"
#include "tensorflow/lite/micro/system_setup.h"

#include "${name}_golden.h"
#include "${name}_model.h"

namespace {

${name}::Model theModel;

}  // namespace

int main() {
  tflite::InitializeTarget();
  if (theModel.Init() != kTfLiteOk) {
    MicroPrintf("${name}: the arena is too small, or an operator is missing");
    return 1;
  }
  const int failures = ${name}::CountGoldenFailures(&theModel);
  MicroPrintf("${name}: %d of %d golden vectors agree", ${name}::kGoldenCount - failures, ${name}::kGoldenCount);
  for (int row = 0; row < ${name}::kGoldenCount; ++row) {
    ${name}::Prediction prediction;
    if (theModel.Predict(${name}::kGoldenFeatures[row], &prediction) == kTfLiteOk) {
      MicroPrintf("row %d: ${print_format}", row, ${print_value});
    }
  }
  MicroPrintf(failures == 0 ? "~~~ALL TESTS PASSED~~~" : "~~~SOME TESTS FAILED~~~");
  return failures == 0 ? 0 : 1;
}
