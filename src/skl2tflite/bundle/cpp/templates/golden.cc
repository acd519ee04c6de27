// $generated
#include "${name}_golden.h"

namespace $name {
namespace {

$golden_rows
}  // namespace

std::vector<Features> GoldenRows() { return {$golden_calls}; }

}  // namespace $name
