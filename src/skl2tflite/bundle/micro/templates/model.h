// ${generated}
#ifndef ${GUARD}_MODEL_H_
#define ${GUARD}_MODEL_H_

#include <cstddef>
#include <cstdint>

#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"

namespace ${name} {

constexpr int kFeatureCount = ${feature_count};

${category_declarations}// What the model takes, as it was trained on: not scaled, for scaling is part of the model.
struct Features {
${feature_members}
};${feature_check}
${label_declarations}
// What the model gives.
struct Prediction {
${prediction_members}
};

// Bytes of working memory: the least that suffices on a 64-bit host, rounded up. 32-bit devices need less; to save
// memory, print Model::arena_used_bytes() and try smaller sizes until Init() fails.
constexpr size_t kArenaSize = ${arena_size};

// Exactly the operators that the model uses.
class OpResolver : public tflite::MicroMutableOpResolver<${operator_count}> {
 public:
  OpResolver();
};

// The model with its memory: keep it in a static variable, for it is too large for most stacks.
class Model {
 public:
  Model();

  // Plans the memory; call it once. Fails where the arena is too small or TFLM lacks an operator.
  TfLiteStatus Init();

  // Computes ${method} of one row.
  TfLiteStatus Predict(const Features& features, Prediction* prediction);

  size_t arena_used_bytes() const { return interpreter_.arena_used_bytes(); }

 private:
  alignas(16) uint8_t arena_[kArenaSize];
  OpResolver resolver_;
  tflite::MicroInterpreter interpreter_;
};

}  // namespace ${name}

#endif  // ${GUARD}_MODEL_H_
