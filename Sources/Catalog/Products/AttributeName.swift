import Text

/// Names of attributes: columns of a file that are not ours and are kept, `catalog.products.attributes`.
package enum AttributeName {
    /// Stands before the name wherever attributes and our own columns are side by side: in exports, which are files again, in
    /// queries and in messages.
    package static let prefix = "attribute."

    /// In Unicode code points.
    package static let longest = 100

    /// The name of the attribute that a column of a file holds: in the form of keys, case included, with spaces for line breaks and
    /// other control characters.
    /// - Returns: the name without the prefix, empty if the column has none; and whether the prefix was there, by which a column says
    ///   that it is an attribute, whatever is kept of the file otherwise.
    package static func of(column: String) -> (name: String, isPrefixed: Bool) {
        let spaced = column.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }
        let name = CanonicalKey.form(String(String.UnicodeScalarView(spaced)).trimmed())
        guard name.utf8.starts(with: prefix.utf8, by: { lowercase($0) == $1 }) else { return (name, false) }
        return (String(decoding: name.utf8.dropFirst(prefix.utf8.count), as: UTF8.self).trimmed(), true)
    }

    /// The column of an attribute among ours.
    package static func column(_ name: String) -> String { prefix + name }

    private static func lowercase(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
