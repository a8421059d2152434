import CSIMD

/// Finds text that was UTF-8, was read as Windows-1252 or Mac Roman, and saved again: `SchlÃ¼ssel`, `Schl√ºssel`.
///
/// Spreadsheets do that to a file without a byte order mark. In such a text the characters beyond ASCII, written as bytes
/// of that code page, are UTF-8 again; in any other nearly none are.
struct DoubleEncodingCheck {
    let page: BytePage

    /// Sequences that are UTF-8 a second time, those among them that hardly occur otherwise, and other characters.
    private var double = 0
    private var telling = 0
    private var single = 0
    /// The first such sequence, as it stands in the text and as it was meant.
    private(set) var example: (written: String, meant: String)?

    /// The bytes that the last characters stand for in the code page.
    private var run: [UInt8] = []
    private var character: [UInt8] = []

    init(_ page: BytePage = .windows1252) {
        self.page = page
    }

    /// Whether more text cannot change the answer: it holds what no such text does.
    var isDecided: Bool { single > 100 && double * 10 < single }

    /// Whether the next bytes go on with what the last ones began.
    var isInsideWord: Bool { !run.isEmpty || !character.isEmpty }

    /// Takes the next bytes of the text, which is UTF-8.
    mutating func take(_ text: UnsafeRawBufferPointer) {
        var index = 0
        while index < text.count, let start = text.baseAddress {
            if character.isEmpty {
                let plain = csimd_plain_prefix(csimd_best(), start + index, text.count - index)
                if plain > 0 { endRun() }
                index += plain
                if index == text.count { return }
            }
            step(text[index])
            index += 1
        }
    }

    /// Whether the whole text was encoded twice. All of it was taken.
    mutating func isDouble() -> Bool {
        endRun()
        return (telling > 0 || double >= 3) && single * 10 <= double
    }

    private mutating func step(_ byte: UInt8) {
        if byte < 0x80 { return endRun() }
        if byte & 0xC0 != 0x80 { character.removeAll(keepingCapacity: true) }
        character.append(byte)
        let length = character[0] < 0xE0 ? 2 : character[0] < 0xF0 ? 3 : 4
        guard character.count >= length else { return }
        let scalar = String(decoding: character, as: UTF8.self).unicodeScalars.first ?? "\u{FFFD}"
        character.removeAll(keepingCapacity: true)
        guard let byte = page.byte(scalar) else {
            endRun()
            single += 1
            return
        }
        run.append(byte)
        if run.count >= 4096 { endRun() }
    }

    /// Counts what the bytes would be.
    private mutating func endRun() {
        character.removeAll(keepingCapacity: true)
        guard !run.isEmpty else { return }
        var rest = run[...]
        while let first = rest.first {
            let length = first < 0xC2 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 1
            if length > 1, let meant = Self.character(rest.prefix(length)), !page.earlierDamage.contains(meant) {
                count(rest.prefix(length), meant)
                rest = rest.dropFirst(length)
            } else {
                single += 1
                rest = rest.dropFirst()
            }
        }
        run.removeAll(keepingCapacity: true)
    }

    private mutating func count(_ bytes: ArraySlice<UInt8>, _ meant: Unicode.Scalar) {
        double += 1
        // Ã, Â and â€ before what is not a letter.
        if [0xC3, 0xC2].contains(bytes.first) || bytes.starts(with: [0xE2, 0x80]) { telling += 1 }
        if example == nil {
            let written = String(String.UnicodeScalarView(bytes.map(page.scalar)))
            example = (written, String(Character(meant)))
        }
    }

    /// The character that the bytes are in UTF-8, if it is one that texts have.
    private static func character(_ bytes: ArraySlice<UInt8>) -> Unicode.Scalar? {
        guard let text = String(validating: bytes, as: UTF8.self), let scalar = text.unicodeScalars.first else {
            return nil
        }
        return switch scalar.value {
        case 0xA0...0x17F, 0x370...0x4FF, 0x5D0...0x5EA, 0x621...0x64A, 0x1E00...0x1EFF, 0x2010...0x2122,
            0x3041...0x9FFF,
            0xAC00...0xD7A3, 0x1F300...0x1FAFF:
            scalar
        default: nil
        }
    }
}
