import Foundation
import OpenSSL

/// Where the next page begins: the key of the last row of this one, in an opaque form.
package struct Cursor: Sendable, Equatable {
    var parts: [String]

    package init(_ parts: [String]) { self.parts = parts }

    /// - Returns: nil unless the text was made by `text` for as many parts.
    init?(_ text: String, parts count: Int) {
        guard let bytes = [UInt8](base64URL: text),
            // Anything else is not one of our cursors.
            let parts = try? JSONDecoder().decode([String].self, from: Data(bytes)),
            parts.count == count, !parts.contains(where: { $0.utf8.contains(0) })
        else { return nil }
        self.parts = parts
    }

    package var text: String {
        // Strings always encode.
        try! JSONEncoder().encode(parts).base64URL
    }
}
