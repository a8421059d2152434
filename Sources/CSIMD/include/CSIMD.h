#pragma once
#include <stdint.h>
#include <string.h>

// Where the bytes of interest stand in a block of 64: bit i is byte i. Swift's SIMD types have no movemask, without
// which finding separators costs a hundred times as much.

#if defined(__SSE2__)
#include <emmintrin.h>

static inline uint64_t csimd_equal(const uint8_t *block, uint8_t a, uint8_t b, uint8_t c) {
    const __m128i va = _mm_set1_epi8((char)a), vb = _mm_set1_epi8((char)b), vc = _mm_set1_epi8((char)c);
    uint64_t mask = 0;
    for (int i = 0; i < 4; i++) {
        const __m128i bytes = _mm_loadu_si128((const __m128i *)(block + 16 * i));
        const __m128i hit = _mm_or_si128(
            _mm_or_si128(_mm_cmpeq_epi8(bytes, va), _mm_cmpeq_epi8(bytes, vb)), _mm_cmpeq_epi8(bytes, vc));
        mask |= (uint64_t)(uint32_t)_mm_movemask_epi8(hit) << (16 * i);
    }
    return mask;
}

// How many of the bytes, 16 at a time, are ASCII other than NUL before the first block that holds something else.
static inline long csimd_plain_prefix(const uint8_t *bytes, long count) {
    long index = 0;
    for (; index + 16 <= count; index += 16) {
        // Signed: NUL and everything beyond ASCII is less than 1.
        const __m128i block = _mm_loadu_si128((const __m128i *)(bytes + index));
        if (_mm_movemask_epi8(_mm_cmplt_epi8(block, _mm_set1_epi8(1)))) break;
    }
    return index;
}

#elif defined(__aarch64__)
#include <arm_neon.h>

static inline uint64_t csimd_equal(const uint8_t *block, uint8_t a, uint8_t b, uint8_t c) {
    const uint8x16_t va = vdupq_n_u8(a), vb = vdupq_n_u8(b), vc = vdupq_n_u8(c);
    const uint8x16_t bit = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    uint64_t mask = 0;
    for (int i = 0; i < 4; i++) {
        const uint8x16_t bytes = vld1q_u8(block + 16 * i);
        const uint8x16_t hit = vorrq_u8(vorrq_u8(vceqq_u8(bytes, va), vceqq_u8(bytes, vb)), vceqq_u8(bytes, vc));
        const uint8x16_t bits = vandq_u8(hit, bit);
        mask |= (uint64_t)vaddv_u8(vget_low_u8(bits)) << (16 * i);
        mask |= (uint64_t)vaddv_u8(vget_high_u8(bits)) << (16 * i + 8);
    }
    return mask;
}

// How many of the bytes, 16 at a time, are ASCII other than NUL before the first block that holds something else.
static inline long csimd_plain_prefix(const uint8_t *bytes, long count) {
    long index = 0;
    for (; index + 16 <= count; index += 16) {
        const uint8x16_t block = vld1q_u8(bytes + index);
        if (vmaxvq_u8(block) > 0x7F || vminvq_u8(block) == 0) break;
    }
    return index;
}

#else

static inline long csimd_plain_prefix(const uint8_t *bytes, long count) {
    long index = 0;
    while (index < count && bytes[index] > 0 && bytes[index] < 0x80) index++;
    return index;
}

static inline uint64_t csimd_equal(const uint8_t *block, uint8_t a, uint8_t b, uint8_t c) {
    uint64_t mask = 0;
    for (int i = 0; i < 64; i++) {
        mask |= (uint64_t)(block[i] == a || block[i] == b || block[i] == c) << i;
    }
    return mask;
}

#endif
