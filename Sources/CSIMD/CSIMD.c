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

// Text that is UTF-8, by the nibbles of each byte and of the byte before it (J. Keiser, D. Lemire, "Validating UTF-8 in less
// than one instruction per byte", 2021). Two neighbours are wrong if a bit is set in all three tables below.

#if defined(__x86_64__)
enum {
    TOO_SHORT = 1 << 0,     // a character begins, and the next byte does not go on with it
    TOO_LONG = 1 << 1,      // a byte goes on behind ASCII
    OVERLONG_3 = 1 << 2,    // E0 80 to E0 9F
    BEYOND = 1 << 3,        // more than U+10FFFF: F4 90 and greater, F5 and greater
    SURROGATE = 1 << 4,     // ED A0 to ED BF
    OVERLONG_2 = 1 << 5,    // C0, C1
    OVERLONG_4 = 1 << 6,    // F0 80 to F0 8F, and what is beyond with such a second byte
    TWO_FOLLOW = 1 << 7,    // two bytes go on, which is right where three or four bytes are one character
    ANY = TOO_SHORT | TOO_LONG | TWO_FOLLOW,
};

// By the high nibble of the byte before.
static const uint8_t before_high[16] = {
    TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG,
    TWO_FOLLOW, TWO_FOLLOW, TWO_FOLLOW, TWO_FOLLOW,
    TOO_SHORT | OVERLONG_2, TOO_SHORT, TOO_SHORT | OVERLONG_3 | SURROGATE, TOO_SHORT | BEYOND | OVERLONG_4};
// By its low nibble.
static const uint8_t before_low[16] = {
    ANY | OVERLONG_2 | OVERLONG_3 | OVERLONG_4, ANY | OVERLONG_2, ANY, ANY, ANY | BEYOND,
    ANY | BEYOND | OVERLONG_4, ANY | BEYOND | OVERLONG_4, ANY | BEYOND | OVERLONG_4, ANY | BEYOND | OVERLONG_4,
    ANY | BEYOND | OVERLONG_4, ANY | BEYOND | OVERLONG_4, ANY | BEYOND | OVERLONG_4, ANY | BEYOND | OVERLONG_4,
    ANY | BEYOND | OVERLONG_4 | SURROGATE, ANY | BEYOND | OVERLONG_4, ANY | BEYOND | OVERLONG_4};
// By the high nibble of the byte itself.
static const uint8_t own_high[16] = {
    TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT,
    TOO_LONG | TWO_FOLLOW | OVERLONG_2 | OVERLONG_3 | OVERLONG_4, TOO_LONG | TWO_FOLLOW | OVERLONG_2 | OVERLONG_3 | BEYOND,
    TOO_LONG | TWO_FOLLOW | OVERLONG_2 | SURROGATE | BEYOND, TOO_LONG | TWO_FOLLOW | OVERLONG_2 | SURROGATE | BEYOND,
    TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT};

// Leaves a character out that the valid bytes begin and do not end.
static size_t whole_characters(const uint8_t *bytes, size_t count, size_t *beyond) {
    for (size_t cut = 1; cut <= 3 && cut <= count; cut++) {
        const uint8_t byte = bytes[count - cut];
        // The least first byte of a character that is longer than that.
        if (byte >= (cut == 1 ? 0xC0 : cut == 2 ? 0xE0 : 0xF0)) {
            *beyond -= 1;
            return count - cut;
        }
    }
    return count;
}

// What is wrong with each byte, seen with the three before it, which may be of the block before.
CSIMD_AVX2
static inline __m256i utf8_errors_avx2(__m256i block, __m256i before) {
    const __m256i nibble = _mm256_set1_epi8(0x0F);
    const __m256i high = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)before_high));
    const __m256i low = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)before_low));
    const __m256i own = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)own_high));
    const __m256i seam = _mm256_permute2x128_si256(before, block, 0x21);
    const __m256i first = _mm256_alignr_epi8(block, seam, 15);
    const __m256i second = _mm256_alignr_epi8(block, seam, 14);
    const __m256i third = _mm256_alignr_epi8(block, seam, 13);
    const __m256i pairs = _mm256_and_si256(
        _mm256_and_si256(
            _mm256_shuffle_epi8(high, _mm256_and_si256(_mm256_srli_epi16(first, 4), nibble)),
            _mm256_shuffle_epi8(low, _mm256_and_si256(first, nibble))),
        _mm256_shuffle_epi8(own, _mm256_and_si256(_mm256_srli_epi16(block, 4), nibble)));
    // The highest bit where a third or fourth byte has to be.
    const __m256i third_or_fourth = _mm256_or_si256(
        _mm256_subs_epu8(second, _mm256_set1_epi8(0xE0 - 0x80)), _mm256_subs_epu8(third, _mm256_set1_epi8(0xF0 - 0x80)));
    return _mm256_xor_si256(_mm256_and_si256(third_or_fourth, _mm256_set1_epi8((char)0x80)), pairs);
}

