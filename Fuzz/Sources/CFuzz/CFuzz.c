#include "CFuzz.h"

// The library wants one to exist; the driver is given another.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    (void)data;
    (void)size;
    return 0;
}
