#include "CSIMD.h"

#if defined(__x86_64__)
#include <immintrin.h>
// Compiled for processors that have more than what the rest is compiled for; called only where `csimd_has` says so.
#define CSIMD_AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt")))
#define CSIMD_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,bmi,bmi2,popcnt")))
#endif

bool csimd_has(csimd_set set) {
    switch (set) {
    case csimd_plain:
    case csimd_base: return true;
#if defined(__x86_64__)
    case csimd_avx2:
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2")
            && __builtin_cpu_supports("popcnt");
    case csimd_avx512:
        return csimd_has(csimd_avx2) && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
            && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi")
            && __builtin_cpu_supports("avx512vbmi2");
#endif
    default: return false;
    }
}

csimd_set csimd_best(void) {
    return csimd_has(csimd_avx512) ? csimd_avx512 : csimd_has(csimd_avx2) ? csimd_avx2 : csimd_base;
}

// Where three bytes are

static void match_plain(const uint8_t *text, size_t blocks, const uint8_t *bytes, uint64_t *masks, size_t stride) {
    for (int k = 0; k < 3; k++)
        for (size_t n = 0; n < blocks; n++) {
            uint64_t bits = 0;
            for (int i = 0; i < 64; i++) bits |= (uint64_t)(text[64 * n + i] == bytes[k]) << i;
            masks[k * stride + n] = bits;
        }
}

static void match_base(const uint8_t *text, size_t blocks, const uint8_t *bytes, uint64_t *masks, size_t stride) {
    for (size_t n = 0; n < blocks; n++)
        for (int k = 0; k < 3; k++) masks[k * stride + n] = csimd_match64(text + 64 * n, bytes[k]);
}

#if defined(__x86_64__)
CSIMD_AVX2
static void match_avx2(const uint8_t *text, size_t blocks, const uint8_t *bytes, uint64_t *masks, size_t stride) {
    const __m256i wanted[3] = {
        _mm256_set1_epi8((char)bytes[0]), _mm256_set1_epi8((char)bytes[1]), _mm256_set1_epi8((char)bytes[2])};
    for (size_t n = 0; n < blocks; n++) {
        const __m256i low = _mm256_loadu_si256((const __m256i *)(text + 64 * n));
        const __m256i high = _mm256_loadu_si256((const __m256i *)(text + 64 * n + 32));
        for (int k = 0; k < 3; k++) {
            const uint32_t first = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, wanted[k]));
            const uint32_t second = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, wanted[k]));
            masks[k * stride + n] = (uint64_t)second << 32 | first;
        }
    }
}

CSIMD_AVX512
static void match_avx512(const uint8_t *text, size_t blocks, const uint8_t *bytes, uint64_t *masks, size_t stride) {
    const __m512i wanted[3] = {
        _mm512_set1_epi8((char)bytes[0]), _mm512_set1_epi8((char)bytes[1]), _mm512_set1_epi8((char)bytes[2])};
    for (size_t n = 0; n < blocks; n++) {
        const __m512i block = _mm512_loadu_si512(text + 64 * n);
        for (int k = 0; k < 3; k++) masks[k * stride + n] = _mm512_cmpeq_epi8_mask(block, wanted[k]);
    }
}
#endif

void csimd_match_three(
    csimd_set set, const void *text, size_t blocks, const uint8_t bytes[3], uint64_t *masks, size_t stride) {
    switch (set) {
#if defined(__x86_64__)
    case csimd_avx512: return match_avx512(text, blocks, bytes, masks, stride);
    case csimd_avx2: return match_avx2(text, blocks, bytes, masks, stride);
#endif
    case csimd_plain: return match_plain(text, blocks, bytes, masks, stride);
    default: return match_base(text, blocks, bytes, masks, stride);
    }
}

// The places of bits

static size_t places_plain(const uint64_t *masks, size_t blocks, uint32_t origin, uint32_t *places) {
    size_t count = 0;
    for (size_t n = 0; n < blocks; n++)
        for (uint32_t i = 0; i < 64; i++)
            if (masks[n] >> i & 1) places[count++] = origin + 64 * (uint32_t)n + i;
    return count;
}

// Four at once, meaningful or not: a block rarely has more, and the end of a loop would be mispredicted in each block.
static inline __attribute__((always_inline)) size_t places_by_four(
    const uint64_t *masks, size_t blocks, uint32_t origin, uint32_t *places) {
    uint32_t *next = places;
    for (size_t n = 0; n < blocks; n++, origin += 64) {
        uint64_t rest = masks[n];
        const int count = __builtin_popcountll(rest);
        for (int done = 0;;) {
            for (int i = 0; i < 4; i++) {
                next[done + i] = origin + (rest == 0 ? 64 : (uint32_t)__builtin_ctzll(rest));
                rest &= rest - 1;
            }
            done += 4;
            if (done >= count) break;
        }
        next += count;
    }
    return (size_t)(next - places);
}

