import CSIMD

/// Judges text that arrives in pieces: is it UTF-8, and has it bytes that PostgreSQL cannot store?
///
/// Follows table 3-7 of the Unicode Standard: no overlong forms, no surrogates, nothing beyond U+10FFFF.
package struct UTF8Scanner {
    /// Well-formed sequences of two to four bytes.
    private(set) var multibyteSequences = 0
    /// Places where the text is not UTF-8.
    package private(set) var invalidSequences = 0
    private(set) var hasNUL = false

    package init() {}

    private let instructions = csimd_best()
    private var expected = 0
    private var lower: UInt8 = 0x80
    private var upper: UInt8 = 0xBF

    /// Whether the text so far ends within a character.
    var isInsideCharacter: Bool { expected > 0 }

    package mutating func scan(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.bindMemory(to: UInt8.self).baseAddress else { return }
        var index = 0
        while index < bytes.count {
            if expected == 0 {
                index += csimd_utf8_prefix(instructions, start + index, bytes.count - index, &multibyteSequences)
                index += csimd_plain_prefix(instructions, start + index, bytes.count - index)
            }
            // To the end of the character, and of those beyond ASCII that follow it.
            while index < bytes.count, expected > 0 || start[index] &- 1 >= 0x7F {
                step(start[index])
                index += 1
            }
        }
    }

    /// A sequence cut off by the end of the text is invalid.
    mutating func finish() {
        if expected > 0 { invalidSequences += 1 }
        expected = 0
    }

    /// Whether a piece of text is UTF-8 by itself.
    package static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var scanner = UTF8Scanner()
        scanner.scan(bytes)
        scanner.finish()
        return scanner.invalidSequences == 0
    }

    private mutating func step(_ byte: UInt8) {
        if expected > 0 {
            if byte >= lower, byte <= upper { return advance() }
            invalidSequences += 1
            expected = 0
        }
        begin(byte)
    }

    private mutating func advance() {
        expected -= 1
        (lower, upper) = (0x80, 0xBF)
        if expected == 0 { multibyteSequences += 1 }
    }

    private mutating func begin(_ byte: UInt8) {
        if byte &- 1 < 0x7F { return }
        (lower, upper) = (0x80, 0xBF)
        switch byte {
        case 0x00: hasNUL = true
        case 0xC2...0xDF: expected = 1
        case 0xE0: (expected, lower) = (2, 0xA0)
        case 0xED: (expected, upper) = (2, 0x9F)
        case 0xE1...0xEF: expected = 2
        case 0xF0: (expected, lower) = (3, 0x90)
        case 0xF1...0xF3: expected = 3
        case 0xF4: (expected, upper) = (3, 0x8F)
        default: invalidSequences += 1
        }
    }
}
