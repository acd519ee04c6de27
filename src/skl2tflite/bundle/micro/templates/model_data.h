// ${generated}
#ifndef ${GUARD}_MODEL_DATA_H_
#define ${GUARD}_MODEL_DATA_H_

#include <cstdint>

constexpr unsigned int g_${name}_model_data_size = ${model_size};
extern const unsigned char g_${name}_model_data[];

#endif  // ${GUARD}_MODEL_DATA_H_
