// Fuzz target: whatever is read as a zone answers within the offsets that the format allows, and the same answer twice.
#include <assert.h>

#include "calendar/zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int64_t moments[] = {-62135596800, -2208988800, -1, 0, 515520000, 788918400, 1709598600, 2145916800, 4102444800, 31556889864403199};
    arena a = {.limit = (ptrdiff_t)4 << 20};
    jmp_buf env;
    if (!ARENA_GUARD(&a, env)) {
        const zone *z = zone_read(STR("Fuzz/Zone"), (str){(const char *)data, (ptrdiff_t)size}, &a);
        for (size_t i = 0; z && i < sizeof moments / sizeof *moments; i++) {
            int32_t there = zone_offset(z, moments[i]), fixed;
            assert(there >= ZONE_OFFSET_MIN && there <= ZONE_OFFSET_MAX && there == zone_offset(z, moments[i]));
            int32_t here = zone_offset_of_clock(z, moments[i]);
            assert(here >= ZONE_OFFSET_MIN && here <= ZONE_OFFSET_MAX);
            zone_is_fixed(z, &fixed);
        }
    }
    arena_free(&a);
    return 0;
}