static size_t places_base(const uint64_t *masks, size_t blocks, uint32_t origin, uint32_t *places) {
    return places_by_four(masks, blocks, origin, places);
}

#if defined(__x86_64__)
CSIMD_AVX2
static size_t places_avx2(const uint64_t *masks, size_t blocks, uint32_t origin, uint32_t *places) {
    return places_by_four(masks, blocks, origin, places);
}

CSIMD_AVX512
static size_t places_avx512(const uint64_t *masks, size_t blocks, uint32_t origin, uint32_t *places) {
    uint8_t numbers[64];
    for (int i = 0; i < 64; i++) numbers[i] = (uint8_t)i;
    const __m512i all = _mm512_loadu_si512(numbers);
    uint32_t *next = places;
    for (size_t n = 0; n < blocks; n++, origin += 64) {
        // The numbers of the bits set stand first, and sixteen are made places at once.
        __m512i set = _mm512_maskz_compress_epi8(masks[n], all);
        const int count = _mm_popcnt_u64(masks[n]);
        for (int done = 0;;) {
            const __m512i sixteen = _mm512_cvtepu8_epi32(_mm512_castsi512_si128(set));
            _mm512_storeu_si512(next + done, _mm512_add_epi32(sixteen, _mm512_set1_epi32((int)origin)));
            done += 16;
            if (done >= count) break;
            set = _mm512_alignr_epi32(set, set, 4);
        }
        next += count;
    }
    return (size_t)(next - places);
}
#endif

size_t csimd_places(csimd_set set, const uint64_t *masks, size_t blocks, uint32_t origin, uint32_t *places) {
    switch (set) {
#if defined(__x86_64__)
    case csimd_avx512: return places_avx512(masks, blocks, origin, places);
    case csimd_avx2: return places_avx2(masks, blocks, origin, places);
#endif
    case csimd_plain: return places_plain(masks, blocks, origin, places);
    default: return places_base(masks, blocks, origin, places);
    }
}

// Text that is plain

static size_t prefix_plain(const uint8_t *bytes, size_t index, size_t count) {
    while (index < count && (uint8_t)(bytes[index] - 1) < 0x7F) index++;
    return index;
}

static size_t prefix_base(const uint8_t *bytes, size_t count) {
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
    return prefix_plain(bytes, index, count);
}

#if defined(__x86_64__)
CSIMD_AVX2
static size_t prefix_avx2(const uint8_t *bytes, size_t count) {
    const __m256i one = _mm256_set1_epi8(1);
    size_t index = 0;
    for (; index + 64 <= count; index += 64) {
        const __m256i *block = (const __m256i *)(bytes + index);
        // The least of both decides.
        const __m256i least = _mm256_min_epi8(_mm256_loadu_si256(block), _mm256_loadu_si256(block + 1));
        if (_mm256_movemask_epi8(_mm256_cmpgt_epi8(one, least))) break;
    }
    for (; index + 32 <= count; index += 32) {
        const __m256i block = _mm256_loadu_si256((const __m256i *)(bytes + index));
        const unsigned other = (unsigned)_mm256_movemask_epi8(_mm256_cmpgt_epi8(one, block));
        if (other) return index + (size_t)__builtin_ctz(other);
    }
    return prefix_plain(bytes, index, count);
}

CSIMD_AVX512
static size_t prefix_avx512(const uint8_t *bytes, size_t count) {
    const __m512i one = _mm512_set1_epi8(1);
    size_t index = 0;
    for (; index + 64 <= count; index += 64) {
        const uint64_t other = _mm512_cmplt_epi8_mask(_mm512_loadu_si512(bytes + index), one);
        if (other) return index + (size_t)__builtin_ctzll(other);
    }
    // What is not read counts as zero.
    const __mmask64 valid = _bzhi_u64(~0ull, (unsigned)(count - index));
    const uint64_t other = _mm512_cmplt_epi8_mask(_mm512_maskz_loadu_epi8(valid, bytes + index), one);
    return other ? index + (size_t)__builtin_ctzll(other) : count;
}
#endif

size_t csimd_plain_prefix(csimd_set set, const void *start, size_t count) {
    switch (set) {
#if defined(__x86_64__)
    case csimd_avx512: return prefix_avx512(start, count);
    case csimd_avx2: return prefix_avx2(start, count);
#endif
    case csimd_plain: return prefix_plain(start, 0, count);
    default: return prefix_base(start, count);
    }
}
