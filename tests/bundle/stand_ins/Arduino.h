// STAND-IN for Arduino's header of this name: what generated code uses of it, nothing else.
#pragma once

#define LED_BUILTIN 13
#define HIGH 1
#define LOW 0
#define OUTPUT 1

void pinMode(int pin, int mode);
void digitalWrite(int pin, int level);
void delay(unsigned long milliseconds);

struct SerialPort {
  void begin(long baud);
  void print(const char* text);
  void println(const char* text);
  void println(int number);
};
extern SerialPort Serial;
