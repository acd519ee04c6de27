// $generated
//
// Compares the model with what scikit-learn's converted file gave where this bundle was made: ${name}_golden_test FILE
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <functional>
#include <type_traits>
#include <vector>

#include "${name}_golden.h"

namespace {

using namespace $name;  // NOLINT: this is its test

using Numbers = std::vector<double>;

template <typename Held>
void Add(const Held& held, Numbers* numbers) {
  if constexpr (std::is_arithmetic_v<Held>) {
    numbers->push_back(static_cast<double>(held));
  } else {
    for (const auto& each : held) numbers->push_back(static_cast<double>(each));
  }
}

int Compare(const char* what, size_t row, const Numbers& actual, const Numbers& expected, const Numbers& tolerances) {
  int failures = actual.size() == expected.size() ? 0 : 1;
  for (size_t i = 0; failures == 0 && i < expected.size(); ++i) {
    const bool same = std::isnan(expected[i]) ? std::isnan(actual[i])
                                              : actual[i] == expected[i] ||
                                                    std::abs(actual[i] - expected[i]) <= tolerances[i % tolerances.size()];
    if (!same) {
      ++failures;
      std::printf("%s: row %zu, number %zu is %.9g, not %.9g\n", what, row, i, actual[i], expected[i]);
    }
  }
  return failures;
}

// A method's answers for rows one by one, and for all of those that have one at once.
template <typename Row, typename Result>
int CheckMethod(const char* what, const std::vector<Row>& rows, const std::function<Result(const Row&)>& one,
                const std::function<std::vector<Result>(const std::vector<Row>&)>& all,
                const std::function<Numbers(const Result&)>& numbers, const std::vector<Numbers>& expected,
                const Numbers& tolerances) {
  int failures = 0;
  std::vector<Row> answered;
  std::vector<size_t> places;
  for (size_t row = 0; row < rows.size(); ++row) {
    Numbers actual;
    try {
      actual = numbers(one(rows[row]));
      answered.push_back(rows[row]);
      places.push_back(row);
    } catch (const NoAnswer&) {
    }
    failures += Compare(what, row, actual, expected[row], tolerances);
  }
  const std::vector<Result> results = all(answered);
  for (size_t i = 0; i < results.size(); ++i) {
    failures += Compare(what, places[i], numbers(results[i]), expected[places[i]], tolerances);
  }
  return failures;
}

int CheckTensors() {
  int failures = 0;
  FeaturesTensors tensors;
  for (const Features& row : GoldenRows()) Append(row, &tensors);
  Numbers actual;
$check_tensors
  return failures;
}

$check_functions
}  // namespace

int main(int count, char** arguments) {
  try {
    Model model(count > 1 ? arguments[1] : "${name}.tflite");
    int failures = CheckTensors();
$check_calls
    std::printf("%s\n", failures == 0 ? "all golden rows passed" : "golden rows FAILED");
    return failures == 0 ? 0 : 1;
  } catch (const std::exception& error) {
    std::printf("%s\n", error.what());
    return 1;
  }
}
