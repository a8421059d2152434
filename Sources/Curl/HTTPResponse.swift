/// What a server answered.
package struct HTTPResponse: Sendable {
    package var status: Int
    package var headers: HTTPHeaders
    /// As it came, unless the request says that it unpacks.
    package var body: [UInt8]

    package init(status: Int, headers: HTTPHeaders = HTTPHeaders(), body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// Whether the status is 2xx.
    package var isSuccess: Bool { (200..<300).contains(status) }
}

/// Header fields in the order of their arrival.
package struct HTTPHeaders: Sendable, Equatable, RandomAccessCollection {
    package struct Field: Sendable, Equatable {
        package var name: String
        package var value: String
    }

    private var fields: [Field] = []

    package init(_ fields: [(name: String, value: String)] = []) {
        self.fields = fields.map(Field.init)
    }

    /// The first value of a name in any case.
    package subscript(name: String) -> String? {
        fields.first { Self.isSame($0.name, name) }?.value
    }

    /// All values of a name in any case.
    package func values(_ name: String) -> [String] {
        fields.filter { Self.isSame($0.name, name) }.map(\.value)
    }

    package mutating func append(_ name: String, _ value: String) {
        fields.append(Field(name: name, value: value))
    }

    package var startIndex: Int { 0 }
    package var endIndex: Int { fields.count }
    package subscript(position: Int) -> Field { fields[position] }

    private static func isSame(_ one: String, _ other: String) -> Bool {
        one.utf8.count == other.utf8.count && one.lowercased() == other.lowercased()
    }
}

extension HTTPHeaders {
    /// - Parameter lines: without line breaks, as they arrived; a status line starts over, because what stood before it was an
    ///   interim answer (RFC 9110, section 15.2).
    init(lines: [String]) {
        for line in lines {
            if line.hasPrefix("HTTP/") {
                self = HTTPHeaders()
            } else if let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")) {
                append(String(line[..<colon]), line[line.index(after: colon)...].trimmed)
            }
        }
    }
}

extension StringProtocol {
    /// Without white space at both ends.
    var trimmed: String {
        let isBlank: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        let rest = Substring(self).utf8.drop(while: isBlank)
        let end = rest.lastIndex { !isBlank($0) }.map(rest.index(after:)) ?? rest.startIndex
        return String(decoding: rest[..<end], as: UTF8.self)
    }
}
