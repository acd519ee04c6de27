// $generated
//
// Reads a row and says what the model gives for it:
//
//   ${name}_example FILE [NAME=VALUE ...]
//
// A feature that is not named has the value that it has in the first golden row. A category without a text, NAME=, is
// missing.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <set>
#include <string>

#include "${name}_golden.h"

namespace {

[[maybe_unused]] float ToNumber(const std::string& name, const std::string& text) {
  if (text.empty()) return $name::kMissing;
  char* end = nullptr;
  const float number = std::strtof(text.c_str(), &end);
  if (*end != '\0') throw $name::Error(name + ": '" + text + "' is no number");
  return number;
}

[[maybe_unused]] int32_t ToWhole(const std::string& name, const std::string& text) {
  char* end = nullptr;
  const long long number = std::strtoll(text.c_str(), &end, 10);
  if (text.empty() || *end != '\0' || number < INT32_MIN || number > INT32_MAX) {
    throw $name::Error(name + ": '" + text + "' is no whole number of 32 bits");
  }
  return static_cast<int32_t>(number);
}

[[maybe_unused]] bool ToBool(const std::string& name, const std::string& text) {
  if (text == "true" || text == "1") return true;
  if (text == "false" || text == "0") return false;
  throw $name::Error(name + ": '" + text + "' is no truth value; give true or false");
}

[[maybe_unused]] $name::Category ToCategory(const std::string& text) {
  return text.empty() ? $name::Category::Missing() : $name::Category(text);
}

bool Set($name::Features* row, const std::string& name, const std::string& text) {
$set_members
  return false;
}

}  // namespace

int main(int count, char** arguments) {
  try {
    $name::Model model(count > 1 ? arguments[1] : "${name}.tflite");
    $name::Features row = $name::GoldenRows().front();
    std::set<std::string> named;
    for (int i = 2; i < count; ++i) {
      const std::string argument = arguments[i];
      const size_t at = argument.find('=');
      if (at == std::string::npos || !Set(&row, argument.substr(0, at), argument.substr(at + 1))) {
        std::fprintf(stderr, "%s sets no feature\n", argument.c_str());
        return 2;
      }
      if (!named.insert(argument.substr(0, at)).second) {
        std::fprintf(stderr, "%s sets a feature that is set already\n", argument.c_str());
        return 2;
      }
    }
$print_answers
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
