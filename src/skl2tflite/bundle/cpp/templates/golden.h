// $generated
//
// Rows whose answers are known.
#ifndef ${GUARD}_GOLDEN_H_
#define ${GUARD}_GOLDEN_H_

#include <vector>

#include "${name}.h"

namespace $name {

std::vector<Features> GoldenRows();

}  // namespace $name

#endif  // ${GUARD}_GOLDEN_H_
