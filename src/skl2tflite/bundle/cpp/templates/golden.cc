// $generated
#include "${name}_golden.h"

namespace $name {
namespace {

[[maybe_unused]] constexpr float kInfinity = std::numeric_limits<float>::infinity();

$golden_rows
}  // namespace

std::vector<Features> GoldenRows() { return {$golden_calls}; }

}  // namespace $name
