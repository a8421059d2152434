import CSIMD
import TestSupport
import Testing

/// Every set of instructions gives what the plain loops give.
@Suite(.timeLimit(.minutes(1))) struct InstructionTests {
    @Test("Every processor has the base, and the best is one it has")
    func best() {
        #expect(csimd_has(csimd_plain) && csimd_has(csimd_base))
        #expect(csimd_has(csimd_best()) && csimd_best() != csimd_plain)
    }

    @Test("What every processor of the architecture has")
    func base() { check(csimd_base) }

    @Test("AVX2", .enabled(if: csimd_has(csimd_avx2), "not run: this processor has no AVX2"))
    func avx2() { check(csimd_avx2) }

    @Test("AVX-512", .enabled(if: csimd_has(csimd_avx512), "not run: this processor has no AVX-512"))
    func avx512() { check(csimd_avx512) }

    private func check(_ set: csimd_set) {
        match(set)
        places(set)
        plainPrefix(set)
        if set != csimd_base { utf8Prefix(set) }
    }

    /// Three bytes are found in random blocks.
    private func match(_ set: csimd_set) {
        for seed in 0..<300 {
            var generator = SeededGenerator(seed: UInt64(seed))
            let blocks = Int.random(in: 0...5, using: &generator)
            // At any alignment, among neighbours of the bytes that are looked for; nothing behind is read.
            let start = Int.random(in: 0..<64, using: &generator)
            let text = Self.bytes(start + 64 * blocks, using: &generator)
            let wanted = [UInt8(ascii: "\""), UInt8.random(in: 0...255, using: &generator), text.first ?? 0]
            let expected = Self.masks(csimd_plain, text, start, blocks, wanted)
            #expect(Self.masks(set, text, start, blocks, wanted) == expected, "seed \(seed)")
        }
    }

    /// Places of random bits, and no more memory is written than is allowed.
    private func places(_ set: csimd_set) {
        for seed in 0..<300 {
            var generator = SeededGenerator(seed: UInt64(seed))
            let masks = (0..<Int.random(in: 0...6, using: &generator)).map { _ in
                (0..<Int.random(in: 0...4, using: &generator)).reduce(.max) { bits, _ in
                    bits & UInt64.random(in: 0 ... .max, using: &generator)
                }
            }
            let origin = UInt32.random(in: 0 ... .max, using: &generator)
            let expected = Self.places(csimd_plain, masks, origin)
            let found = Self.places(set, masks, origin)
            #expect(found.places == expected.places, "seed \(seed)")
            #expect(found.behind.allSatisfy { $0 == 7 }, "seed \(seed)")
        }
    }

    /// How much of a text is plain, wherever it ends and whatever follows.
    private func plainPrefix(_ set: csimd_set) {
        for length in 0..<200 {
            for other: UInt8 in [0, 0x80, 0xC3, 0xFF] {
                var text = [UInt8](repeating: 0x7F, count: length) + [1, other, 1]
                for end in [length, length + 1, length + 3] {
                    let expected = csimd_plain_prefix(csimd_plain, text, end)
                    #expect(csimd_plain_prefix(set, text, end) == expected)
                }
                text[length / 2] = other
                #expect(csimd_plain_prefix(set, text, length) == csimd_plain_prefix(csimd_plain, text, length))
            }
        }
    }

    /// Whole blocks of text are found to be UTF-8 exactly where Swift finds them so, wherever characters are cut.
    private func utf8Prefix(_ set: csimd_set) {
        for seed in 0..<3000 {
            var generator = SeededGenerator(seed: UInt64(seed))
            let text = Self.text(200, spoiled: seed.isMultiple(of: 2), using: &generator)
            let start = Int.random(in: 0..<8, using: &generator)
            let part = text[min(start, text.count)...]
            var beyond = 7
            let count = part.withUnsafeBytes { csimd_utf8_prefix(set, $0.baseAddress, $0.count, &beyond) }
            let blocks = (0...(part.count / 64)).last { Self.isText(part.prefix(64 * $0)) } ?? 0
            let cut = (0...3).first { Self.isText(part.prefix(64 * blocks - $0), isWhole: true) } ?? -1
            #expect(count == 64 * blocks - cut, "seed \(seed)")
            let scalars = String(decoding: part.prefix(count), as: UTF8.self).unicodeScalars
            #expect(beyond == 7 + scalars.count { $0.value > 0x7F }, "seed \(seed)")
        }
    }

    /// Whether bytes are UTF-8 without NUL, but for a last character that may be cut off. A byte that begins none is wrong by the next
    /// one only.
    private static func isText(_ bytes: ArraySlice<UInt8>, isWhole: Bool = false) -> Bool {
        guard !bytes.contains(0) else { return false }
        if String(validating: bytes, as: UTF8.self) != nil { return true }
        guard !isWhole, let last = bytes.last else { return false }
        if last >= 0xC0 { return isText(bytes.dropLast(), isWhole: true) }
        let ends: [[UInt8]] = [[0x80], [0x80, 0x80]]
        return ends.contains { String(validating: bytes + $0, as: UTF8.self) != nil }
    }

    /// Characters of every length, at the ends of their ranges among others; a spoiled text has a byte that was changed.
    private static func text(_ count: Int, spoiled: Bool, using generator: inout SeededGenerator) -> [UInt8] {
        let edges: [UInt32] = [
            1, 0x7F, 0x80, 0x7FF, 0x800, 0xFFF, 0x1000, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x3FFFF, 0x40000, 0x10FFFF,
        ]
        let isASCII = Int.random(in: 1...4, using: &generator)
        var text: [UInt8] = []
        while text.count < count {
            let code =
                Int.random(in: 0..<4, using: &generator) < isASCII
                ? UInt32.random(in: 1...0x7F, using: &generator) : edges.randomElement(using: &generator)!
            text += String(Unicode.Scalar(code)!).utf8
        }
        if spoiled { text[Int.random(in: 0..<text.count, using: &generator)] = .random(in: 0...255, using: &generator) }
        return text
    }

    private static func bytes(_ count: Int, using generator: inout SeededGenerator) -> [UInt8] {
        (0..<count).map { _ in
            Bool.random(using: &generator)
                ? UInt8.random(in: 0...255, using: &generator) : UInt8.random(in: 0x21...0x23, using: &generator)
        }
    }

    private static func masks(
        _ set: csimd_set, _ text: [UInt8], _ start: Int, _ blocks: Int, _ wanted: [UInt8]
    ) -> [UInt64] {
        // One more than the blocks, so that a mask too many shows.
        let stride = blocks + 1
        var masks = [UInt64](repeating: 7, count: 3 * stride)
        text.withUnsafeBytes { text in
            // In memory of its own, whose end a sanitizer guards.
            let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: max(text.count, 1), alignment: 1)
            defer { copy.deallocate() }
            copy.copyMemory(from: text)
            csimd_match_three(set, copy.baseAddress! + start, blocks, wanted, &masks, stride)
        }
        return masks
    }

    private static func places(
        _ set: csimd_set, _ masks: [UInt64], _ origin: UInt32
    ) -> (places: [UInt32], behind: ArraySlice<UInt32>) {
        var places = [UInt32](repeating: 7, count: 64 * masks.count + 128)
        let count = csimd_places(set, masks, masks.count, origin, &places)
        return (Array(places[..<count]), places[(count + 64)...])
    }
}
