import Foundation

/// The name of a column, in the forms in which it is looked up: `Prix T.T.C. (EUR)` is `prixttc` with the note `eur`.
struct ColumnName {
    /// As in the header.
    let text: String
    /// Letters and digits of all of it, lower-case, without accents: `ä` is `ae`.
    let letters: String
    /// The same without what stands in brackets, and without a language or a number of the system's own.
    let core: String
    /// What stands in brackets or after the last blank: perhaps a unit, a currency, a language.
    let notes: [String]

    /// Of a longer name only its beginning is looked up: nobody calls a column so.
    private static let longest = 200

    init(_ name: String) {
        text = name
        let text = String(String.UnicodeScalarView(name.unicodeScalars.prefix(Self.longest)))
        letters = Self.letters(text)
        var outside = ""
        var notes: [String] = []
        var depth = 0
        for character in text {
            if "([{".contains(character) {
                depth += 1
                notes.append("")
            } else if ")]}".contains(character) {
                depth = max(0, depth - 1)
            } else if depth > 0 {
                notes[notes.count - 1].append(character)
            } else {
                outside.append(character)
            }
        }
        let words = outside.split { !$0.isLetter && !$0.isNumber }
        // `description_en`, `Preis EUR`, `gewicht-kg`.
        if words.count > 1, let last = words.last, Self.suffixes.contains(Self.letters(String(last))) {
            notes.append(String(last))
            core = Self.letters(words.dropLast().joined())
        } else {
            core = Self.letters(outside)
        }
        self.notes = notes.map(Self.letters)
    }

    /// Letters and digits, lower-case, without accents.
    static func letters(_ text: String) -> String {
        let expanded = text.lowercased().replacing("ä", with: "ae").replacing("ö", with: "oe").replacing(
            "ü", with: "ue"
        ).replacing("ß", with: "ss")
        let plain = expanded.decomposedStringWithCompatibilityMapping
        return String(
            String.UnicodeScalarView(
                plain.unicodeScalars.filter { $0.properties.isAlphabetic || $0.properties.numericType != nil }))
    }

    /// Languages, currencies, units and tax notes that do not change what a column is.
    private static let suffixes: Set<String> = [
        "en", "de", "fr", "es", "it", "nl", "engb", "enus", "dede", "frfr", "eur", "usd", "gbp", "chf", "kg", "g", "lb",
        "lbs", "oz",
    ]
}