CSIMD_AVX2
static size_t utf8_prefix_avx2(const uint8_t *bytes, size_t count, size_t *beyond) {
    const __m256i zero = _mm256_setzero_si256();
    __m256i before = zero;
    size_t index = 0;
    for (; index + 64 <= count; index += 64) {
        const __m256i low = _mm256_loadu_si256((const __m256i *)(bytes + index));
        const __m256i high = _mm256_loadu_si256((const __m256i *)(bytes + index + 32));
        const __m256i errors = _mm256_or_si256(utf8_errors_avx2(low, before), utf8_errors_avx2(high, low));
        const __m256i nul = _mm256_cmpeq_epi8(_mm256_min_epu8(low, high), zero);
        if (!_mm256_testz_si256(errors, errors) || _mm256_movemask_epi8(nul)) break;
        // First bytes are the greatest: signed, those from C0 on, and those of ASCII are greater than BF.
        const __m256i last = _mm256_set1_epi8((char)0xBF);
        const uint32_t first = (uint32_t)_mm256_movemask_epi8(_mm256_and_si256(low, _mm256_cmpgt_epi8(low, last)));
        const uint32_t second = (uint32_t)_mm256_movemask_epi8(_mm256_and_si256(high, _mm256_cmpgt_epi8(high, last)));
        *beyond += (size_t)_mm_popcnt_u32(first) + (size_t)_mm_popcnt_u32(second);
        before = high;
    }
    return whole_characters(bytes, index, beyond);
}

CSIMD_AVX512
static size_t utf8_prefix_avx512(const uint8_t *bytes, size_t count, size_t *beyond) {
    const __m512i nibble = _mm512_set1_epi8(0x0F);
    const __m512i high = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)before_high));
    const __m512i low = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)before_low));
    const __m512i own = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)own_high));
    // Of two blocks, the last byte of the first one and all but one of the second one; the same of two and three.
    uint8_t places[64];
    for (int i = 0; i < 64; i++) places[i] = (uint8_t)(63 + i);
    const __m512i one = _mm512_loadu_si512(places);
    const __m512i two = _mm512_sub_epi8(one, _mm512_set1_epi8(1));
    const __m512i three = _mm512_sub_epi8(one, _mm512_set1_epi8(2));
    __m512i before = _mm512_setzero_si512();
    size_t index = 0;
    for (; index + 64 <= count; index += 64) {
        const __m512i block = _mm512_loadu_si512(bytes + index);
        const __m512i first = _mm512_permutex2var_epi8(before, one, block);
        const __m512i second = _mm512_permutex2var_epi8(before, two, block);
        const __m512i third = _mm512_permutex2var_epi8(before, three, block);
        const __m512i pairs = _mm512_and_si512(
            _mm512_and_si512(
                _mm512_shuffle_epi8(high, _mm512_and_si512(_mm512_srli_epi16(first, 4), nibble)),
                _mm512_shuffle_epi8(low, _mm512_and_si512(first, nibble))),
            _mm512_shuffle_epi8(own, _mm512_and_si512(_mm512_srli_epi16(block, 4), nibble)));
        const __m512i third_or_fourth = _mm512_or_si512(
            _mm512_subs_epu8(second, _mm512_set1_epi8(0xE0 - 0x80)),
            _mm512_subs_epu8(third, _mm512_set1_epi8(0xF0 - 0x80)));
        const __m512i errors =
            _mm512_xor_si512(_mm512_and_si512(third_or_fourth, _mm512_set1_epi8((char)0x80)), pairs);
        if (_mm512_test_epi8_mask(errors, errors) | _mm512_testn_epi8_mask(block, block)) break;
        *beyond += (size_t)_mm_popcnt_u64(_mm512_cmpge_epu8_mask(block, _mm512_set1_epi8((char)0xC0)));
        before = block;
    }
    return whole_characters(bytes, index, beyond);
}
#endif

size_t csimd_utf8_prefix(csimd_set set, const void *start, size_t count, size_t *beyond) {
    switch (set) {
#if defined(__x86_64__)
    case csimd_avx512: return utf8_prefix_avx512(start, count, beyond);
    case csimd_avx2: return utf8_prefix_avx2(start, count, beyond);
#endif
    default: return 0;
    }
}
