import Foundation
import Text

/// The one form in which SKUs, vendor product ids and category names are stored and compared: what looks the same is the
/// same. `catalog.canonical_key` does the same in SQL.
package enum CanonicalKey {
    /// A text of more bytes has more than 100 characters in any form, so that it is refused whatever becomes of it; its
    /// size bounds the work on a cell.
    package static let longest = 1600

    /// The most bytes a canonical key has: no character grows to more than three times its UTF-8 by normalization.
    package static let mostBytes = 3 * longest

    /// NFC, without characters of no width, with ordinary spaces for all others, and trimmed. Trimmed ASCII has no other form.
    package static func form(_ text: String) -> String {
        guard text.utf8.count <= longest else { return text }
        return Invisible.removed(from: text).precomposedStringWithCanonicalMapping.trimmed()
    }
}
