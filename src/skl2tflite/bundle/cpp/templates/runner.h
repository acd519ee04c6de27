// $generated
//
// A file's signatures, run by LiteRT.
#ifndef ${GUARD}_RUNNER_H_
#define ${GUARD}_RUNNER_H_

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "${name}_litert_c.h"

namespace $name {

// Bytes of an input tensor, by its name.
struct InputBytes {
  const char* name;
  const void* data;
  size_t size;
};

// Where the bytes of an output tensor go, by its name.
struct OutputBytes {
  const char* name;
  void* data;
  size_t size;
};

class Runner {
 public:
  explicit Runner(std::vector<char> content);
  ~Runner();
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  // Runs a signature. `rows` is the length of the first axis of each tensor; where the file fixes it, nothing is resized.
  void Run(const std::string& signature, size_t rows, bool resizes, const std::vector<InputBytes>& inputs,
           const std::vector<OutputBytes>& outputs);

 private:
  struct Buffer {
    std::string name;
    LiteRtTensorBuffer buffer;
    size_t size;
  };
  struct Signature {
    size_t index = 0;
    size_t rows = 0;
    std::vector<Buffer> inputs, outputs;
  };

  Signature& Find(const std::string& key);
  void Allocate(Signature* signature, size_t rows, bool resizes, const std::vector<InputBytes>& inputs,
                const std::vector<OutputBytes>& outputs);
  static LiteRtRankedTensorType TypeOf(LiteRtTensor tensor);
  Buffer Make(const char* name, LiteRtRankedTensorType type, size_t rows, size_t size,
              LiteRtTensorBufferRequirements requirements);
  static void Free(Signature* signature);
  void Close();

  std::vector<char> content_;
  LiteRtEnvironment environment_ = nullptr;
  LiteRtModel model_ = nullptr;
  LiteRtOptions options_ = nullptr;
  LiteRtCompiledModel compiled_ = nullptr;
  std::map<std::string, Signature> signatures_;
};

}  // namespace $name

#endif  // ${GUARD}_RUNNER_H_
