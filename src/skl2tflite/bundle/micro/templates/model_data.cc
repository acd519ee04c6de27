// ${generated}
#include "${name}_model_data.h"

// The interpreter reads the model where it lies, so it must stay in flash and aligned.
alignas(16) const unsigned char g_${name}_model_data[] = {
${model_bytes}
};
