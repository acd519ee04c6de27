// ${generated}
#ifndef ${GUARD}_GOLDEN_H_
#define ${GUARD}_GOLDEN_H_

#include "${name}_model.h"

namespace ${name} {

constexpr int kGoldenCount = ${golden_count};
extern const Features kGoldenFeatures[kGoldenCount];

// What TensorFlow Lite Micro gave for these rows on the host that made this file.
extern const Prediction kGoldenPredictions[kGoldenCount];

// Runs the model, on which Init() must have succeeded, on all rows; returns how many do not give what they should.
int CountGoldenFailures(Model* model);

}  // namespace ${name}

#endif  // ${GUARD}_GOLDEN_H_
