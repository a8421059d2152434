/// Binary data: a `bytea` value.
public struct Bytes: Equatable, PostgresEncodable, PostgresDecodable {
    /// The value.
    public let bytes: [UInt8]

    /// The bytes to bind.
    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Reads the hexadecimal form (manual, section 8.4.1), which servers send unless `bytea_output` says otherwise.
    public init?(postgresText: String) {
        guard postgresText.hasPrefix("\\x") else { return nil }
        let digits = postgresText.utf8.dropFirst(2).map(Self.value)
        guard digits.count.isMultiple(of: 2), !digits.contains(nil) else { return nil }
        bytes = stride(from: 0, to: digits.count, by: 2).map { digits[$0]! << 4 | digits[$0 + 1]! }
    }

    /// Hexadecimal form.
    public var postgresText: String {
        var text = Array("\\x".utf8)
        text.reserveCapacity(2 + 2 * bytes.count)
        for byte in bytes { text += [Self.digits[Int(byte >> 4)], Self.digits[Int(byte & 15)]] }
        return String(decoding: text, as: UTF8.self)
    }

    private static let digits = Array("0123456789abcdef".utf8)

    private static func value(_ digit: UInt8) -> UInt8? {
        digits.firstIndex(of: digit).map { UInt8($0) }
    }
}
