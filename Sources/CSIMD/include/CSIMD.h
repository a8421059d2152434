#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__ARM_NEON) && defined(__aarch64__)
#include <arm_neon.h>
#endif

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

// How many bytes at the start are ASCII other than NUL.
static inline size_t csimd_plain_prefix(const void *start, size_t count) {
    const uint8_t *bytes = (const uint8_t *)start;
    size_t index = 0;
#if defined(__SSE2__)
    // Signed: NUL and everything beyond ASCII is less than 1.
    const __m128i one = _mm_set1_epi8(1);
    for (; index + 64 <= count; index += 64) {
        const __m128i *block = (const __m128i *)(bytes + index);
        const __m128i low = _mm_or_si128(
            _mm_cmplt_epi8(_mm_loadu_si128(block), one), _mm_cmplt_epi8(_mm_loadu_si128(block + 1), one));
        const __m128i high = _mm_or_si128(
            _mm_cmplt_epi8(_mm_loadu_si128(block + 2), one), _mm_cmplt_epi8(_mm_loadu_si128(block + 3), one));
        if (_mm_movemask_epi8(_mm_or_si128(low, high))) break;
    }
    for (; index + 16 <= count; index += 16) {
        const __m128i block = _mm_loadu_si128((const __m128i *)(bytes + index));
        const unsigned other = (unsigned)_mm_movemask_epi8(_mm_cmplt_epi8(block, one));
        if (other) return index + (size_t)__builtin_ctz(other);
    }
#elif defined(__ARM_NEON) && defined(__aarch64__)
    for (; index + 16 <= count; index += 16) {
        const uint8x16_t block = vld1q_u8(bytes + index);
        if (vmaxvq_u8(block) > 0x7F || vminvq_u8(block) == 0) break;
    }
#endif
    while (index < count && (uint8_t)(bytes[index] - 1) < 0x7F) index++;
    return index;
}

// The index of the first such byte, or -1.
static inline ptrdiff_t csimd_find(const void *start, size_t count, uint8_t byte) {
    const void *found = count == 0 ? NULL : memchr(start, byte, count);
    return found == NULL ? -1 : (const uint8_t *)found - (const uint8_t *)start;
}
