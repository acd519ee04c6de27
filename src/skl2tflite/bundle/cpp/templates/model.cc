// $generated
#include "${name}.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <utility>

#include "${name}_runner.h"

namespace $name {
namespace {

constexpr bool kFixedRows = $fixed_rows;    // whether a call of the file takes so many rows, no fewer and no more
constexpr size_t kMostRows = $most_rows;

// The position of the greatest number, as NumPy's argmax has it: the first one, or that of NaN.
template <typename Numbers>
[[maybe_unused]] size_t Greatest(const Numbers& numbers) {
  size_t best = 0;
  for (size_t i = 1; i < numbers.size(); ++i) {
    if (numbers[i] > numbers[best] || (std::isnan(numbers[i]) && !std::isnan(numbers[best]))) best = i;
  }
  return best;
}

std::vector<char> Read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error("there is no file " + path);
  return std::vector<char>(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

}  // namespace

$vocabulary_definitions
$label_definitions
$appends
Model::Model(const std::string& path) : runner_(std::make_unique<Runner>(Read(path))) {}

Model::Model(const void* content, size_t size)
    : runner_(std::make_unique<Runner>(
          std::vector<char>(static_cast<const char*>(content), static_cast<const char*>(content) + size))) {}

Model::~Model() = default;

$methods
}  // namespace $name
