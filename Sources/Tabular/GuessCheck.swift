/// Judges whether bytes that were taken for Windows-1252 are words of a language that is written in it.
///
/// Text in another code page gives words such as `Ëàìïà` or `g³owa`: control characters, signs between letters, a capital
/// after a small letter, or letters that no one alphabet has together. One such word in ten is too many.
struct GuessCheck {
    private static let longestWord = 40

    /// Words with anything beyond ASCII in them, and those of no language.
    private var words = 0
    private var strange = 0
    /// The first word of no language, for people.
    private(set) var example = ""
    private var word: [UInt8] = []

    /// Takes the next bytes as they are in the file.
    mutating func take(_ bytes: UnsafeRawBufferPointer) {
        for byte in bytes {
            if byte >= 0x80 || Letters.isASCIILetter(byte) {
                word.append(byte)
                if word.count < Self.longestWord { continue }
            }
            if !word.isEmpty { endWord() }
        }
    }

    /// Whether the guess is wrong. All bytes were taken.
    mutating func isImprobable() -> Bool {
        endWord()
        return strange > 0 && strange * 10 >= words
    }

    private mutating func endWord() {
        defer { word.removeAll(keepingCapacity: true) }
        guard word.contains(where: { $0 >= 0x80 }) else { return }
        words += 1
        guard Self.isStrange(word) else { return }
        strange += 1
        if example.isEmpty { example = String(String.UnicodeScalarView(word.map(Windows1252.scalar))) }
    }

    private static func isStrange(_ word: [UInt8]) -> Bool {
        if word.contains(where: Letters.isNever) || hasSignBetweenLetters(word) { return true }
        return word.split { !Letters.isLetter($0) }.contains { isStrangeRun(Array($0)) }
    }

    private static func hasSignBetweenLetters(_ word: [UInt8]) -> Bool {
        word.indices.dropLast().contains { place in
            let (sign, next) = (word[place], word[place + 1])
            guard Letters.isSign(sign) else { return false }
            // A footnote's number may stand before a word, but before none that begins with an accent.
            if Letters.isMark(sign), next >= 0x80, Letters.isLetter(next) { return true }
            guard place > 0, Letters.isLetter(word[place - 1]) else { return false }
            return Letters.isLetter(next) || word[place - 1] >= 0x80 && isFollowedByLetter(word[(place + 1)...])
        }
    }

    /// Whether more signs and then a letter beyond ASCII follow.
    private static func isFollowedByLetter(_ rest: ArraySlice<UInt8>) -> Bool {
        guard let letter = rest.first(where: Letters.isLetter) else { return false }
        return letter >= 0x80
    }

    /// - Parameter run: letters only.
    private static func isStrangeRun(_ run: [UInt8]) -> Bool {
        var needed = Letters.Alphabet()
        var count = 0
        for (place, letter) in run.enumerated() where letter >= 0x80 {
            if place > 0, Letters.isCapital(letter), !Letters.isCapital(run[place - 1]) { return true }
            count += 1
            needed.insert(letter)
        }
        return count > 1 && !Letters.alphabets.contains { $0.holds(needed) }
    }
}

/// What the bytes of Windows-1252 are in a word.
private enum Letters {
    /// The letters beyond ASCII of a language, small ones standing for both.
    struct Alphabet {
        private var bits: (UInt64, UInt64) = (0, 0)

        init(_ letters: String = "") {
            for scalar in letters.unicodeScalars { if let byte = Windows1252.byte(scalar) { insert(byte) } }
        }

        mutating func insert(_ letter: UInt8) {
            let place = Letters.small(letter) - 0x80
            if place < 64 { bits.0 |= 1 << UInt64(place) } else { bits.1 |= 1 << UInt64(place - 64) }
        }

        func holds(_ other: Alphabet) -> Bool { other.bits.0 & ~bits.0 == 0 && other.bits.1 & ~bits.1 == 0 }
    }

    /// Of the languages that are written in Windows-1252, with the letters of their usual loan words.
    static let alphabets = [
        "äöüßéèàâê", "àâæçéèêëîïôœùûüÿñ", "áéíñóúüç", "áâãàçéêíóôõúü", "àèéìíîòóùú", "æøåéèêüöä", "åäöéèüæø",
        "áðéíóúýþæö",
        "éëïöüèêáóíú", "àçèéíïòóúü", "äöõüšž", "áéíóúàèìòù", "âîûŷôêäëïöü", "áàâäéèêëíïóôöú", "ëç", "åäöšž",
    ].map(Alphabet.init)

    static func isASCIILetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }

    static func isLetter(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x8A, 0x8C, 0x8E, 0x9A, 0x9C, 0x9E, 0x9F, 0xC0...0xD6, 0xD8...0xF6, 0xF8...0xFF: true
        default: isASCIILetter(byte)
        }
    }

    static func isCapital(_ letter: UInt8) -> Bool {
        switch letter {
        case 0x8A, 0x8C, 0x8E, 0x9F, 0xC0...0xDE, 0x41...0x5A: true
        default: false
        }
    }

    static func small(_ letter: UInt8) -> UInt8 {
        switch letter {
        case 0x8A, 0x8C, 0x8E: letter + 0x10
        case 0x9F: 0xFF
        case 0xC0...0xDE: letter + 0x20
        default: letter
        }
    }

    /// No character at all, the sign of no currency, the broken bar.
    static func isNever(_ byte: UInt8) -> Bool { [0x81, 0x8D, 0x8F, 0x90, 0x9D, 0xA4, 0xA6].contains(byte) }

    /// Signs of which none begins a word: diaereses, macrons and cedillas alone, raised numbers.
    static func isMark(_ byte: UInt8) -> Bool { [0xA8, 0xAF, 0xB2, 0xB3, 0xB8, 0xB9].contains(byte) }

    /// Signs that stand beside words, not between two letters of one.
    static func isSign(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x83, 0x86...0x89, 0x98, 0xA1...0xA3, 0xA5, 0xA7, 0xA8, 0xAC, 0xAF, 0xB2, 0xB3, 0xB6, 0xB8, 0xB9,
            0xBC...0xBF:
            true
        default: false
        }
    }
}
