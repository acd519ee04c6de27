// STAND-IN for TensorFlow Lite Micro's header of this name: what generated code uses of it, nothing else.
#pragma once

namespace tflite {

struct Model {
  unsigned int version() const { return 3; }
};

inline const Model* GetModel(const void* buffer) { return static_cast<const Model*>(buffer); }

}  // namespace tflite
