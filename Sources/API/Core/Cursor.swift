import Foundation

/// Where the next page begins: the key of the last row of this one, in an opaque form.
struct Cursor: Sendable, Equatable {
    var parts: [String]

    init(_ parts: [String]) { self.parts = parts }

    /// - Returns: nil unless the text was made by `text` for as many parts.
    init?(_ text: String, parts count: Int) {
        let padded = text + String(repeating: "=", count: (4 - text.count % 4) % 4)
        guard let data = Data(base64Encoded: padded.replacing("-", with: "+").replacing("_", with: "/")),
            let parts = try? JSONDecoder().decode([String].self, from: data),  // anything else is no cursor of ours
            parts.count == count, !parts.contains(where: { $0.utf8.contains(0) })
        else { return nil }
        self.parts = parts
    }

    /// base64url (RFC 4648, section 5) without padding.
    var text: String {
        // Strings always encode.
        let data = try! JSONEncoder().encode(parts)
        return data.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
