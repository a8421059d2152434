/// A piece of HTML (HTML Living Standard, section 13.1, "Writing HTML documents"): bytes in which every text is escaped already.
///
/// There is no way to make one of a text without escaping it: `raw` takes only what stands in the source.
package struct HTML: Sendable, Equatable {
    /// Stands where a path begins that is below where the pages are mounted; no text has it.
    static let mount: UInt8 = 0

    private(set) var bytes: [UInt8]

    init(bytes: [UInt8]) { self.bytes = bytes }

    package static let nothing = HTML(bytes: [])

    /// A text, for between tags and for attributes.
    package init(text: String) {
        bytes = []
        bytes.reserveCapacity(text.utf8.count)
        append(text: text)
    }

    /// What stands in the source as HTML.
    package static func raw(_ constant: StaticString) -> HTML {
        constant.withUTF8Buffer { HTML(bytes: Array($0)) }
    }

    /// Pieces side by side.
    package static func joined(@HTMLBuilder _ content: () -> HTML) -> HTML { content() }

    package var isEmpty: Bool { bytes.isEmpty }

    mutating func append(_ other: HTML) { bytes += other.bytes }

    mutating func append(_ constant: StaticString) {
        constant.withUTF8Buffer { bytes += $0 }
    }

    /// Characters that no document may hold become U+FFFD.
    mutating func append(text: String) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "&"): append("&amp;")
            case UInt8(ascii: "<"): append("&lt;")
            case UInt8(ascii: ">"): append("&gt;")
            case UInt8(ascii: "\""): append("&quot;")
            case UInt8(ascii: "'"): append("&#39;")
            case 0x00...0x08, 0x0B...0x1F, 0x7F: append("\u{FFFD}")
            default: bytes.append(byte)
            }
        }
    }

    /// The bytes to send.
    /// - Parameter prefix: where the pages are mounted, such as `/catalog`; empty at the root.
    package func rendered(under prefix: String = "") -> [UInt8] {
        var rendered: [UInt8] = []
        rendered.reserveCapacity(bytes.count + 64 * prefix.utf8.count)
        for byte in bytes {
            if byte == Self.mount { rendered += prefix.utf8 } else { rendered.append(byte) }
        }
        return rendered
    }

    /// The same as text.
    package func text(under prefix: String = "") -> String { String(decoding: rendered(under: prefix), as: UTF8.self) }
}

/// Something that is shown: its body is made of what it holds.
package protocol Component {
    @HTMLBuilder var body: HTML { get }
}

/// What stands between two tags.
@resultBuilder package enum HTMLBuilder {
    package static func buildExpression(_ html: HTML) -> HTML { html }
    package static func buildExpression(_ html: HTML?) -> HTML { html ?? .nothing }
    package static func buildExpression(_ text: String) -> HTML { HTML(text: text) }
    package static func buildExpression(_ component: some Component) -> HTML { component.body }

    package static func buildBlock(_ parts: HTML...) -> HTML { buildArray(parts) }
    package static func buildOptional(_ part: HTML?) -> HTML { part ?? .nothing }
    package static func buildEither(first part: HTML) -> HTML { part }
    package static func buildEither(second part: HTML) -> HTML { part }
    package static func buildArray(_ parts: [HTML]) -> HTML {
        parts.reduce(into: .nothing) { $0.append($1) }
    }
}
