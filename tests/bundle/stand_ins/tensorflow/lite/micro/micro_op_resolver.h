// STAND-IN for TensorFlow Lite Micro's header of this name: what generated code uses of it, nothing else.
#pragma once

enum TfLiteStatus { kTfLiteOk = 0, kTfLiteError = 1 };

namespace tflite {

class MicroOpResolver {};

}  // namespace tflite
