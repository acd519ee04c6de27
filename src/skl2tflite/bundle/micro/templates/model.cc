// ${generated}
#include "${name}_model.h"

#include <cmath>
#include <cstring>

#include "tensorflow/lite/schema/schema_generated.h"

#include "${name}_model_data.h"

namespace ${name} {
${category_definitions}${label_definitions}
OpResolver::OpResolver() {
${operators}
}

Model::Model() : interpreter_(tflite::GetModel(g_${name}_model_data), resolver_, arena_, kArenaSize) {}

TfLiteStatus Model::Init() {
  if (tflite::GetModel(g_${name}_model_data)->version() != TFLITE_SCHEMA_VERSION) {
    return kTfLiteError;
  }
  return interpreter_.AllocateTensors();
}

TfLiteStatus Model::Predict(const Features& features, Prediction* prediction) {
${write_inputs}
  const TfLiteStatus status = interpreter_.Invoke();
  if (status != kTfLiteOk) {
    return status;
  }
${read_outputs}
  return kTfLiteOk;
}

}  // namespace ${name}
