// STAND-IN for TensorFlow Lite Micro's header of this name: what generated code uses of it, nothing else.
//
// Invoke() writes the inputs to standard output and reads the outputs from standard input: whoever runs the program
// answers for the interpreter. INPUT_BYTES and OUTPUT_BYTES say how large the tensors are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>

#include "tensorflow/lite/micro/micro_op_resolver.h"
#include "tensorflow/lite/schema/schema_generated.h"

#define TFLITE_SCHEMA_VERSION (3)

#ifndef INPUT_BYTES
#define INPUT_BYTES 4
#endif
#ifndef OUTPUT_BYTES
#define OUTPUT_BYTES 4
#endif

struct TfLiteTensor {
  union {
    char* raw;
    float* f;
  } data;
};

namespace tflite {

class MicroInterpreter {
 public:
  MicroInterpreter(const Model*, const MicroOpResolver&, uint8_t*, size_t) {}

  TfLiteStatus AllocateTensors() { return kTfLiteOk; }

  TfLiteTensor* input(size_t index) { return Tensor(in_, kInputs, index); }

  TfLiteTensor* output(size_t index) { return Tensor(out_, kOutputs, index); }

  TfLiteStatus Invoke() {
    std::fwrite(in_, 1, Total(kInputs), stdout);
    std::fflush(stdout);
    return std::fread(out_, 1, Total(kOutputs), stdin) == Total(kOutputs) ? kTfLiteOk : kTfLiteError;
  }

  size_t arena_used_bytes() const { return 0; }

 private:
  template <size_t N>
  static size_t Total(const size_t (&sizes)[N]) {
    size_t total = 0;
    for (size_t size : sizes) {
      total += size;
    }
    return total;
  }

  template <size_t N>
  TfLiteTensor* Tensor(char* start, const size_t (&sizes)[N], size_t index) {
    for (size_t i = 0; i < index; ++i) {
      start += sizes[i];
    }
    tensor_.data.raw = start;
    return &tensor_;
  }

  static constexpr size_t kInputs[] = {INPUT_BYTES};
  static constexpr size_t kOutputs[] = {OUTPUT_BYTES};
  char in_[1 << 16];
  char out_[1 << 16];
  TfLiteTensor tensor_;
};

}  // namespace tflite
