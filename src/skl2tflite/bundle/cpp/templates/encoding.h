// $generated
//
// How values become the numbers that tensors hold. Nothing here needs LiteRT.
#ifndef ${GUARD}_ENCODING_H_
#define ${GUARD}_ENCODING_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace $name {

// What is wrong with a row, the file or LiteRT.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The model has no answer for a row, as scikit-learn has none.
class NoAnswer : public Error {
 public:
  using Error::Error;
};

// A number that is missing.
constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

// A value of a column of text: a text in UTF-8, or a missing value. scikit-learn tells three of these apart: NaN
// (Missing), None and pandas.NA.
class Category {
 public:
  Category() : code_(-2) {}
  Category(std::string text) : text_(std::move(text)) {}  // NOLINT: a text is a category
  Category(const char* text) : text_(text) {}             // NOLINT
  static Category Missing() { return Category(-2); }
  static Category None() { return Category(-3); }
  static Category NA() { return Category(-4); }
  // What is in no vocabulary.
  static Category Unknown() { return Category(-1); }

  // The code of a value that is no text; 0 for texts.
  int32_t code() const { return code_; }
  const std::string& text() const { return text_; }

 private:
  explicit Category(int32_t code) : code_(code) {}

  std::string text_;
  int32_t code_ = 0;
};

// The texts that the model knows of a column; their positions are their codes.
class Vocabulary {
 public:
  explicit Vocabulary(std::vector<std::string_view> texts);
  const std::vector<std::string_view>& texts() const { return texts_; }
  // The code of a value: -1 for a text that is not here.
  int32_t Code(const Category& value) const;

 private:
  std::vector<std::string_view> texts_;
  std::unordered_map<std::string_view, int32_t> codes_;
};

// Each of these raises Error for a value that the model does not take, as scikit-learn does, and names the feature.
float Number(float value, bool takes_missing, const char* feature);
float OneOf(std::initializer_list<float> only, float value, const char* feature);
int32_t WholeOneOf(std::initializer_list<int32_t> only, int32_t value, const char* feature);
int32_t Code(const Vocabulary& vocabulary, const Category& value, std::initializer_list<int32_t> refused,
             const char* feature);
// Appends the code points of a text, filled up to a length.
void AppendCharacters(const std::string& utf8, size_t length, int32_t padding, const char* feature,
                      std::vector<int32_t>* points);

}  // namespace $name

#endif  // ${GUARD}_ENCODING_H_
