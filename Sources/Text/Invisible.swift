/// Characters that nobody sees. Around a value they mean nothing, within a key they make two of one, and in a message they
/// must be shown.
package enum Invisible {
    /// Whether the character is trimmed from the ends of a value: Unicode white space, and what has no width.
    package static func isAround(_ code: UInt32) -> Bool { isSpace(code) || isZeroWidth(code) }

    /// A space that is not U+0020 and looks like one: Unicode category Zs.
    private static func isOtherSpace(_ code: UInt32) -> Bool {
        switch code {
        case 0xA0, 0x1680, 0x2000...0x200A, 0x202F, 0x205F, 0x3000: true
        default: false
        }
    }

    /// Unicode property White_Space.
    package static func isSpace(_ code: UInt32) -> Bool {
        switch code {
        case 0x09...0x0D, 0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
        default: false
        }
    }

    /// Soft hyphen, joiners, directions, fillers, byte order marks: signs that leave no trace on paper. Those that change
    /// the sign before them (variation selectors, tags of flags) are not among them.
    private static func isZeroWidth(_ code: UInt32) -> Bool {
        switch code {
        case 0xAD, 0x34F, 0x61C, 0x115F...0x1160, 0x180E, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x206F, 0x2800,
            0x3164, 0xFEFF, 0xFFA0:
            true
        default: false
        }
    }

    /// Joiners are part of words in some scripts, and of some emoji.
    private static func isJoiner(_ code: UInt32) -> Bool { code == 0x200C || code == 0x200D }

    /// The text with what is invisible written as `<U+200B>`; spaces stay.
    package static func shown(_ text: String) -> String {
        // Nearly every text is ASCII without control characters.
        guard text.utf8.contains(where: { $0 &- 0x20 >= 0x5F }), text.unicodeScalars.contains(where: needsShowing)
        else {
            return text
        }
        return text.unicodeScalars.reduce(into: "") { shown, scalar in
            if needsShowing(scalar) { shown += name(scalar) } else { shown.unicodeScalars.append(scalar) }
        }
    }

    private static func needsShowing(_ scalar: Unicode.Scalar) -> Bool {
        scalar != " " && (isAround(scalar.value) || scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value))
    }

    /// `<U+200B>`, as the Unicode charts name it.
    package static func name(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "<U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits + ">"
    }

    /// The text without characters of no width, joiners excepted, and with ordinary spaces for all others.
    package static func removed(from text: String) -> String {
        let seen = text.unicodeScalars.lazy.filter { !isZeroWidth($0.value) || isJoiner($0.value) }
        return String(String.UnicodeScalarView(seen.map { isOtherSpace($0.value) ? " " : $0 }))
    }
}
