/// `NNNN_verb_object.sql` or `NNNN_verb_object.down.sql`, taken apart.
///
/// By hand: a regular expression is no constant, and to parse one for each file takes longer than all else that a short command does.
struct MigrationFileName: Equatable {
    let version: Int
    let name: String
    let isDown: Bool

    init?(_ fileName: String) {
        let bytes = fileName.utf8
        guard let version = Self.version(bytes.prefix(4)), bytes.dropFirst(4).first == UInt8(ascii: "_") else {
            return nil
        }
        let rest = bytes.dropFirst(5)
        isDown = fileName.hasSuffix(".down.sql")
        let name = rest.dropLast((isDown ? ".down.sql" : ".sql").utf8.count)
        guard fileName.hasSuffix(".sql"), let count = Self.words(name), count > 1 else { return nil }
        self.version = version
        self.name = String(name) ?? ""
    }

    /// `B_<name>.sql`.
    static func isPreparation(_ fileName: String) -> Bool {
        isNamed(fileName, after: "B_")
    }

    /// `R_<name>.sql`.
    static func isRepeatable(_ fileName: String) -> Bool {
        isNamed(fileName, after: "R_")
    }

    /// Of four digits.
    static func version(_ text: some Collection<UInt8>) -> Int? {
        guard text.count == 4, text.allSatisfy(isDigit) else { return nil }
        return text.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }

    private static func isNamed(_ fileName: String, after prefix: String) -> Bool {
        guard fileName.hasPrefix(prefix), fileName.hasSuffix(".sql") else { return false }
        return words(fileName.utf8.dropFirst(prefix.utf8.count).dropLast(".sql".utf8.count)) != nil
    }

    /// How many, of small letters and digits with `_` between them; the first begins with a letter. Nil for any other text.
    private static func words(_ text: Substring.UTF8View) -> Int? {
        let words = text.split(separator: UInt8(ascii: "_"), omittingEmptySubsequences: false)
        let areWords = words.allSatisfy { word in
            !word.isEmpty && word.allSatisfy { isLetter($0) || isDigit($0) }
        }
        return areWords && text.first.map(isLetter) == true ? words.count : nil
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    static func label(version: Int, name: String) -> String {
        padded(version) + "_" + name
    }

    static func padded(_ version: Int) -> String {
        let digits = String(version)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
