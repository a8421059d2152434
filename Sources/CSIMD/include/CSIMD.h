#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__ARM_NEON) && defined(__aarch64__)
#include <arm_neon.h>
#endif

// Sets of instructions, each of which gives the same results. `csimd_base` is what every processor of the architecture has:
// SSE2 or NEON, elsewhere C alone.
typedef enum { csimd_plain, csimd_base, csimd_avx2, csimd_avx512 } csimd_set;

// Whether this processor has them.
bool csimd_has(csimd_set set);
// The fastest it has.
csimd_set csimd_best(void);

// Compares blocks of 64 bytes, one behind the other and not aligned, with three bytes. Bit i of masks[k * stride + n] says
// whether byte i of block n equals bytes[k].
void csimd_match_three(
    csimd_set set, const void *text, size_t blocks, const uint8_t bytes[3], uint64_t *masks, size_t stride);

// Writes the place of each bit set, in order, and returns how many there are: bit i of masks[n] has the place
// origin + 64 * n + i. Of the memory behind the last place, up to 64 places are overwritten.
size_t csimd_places(csimd_set set, const uint64_t *masks, size_t blocks, uint32_t origin, uint32_t *places);

// How many bytes at the start are ASCII other than NUL.
size_t csimd_plain_prefix(csimd_set set, const void *start, size_t count);

// How many bytes at the start are whole characters of UTF-8 other than NUL, looked at in blocks of 64 bytes up to the first
// block that has anything else. Adds the number of characters beyond ASCII among them. None where there is no AVX2.
size_t csimd_utf8_prefix(csimd_set set, const void *start, size_t count, size_t *beyond);

// Compares 64 bytes at once: bit i of the result says whether block[i] equals byte. The block needs no alignment.
// Swift has no movemask of its own (its SIMD64 comparison is some 150 times slower), hence the C.
static inline uint64_t csimd_match64(const void *block, uint8_t byte) {
    const uint8_t *bytes = (const uint8_t *)block;
#if defined(__SSE2__)
    const __m128i wanted = _mm_set1_epi8((char)byte);
    uint64_t bits = 0;
    for (int part = 0; part < 4; part++) {
        __m128i chunk = _mm_loadu_si128((const __m128i *)(bytes + 16 * part));
        uint32_t mask = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(chunk, wanted));
        bits |= (uint64_t)mask << (16 * part);
    }
    return bits;
#elif defined(__ARM_NEON) && defined(__aarch64__)
    // Each equal byte keeps the one bit of its place within eight; three pairwise additions gather eight bytes into one.
    const uint8x16_t places = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const uint8x16_t wanted = vdupq_n_u8(byte);
    uint8x16_t a = vandq_u8(vceqq_u8(vld1q_u8(bytes), wanted), places);
    uint8x16_t b = vandq_u8(vceqq_u8(vld1q_u8(bytes + 16), wanted), places);
    uint8x16_t c = vandq_u8(vceqq_u8(vld1q_u8(bytes + 32), wanted), places);
    uint8x16_t d = vandq_u8(vceqq_u8(vld1q_u8(bytes + 48), wanted), places);
    uint8x16_t sum = vpaddq_u8(vpaddq_u8(a, b), vpaddq_u8(c, d));
    return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(sum, sum)), 0);
#else
    uint64_t bits = 0;
    for (int i = 0; i < 64; i++) bits |= (uint64_t)(bytes[i] == byte) << i;
    return bits;
#endif
}

// The index of the first such byte, or -1.
static inline ptrdiff_t csimd_find(const void *start, size_t count, uint8_t byte) {
    const void *found = count == 0 ? NULL : memchr(start, byte, count);
    return found == NULL ? -1 : (const uint8_t *)found - (const uint8_t *)start;
}
