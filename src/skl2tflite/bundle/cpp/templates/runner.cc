// $generated
#include "${name}_runner.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "${name}_encoding.h"

namespace $name {
namespace {

constexpr int kHostMemory = 1;
constexpr int kRead = 0;
constexpr int kWrite = 1;
constexpr int kCpu = 1;
constexpr int kWholeNumber = 2;
constexpr int kAcceleratorsTag = 24;
constexpr int kSeverityTag = 25;
constexpr int kErrorsOnly = 3;
constexpr int kFloat32 = 1, kInt32 = 2, kBool = 6;

void Check(LiteRtStatus status, const char* what) {
  if (status != 0) throw Error(std::string("LiteRT cannot ") + what + " (status " + std::to_string(status) + ")");
}

size_t SizeOf(LiteRtTensorBufferRequirements requirements) {
  size_t size = 0;
  Check(LiteRtGetTensorBufferRequirementsBufferSize(requirements, &size), "say the size of a tensor");
  return size;
}

// The bytes of a tensor of so many rows, by the shape that the file declares: its first axis alone may be free.
// 0 where the tensor has no such shape.
size_t SizeOf(const LiteRtRankedTensorType& type, size_t rows) {
  if (type.layout.rank == 0 || (type.layout.dimensions[0] >= 0 && type.layout.dimensions[0] != static_cast<int32_t>(rows)))
    return 0;
  size_t size = rows;
  for (unsigned int axis = 1; axis < type.layout.rank; ++axis) {
    size *= static_cast<size_t>(std::max(type.layout.dimensions[axis], 0));
  }
  switch (type.element_type) {
    case kFloat32:
    case kInt32:
      return size * 4;
    case kBool:
      return size;
    default:
      return 0;
  }
}

// What is given for a tensor, or taken of it, by its name. Raises Error where that is not as much as the tensor holds.
template <typename Bytes>
size_t SizeIn(const std::vector<Bytes>& all, const char* kind, const char* name, const LiteRtRankedTensorType& type,
              size_t rows) {
  for (const Bytes& each : all) {
    if (std::strcmp(each.name, name) == 0 && each.size == SizeOf(type, rows)) return each.size;
  }
  throw Error(std::string("the file's ") + kind + " " + name + " is another one; it is not the file of this bundle");
}

}  // namespace

Runner::Runner(std::vector<char> content) : content_(std::move(content)) {
  // LiteRT before 2.1.6 lacks this function, and gives the next ones other parameters: it is not linked.
  LiteRtStatus (*volatile newest)(LiteRtEnvironment, int, size_t, size_t, LiteRtModel*) = LiteRtCreateModelFromFd;
  (void)newest;
  LiteRtEnvOption options[2] = {};
  options[0].tag = kAcceleratorsTag;
  options[0].value.type = kWholeNumber;
  options[0].value.as.int_value = kCpu;
  options[1].tag = kSeverityTag;
  options[1].value.type = kWholeNumber;
  options[1].value.as.int_value = kErrorsOnly;
  try {
    Check(LiteRtCreateEnvironment(2, options, &environment_), "start");
    Check(LiteRtCreateModelFromBuffer(environment_, content_.data(), content_.size(), &model_), "read the file");
    Check(LiteRtCreateOptions(&options_), "make options");
    Check(LiteRtSetOptionsHardwareAccelerators(options_, kCpu), "choose the CPU");
    Check(LiteRtCreateCompiledModel(environment_, model_, options_, &compiled_), "load the model");
    size_t count = 0;
    Check(LiteRtGetNumModelSignatures(model_, &count), "list the signatures");
    for (size_t index = 0; index < count; ++index) {
      LiteRtSignature signature = nullptr;
      const char* key = nullptr;
      Check(LiteRtGetModelSignature(model_, index, &signature), "find a signature");
      Check(LiteRtGetSignatureKey(signature, &key), "name a signature");
      signatures_[key].index = index;
    }
  } catch (...) {
    Close();
    throw;
  }
}

Runner::~Runner() { Close(); }

void Runner::Close() {
  for (auto& each : signatures_) Free(&each.second);
  if (compiled_ != nullptr) LiteRtDestroyCompiledModel(compiled_);
  if (options_ != nullptr) LiteRtDestroyOptions(options_);
  if (model_ != nullptr) LiteRtDestroyModel(model_);
  if (environment_ != nullptr) LiteRtDestroyEnvironment(environment_);
}

void Runner::Free(Signature* signature) {
  for (const Buffer& each : signature->inputs) LiteRtDestroyTensorBuffer(each.buffer);
  for (const Buffer& each : signature->outputs) LiteRtDestroyTensorBuffer(each.buffer);
  signature->inputs.clear();
  signature->outputs.clear();
  signature->rows = 0;
}

Runner::Signature& Runner::Find(const std::string& key) {
  auto found = signatures_.find(key);
  if (found == signatures_.end()) throw Error("the file has no method " + key + "; it is not the file of this bundle");
  return found->second;
}

LiteRtRankedTensorType Runner::TypeOf(LiteRtTensor tensor) {
  LiteRtRankedTensorType type = {};
  Check(LiteRtGetRankedTensorType(tensor, &type), "say the type of a tensor");
  return type;
}

// LiteRT writes what an output holds into its buffer without a look at the buffer's size, and where an output's shape is
// found at run time, what it says that the output needs is that of one row. So buffers have `size` bytes at least.
Runner::Buffer Runner::Make(const char* name, LiteRtRankedTensorType type, size_t rows, size_t size,
                            LiteRtTensorBufferRequirements requirements) {
  type.layout.dimensions[0] = static_cast<int32_t>(rows);
  Buffer made = {name, nullptr, std::max(size, SizeOf(requirements))};
  Check(LiteRtCreateManagedTensorBuffer(environment_, kHostMemory, &type, made.size, &made.buffer), "make a buffer");
  return made;
}

void Runner::Allocate(Signature* signature, size_t rows, bool resizes, const std::vector<InputBytes>& inputs,
                      const std::vector<OutputBytes>& outputs) {
  if (signature->rows == rows) return;
  Free(signature);
  const size_t at = signature->index;
  LiteRtSignature found = nullptr;
  size_t num_inputs = 0, num_outputs = 0;
  Check(LiteRtGetModelSignature(model_, at, &found), "find a signature");
  Check(LiteRtGetNumSignatureInputs(found, &num_inputs), "count inputs");
  Check(LiteRtGetNumSignatureOutputs(found, &num_outputs), "count outputs");
  for (size_t i = 0; resizes && i < num_inputs; ++i) {
    LiteRtLayout layout = {};
    Check(LiteRtGetCompiledModelInputTensorLayout(compiled_, at, i, &layout), "say the shape of an input");
    layout.dimensions[0] = static_cast<int32_t>(rows);
    Check(LiteRtCompiledModelResizeInputTensor(compiled_, at, i, layout.dimensions, layout.rank), "take so many rows");
  }
  // Called for what it does, which is to plan the memory: the shapes that it gives may still be those of one row.
  std::vector<LiteRtLayout> layouts(num_outputs);
  Check(LiteRtGetCompiledModelOutputTensorLayouts(compiled_, at, num_outputs, layouts.data(), true),
        "say the shapes of outputs");
  for (size_t i = 0; i < num_inputs; ++i) {
    const char* name = nullptr;
    LiteRtTensor tensor = nullptr;
    LiteRtTensorBufferRequirements requirements = nullptr;
    Check(LiteRtGetSignatureInputName(found, i, &name), "name an input");
    Check(LiteRtGetSignatureInputTensorByIndex(found, i, &tensor), "find an input");
    Check(LiteRtGetCompiledModelInputBufferRequirements(compiled_, at, i, &requirements), "say what an input needs");
    const LiteRtRankedTensorType type = TypeOf(tensor);
    const size_t size = SizeIn(inputs, "input", name, type, rows);
    signature->inputs.push_back(Make(name, type, rows, size, requirements));
  }
  for (size_t i = 0; i < num_outputs; ++i) {
    const char* name = nullptr;
    LiteRtTensor tensor = nullptr;
    LiteRtTensorBufferRequirements requirements = nullptr;
    Check(LiteRtGetSignatureOutputName(found, i, &name), "name an output");
    Check(LiteRtGetSignatureOutputTensorByIndex(found, i, &tensor), "find an output");
    Check(LiteRtGetCompiledModelOutputBufferRequirements(compiled_, at, i, &requirements), "say what an output needs");
    const LiteRtRankedTensorType type = TypeOf(tensor);
    const size_t size = SizeIn(outputs, "output", name, type, rows);
    signature->outputs.push_back(Make(name, type, rows, size, requirements));
  }
  signature->rows = rows;
}

void Runner::Run(const std::string& key, size_t rows, bool resizes, const std::vector<InputBytes>& inputs,
                 const std::vector<OutputBytes>& outputs) {
  Signature& signature = Find(key);
  Allocate(&signature, rows, resizes, inputs, outputs);
  std::vector<LiteRtTensorBuffer> given, got;
  for (const Buffer& each : signature.inputs) {
    const InputBytes* bytes = nullptr;
    for (const InputBytes& input : inputs) {
      if (each.name == input.name) bytes = &input;
    }
    if (bytes == nullptr || bytes->size > each.size) {
      throw Error("the file's input " + each.name + " is another one; it is not the file of this bundle");
    }
    void* address = nullptr;
    Check(LiteRtLockTensorBuffer(each.buffer, &address, kWrite), "write an input");
    std::memcpy(address, bytes->data, bytes->size);
    Check(LiteRtUnlockTensorBuffer(each.buffer), "write an input");
    given.push_back(each.buffer);
  }
  for (const Buffer& each : signature.outputs) got.push_back(each.buffer);
  Check(LiteRtRunCompiledModel(compiled_, signature.index, given.size(), given.data(), got.size(), got.data()),
        "run the model");
  for (const OutputBytes& output : outputs) {
    const Buffer* buffer = nullptr;
    for (const Buffer& each : signature.outputs) {
      if (each.name == output.name) buffer = &each;
    }
    if (buffer == nullptr || output.size > buffer->size) {
      throw Error(std::string("the file's output ") + output.name + " is another one; it is not the file of this bundle");
    }
    void* address = nullptr;
    Check(LiteRtLockTensorBuffer(buffer->buffer, &address, kRead), "read an output");
    std::memcpy(output.data, address, output.size);
    Check(LiteRtUnlockTensorBuffer(buffer->buffer), "read an output");
  }
}

}  // namespace $name
