// $generated
#include "${name}_encoding.h"

#include <algorithm>
#include <cmath>

namespace $name {

Vocabulary::Vocabulary(std::vector<std::string_view> texts) : texts_(std::move(texts)) {
  for (size_t i = 0; i < texts_.size(); ++i) codes_[texts_[i]] = static_cast<int32_t>(i);
}

int32_t Vocabulary::Code(const Category& value) const {
  if (value.code() != 0) return value.code();
  auto found = codes_.find(value.text());
  return found == codes_.end() ? -1 : found->second;
}

float Number(float value, bool takes_missing, const char* feature) {
  if (std::isinf(value)) throw Error(std::string(feature) + " is infinite, or too large for a float32");
  if (std::isnan(value) && !takes_missing) {
    throw Error(std::string(feature) + " is missing, and the model takes no missing value there");
  }
  return value;
}

float OneOf(std::initializer_list<float> only, float value, const char* feature) {
  for (float each : only) {
    if (each == value) return value;
  }
  if (std::isnan(value) && std::any_of(only.begin(), only.end(), [](float each) { return std::isnan(each); })) {
    return value;
  }
  throw Error(std::string(feature) + " is none of the numbers that the model knows");
}

int32_t WholeOneOf(std::initializer_list<int32_t> only, int32_t value, const char* feature) {
  if (std::find(only.begin(), only.end(), value) != only.end()) return value;
  throw Error(std::string(feature) + " is none of the numbers that the model knows");
}

int32_t Code(const Vocabulary& vocabulary, const Category& value, std::initializer_list<int32_t> refused,
             const char* feature) {
  const int32_t code = vocabulary.Code(value);
  if (std::find(refused.begin(), refused.end(), code) == refused.end()) return code;
  if (code < -1) throw Error(std::string(feature) + " is missing, and the model takes no missing value there");
  throw Error(std::string(feature) + " is none of the categories that the model knows: " + value.text());
}

void AppendCharacters(const std::string& utf8, size_t length, int32_t padding, const char* feature,
                      std::vector<int32_t>* points) {
  const size_t start = points->size();
  for (size_t i = 0; i < utf8.size();) {
    const auto lead = static_cast<unsigned char>(utf8[i]);
    const size_t size = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
    int32_t point = size == 1 ? lead : lead & (0xFF >> (size + 1));
    bool valid = size > 0 && i + size <= utf8.size();
    for (size_t k = 1; valid && k < size; ++k) {
      const auto next = static_cast<unsigned char>(utf8[i + k]);
      valid = (next & 0xC0) == 0x80;
      point = point << 6 | (next & 0x3F);
    }
    const bool overlong = (size == 3 && point < 0x800) || (size == 4 && point < 0x10000);
    if (!valid || overlong || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000)) {
      throw Error(std::string(feature) + " is no text in UTF-8");
    }
    points->push_back(point);
    i += size;
  }
  if (points->size() - start > length) {
    throw Error(std::string(feature) + " is a text of more than " + std::to_string(length) + " characters");
  }
  points->resize(start + length, padding);
}

}  // namespace $name
