/// A path of this service with its query: every piece percent-encoded, and nothing but a path. `javascript:` cannot be said.
package struct SitePath: Sendable, Equatable {
    private var encoded: String
    private var hasQuery = false

    /// - Parameter constant: begins with a slash.
    package init(_ constant: StaticString) {
        encoded = "\(constant)"
    }

    /// One piece more.
    package static func / (path: SitePath, piece: String) -> SitePath {
        var path = path
        path.encoded += "/" + encode(piece)
        return path
    }

    /// One parameter more; nil leaves it away.
    package func with(_ name: StaticString, _ value: String?) -> SitePath {
        guard let value else { return self }
        var path = self
        path.encoded += "\(hasQuery ? "&" : "?")\(name)=\(Self.encode(value))"
        path.hasQuery = true
        return path
    }

    /// - Parameter prefix: where the pages are mounted.
    package func text(under prefix: String) -> String { prefix + encoded }

    /// As the value of an attribute, whose prefix comes with the page.
    var attributeValue: HTML {
        var html = HTML(bytes: [HTML.mount])
        html.append(text: encoded)
        return html
    }

    /// Unreserved characters stay (RFC 3986, section 2.3).
    private static func encode(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                encoded += digits.utf8.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return encoded
    }
}
