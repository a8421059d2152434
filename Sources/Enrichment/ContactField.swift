import Foundation
import Tabular
import Text

/// What is known of a person and a company before anybody is asked.
package enum ContactField: String, Sendable, CaseIterable, Codable {
    case personID = "person_id"
    case email
    case phone
    case firstName = "first_name"
    case lastName = "last_name"
    case fullName = "full_name"
    case linkedIn = "linkedin_url"
    case jobTitle = "job_title"
    case companyID = "company_id"
    case company
    case website
    case city
    case state
    case country
    case industry
    case naics = "naics_code"

    /// Which column holds which field; the first of several names of a field wins, not the first column.
    /// - Parameters:
    ///   - columns: of a file, as they stand there.
    ///   - named: what somebody says of them: these fields are there, and no other column is taken for them.
    static func columns(of columns: [String], named: [ContactField: String] = [:]) -> [ContactField: String] {
        // A column has one meaning: the one that was said.
        let plain = columns.map { named.values.contains($0) ? "" : normalized($0) }
        var found = named
        for field in allCases where named[field] == nil {
            let names = ContactSynonyms.table[field] ?? []
            guard let name = names.first(where: plain.contains), let index = plain.firstIndex(of: name) else {
                continue
            }
            found[field] = columns[index]
        }
        // "Name" is the company's in a list of companies and the person's in a list of persons.
        if let index = plain.firstIndex(of: "name") {
            let field: ContactField =
                found[.company] == nil && found[.email] == nil && found[.firstName] == nil
                    && found[.jobTitle] == nil ? .company : .fullName
            if found[field] == nil { found[field] = columns[index] }
        }
        return found
    }

    /// In letters without accents, and digits.
    private static func normalized(_ column: String) -> String {
        guard !StackedMarks.areIn(column) else { return "" }
        let plain = column.replacing("ß", with: "ss").folding(options: .diacriticInsensitive, locale: nil)
        return String(plain.lowercased().unicodeScalars.filter { ("a"..."z").contains($0) || ("0"..."9").contains($0) })
    }
}

/// One person or company as it is given to a provider: the known fields, without whitespace around them.
package struct ProviderInput: Sendable, Equatable {
    /// By the place of the field in `ContactField.allCases`; empty where nothing is known.
    private var values = [String](repeating: "", count: ContactField.count)

    /// Nothing is known.
    package init() {}

    /// - Parameter fields: values as they stand in a cell. They are trimmed, white space inside them becomes one space, and what looks
    ///   the same is the same: nobody is asked, and paid, twice for it.
    package init(_ fields: some Sequence<(key: ContactField, value: String)>) {
        for (field, value) in fields { self[field] = CellText.string(value).squeezed }
    }

    /// The value of a field; empty if it is not known.
    package subscript(field: ContactField) -> String {
        get { values[field.place] }
        set { values[field.place] = newValue }
    }

    /// The known fields in their order.
    package var known: [(field: ContactField, value: String)] {
        zip(ContactField.inOrder, values).compactMap { $1.isEmpty ? nil : ($0, $1) }
    }

    func has(_ field: ContactField) -> Bool { !self[field].isEmpty }

    var hasCompany: Bool { has(.company) || has(.companyID) || has(.website) }
    var hasName: Bool { has(.fullName) || (has(.firstName) && has(.lastName)) }
    /// Some part of a person is known.
    var hasPerson: Bool {
        [.personID, .email, .phone, .firstName, .lastName, .fullName, .linkedIn].contains(where: has)
    }
}

extension ContactField {
    /// Made once: `allCases` makes it each time.
    fileprivate static let inOrder = allCases
    fileprivate static let count = inOrder.count

    fileprivate var place: Int {
        // Each case stands in the list, which is shorter to look through than to hash for.
        Self.inOrder.firstIndex(of: self)!
    }
}

extension String {
    /// PostgreSQL takes no NUL; values have U+FFFD for it, too (`JSONWriter`).
    var storable: String { utf8.contains(0) ? replacing("\0", with: "\u{FFFD}") : self }

    /// Visible characters of ASCII, and single spaces between them.
    private var isSqueezedASCII: Bool {
        var former = UInt8(ascii: " ")
        for byte in utf8 {
            guard byte > 0x20 || byte == 0x20 && former != 0x20, byte < 0x7F else { return false }
            former = byte
        }
        return former != 0x20 || isEmpty
    }

    /// In NFC, without white space at either end and characters of no width, and one space for any white space inside.
    var squeezed: String {
        guard !isSqueezedASCII else { return self }
        guard !StackedMarks.areIn(self) else { return trimmed() }
        let words = Invisible.removed(from: self).unicodeScalars.split { Invisible.isSpace($0.value) }
        return words.map { String($0) }.joined(separator: " ").precomposedStringWithCanonicalMapping.trimmed()
    }
}
