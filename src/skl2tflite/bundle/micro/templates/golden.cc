// ${generated}
#include "${name}_golden.h"

#include <cmath>

namespace ${name} {

const Features kGoldenFeatures[kGoldenCount] = {
${golden_features}
};

const Prediction kGoldenPredictions[kGoldenCount] = {
${golden_predictions}
};

namespace {

// Kernels of other processors may round otherwise.
inline bool Same(float actual, float expected) {
  if (std::isnan(expected)) {
    return std::isnan(actual);
  }
  return actual == expected || std::fabs(actual - expected) <= 1e-5f + 1e-4f * std::fabs(expected);
}

inline bool Same(int32_t actual, int32_t expected) { return actual == expected; }

template <typename T, int N>
bool Same(const T (&actual)[N], const T (&expected)[N]) {
  for (int i = 0; i < N; ++i) {
    if (!Same(actual[i], expected[i])) {
      return false;
    }
  }
  return true;
}

}  // namespace

int CountGoldenFailures(Model* model) {
  int failures = 0;
  for (int row = 0; row < kGoldenCount; ++row) {
    const Prediction& expected = kGoldenPredictions[row];
    Prediction actual;
    const bool same = model->Predict(kGoldenFeatures[row], &actual) == kTfLiteOk${golden_comparisons};
    failures += same ? 0 : 1;
  }
  return failures;
}

}  // namespace ${name}
