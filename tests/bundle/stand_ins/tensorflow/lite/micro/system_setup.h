// STAND-IN for TensorFlow Lite Micro's header of this name: what generated code uses of it, nothing else.
#pragma once

namespace tflite {

inline void InitializeTarget() {}

}  // namespace tflite
