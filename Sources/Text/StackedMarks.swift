/// More accents on one letter than any language has.
///
/// Before Swift compares, hashes or normalizes a text, it puts the marks behind a letter in their order, which takes minutes for
/// a hundred thousand of them. So text from outside is asked for them before it becomes a name that is looked up.
///
/// Source: Unicode Standard Annex #15, section 13, "Stream-Safe Text Format".
package enum StackedMarks {
    /// On one letter at most.
    private static let most = 30

    /// Counts the marks on one letter.
    private struct Stack {
        private var height = 0

        /// - Returns: whether it is too high with the next character.
        mutating func grows(_ scalar: Unicode.Scalar) -> Bool {
            // None before U+0300 is a mark.
            let isMark = scalar.value >= 0x300 && scalar.properties.canonicalCombiningClass != .notReordered
            height = isMark ? height + 1 : 0
            return height > most
        }
    }

    package static func areIn(_ text: String) -> Bool {
        var stack = Stack()
        return text.unicodeScalars.contains { stack.grows($0) }
    }

    /// The same of bytes that may be UTF-8.
    package static func areIn(_ utf8: UnsafeRawBufferPointer) -> Bool {
        // U+0300 begins with 0xCC.
        utf8.contains { $0 >= 0xCC } && areIn(String(decoding: utf8, as: UTF8.self))
    }

    /// The same of JSON, where any character may be written as `\u0301`.
    package static func areIn(json: [UInt8]) -> Bool {
        guard json.contains(where: { $0 >= 0xCC || $0 == UInt8(ascii: "\\") }) else { return false }
        var stack = Stack()
        var scalars = JSONScalars(String(decoding: json, as: UTF8.self))
        while let scalar = scalars.next() { if stack.grows(scalar) { return true } }
        return false
    }
}

/// The characters that a JSON text stands for, as far as it is well-formed; an escape other than by number is a backslash.
private struct JSONScalars {
    private var rest: Substring.UnicodeScalarView

    init(_ text: String) {
        rest = text[...].unicodeScalars
    }

    mutating func next() -> Unicode.Scalar? {
        guard let scalar = rest.popFirst() else { return nil }
        guard scalar == "\\", let kind = rest.popFirst() else { return scalar }
        guard kind == "u", let unit = takeUnit() else { return "\\" }
        guard UTF16.isLeadSurrogate(unit), rest.starts(with: ["\\", "u"]) else { return Unicode.Scalar(unit) ?? "\\" }
        rest.removeFirst(2)
        guard let second = takeUnit() else { return "\\" }
        return String(decoding: [unit, second], as: UTF16.self).unicodeScalars.first
    }

    private mutating func takeUnit() -> UInt16? {
        let digits = rest.prefix(4)
        rest = rest.dropFirst(4)
        return UInt16(String(digits), radix: 16)
    }
}
