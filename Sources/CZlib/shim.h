// Without the functions for files, so that no types of the system's headers come to belong to this module.
#define Z_SOLO
#include <zlib.h>
