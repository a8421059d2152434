/// A code page of one byte a character, as which programs read a file that says nothing of its encoding.
struct BytePage: Sendable {
    /// As people call it.
    let name: String
    /// Of the bytes from 0x80 on.
    private let scalars: [Unicode.Scalar]
    private let bytes: [Unicode.Scalar: UInt8]
    /// What shows text that was already damaged so before: not when this file was saved, but in single cells, by whoever collected
    /// them. The rest of the file may be good.
    let earlierDamage: Set<Unicode.Scalar>

    private init(_ name: String, _ scalars: [Unicode.Scalar], earlierDamage: Set<Unicode.Scalar> = []) {
        self.name = name
        self.scalars = scalars
        self.earlierDamage = earlierDamage
        bytes = Dictionary(zip(scalars, 0x80...0xFF), uniquingKeysWith: { first, _ in first })
    }

    func scalar(_ byte: UInt8) -> Unicode.Scalar { byte < 0x80 ? Unicode.Scalar(byte) : scalars[Int(byte - 0x80)] }

    /// The byte that a character beyond ASCII stands for. Some programs take Windows-1252 for Latin-1, whose bytes below 0xA0
    /// are control characters.
    func byte(_ scalar: Unicode.Scalar) -> UInt8? {
        bytes[scalar] ?? ((0x80..<0xA0).contains(scalar.value) ? UInt8(scalar.value) : nil)
    }

    static let windows1252 = BytePage("Windows-1252", (0x80...0xFF).map(Windows1252.scalar))

    /// What Excel on a Mac takes such a file for. https://www.unicode.org/Public/MAPPINGS/VENDORS/APPLE/ROMAN.TXT
    static let macRoman = BytePage(
        "Mac Roman",
        Array(
            """
            ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü†°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø\
            ¿¡¬√ƒ≈∆«»…\u{A0}ÀÃÕŒœ–—“”‘’÷◊ÿŸ⁄€‹›ﬁﬂ‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔ\u{F8FF}ÒÚÛÙıˆ˜¯˘˙˚¸˝˛ˇ
            """.unicodeScalars), earlierDamage: ["¬", "‚", "√"])
}
