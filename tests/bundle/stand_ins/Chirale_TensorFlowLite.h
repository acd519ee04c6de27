// STAND-IN for the Arduino library's header of this name, by which a sketch asks for the library.
#pragma once
