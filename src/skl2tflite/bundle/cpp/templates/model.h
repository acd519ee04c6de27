// $generated
#ifndef ${GUARD}_H_
#define ${GUARD}_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "${name}_encoding.h"

namespace $name {

class Runner;

$vocabulary_declarations
$label_declarations

$row_types
$results
// The model. Objects are used by one thread at a time; each has an interpreter of its own.
class Model {
 public:
  // Reads ${name}.tflite. Raises Error where there is none, or LiteRT cannot load it.
  explicit Model(const std::string& path);
  // Takes the file's bytes, of which it keeps a copy.
  Model(const void* content, size_t size);
  ~Model();
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  // Each raises Error for a row that scikit-learn refuses, and NoAnswer for one that it has no answer for.
$method_declarations

 private:
  std::unique_ptr<Runner> runner_;
};

}  // namespace $name

#endif  // ${GUARD}_H_
