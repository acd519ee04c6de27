// STAND-IN for TensorFlow Lite Micro's header of this name: what generated code uses of it, nothing else.
#pragma once

#include <cstdarg>
#include <cstdio>

inline void MicroPrintf(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  std::vfprintf(stderr, format, arguments);
  va_end(arguments);
  std::fputc('\n', stderr);
}
