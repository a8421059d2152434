import Foundation

extension Sequence<UInt8> {
    /// The bytes as RFC 4648, section 5, writes them, without padding.
    package var base64URL: String {
        let digits = Data(self).base64EncodedData().lazy.filter { $0 != UInt8(ascii: "=") }
        return String(
            decoding: digits.map { digit in
                switch digit {
                case UInt8(ascii: "+"): UInt8(ascii: "-")
                case UInt8(ascii: "/"): UInt8(ascii: "_")
                default: digit
                }
            }, as: UTF8.self)
    }
}

extension [UInt8] {
    /// Reads what `base64URL` writes.
    /// - Returns: nil if the text is anything else.
    package init?(base64URL text: some StringProtocol) {
        let plain = String(text).replacing("-", with: "+").replacing("_", with: "/")
        let padding = String(repeating: "=", count: (4 - plain.count % 4) % 4)
        // Other spellings of the same bytes are refused: a `+`, padding, or bits that stand for nothing.
        guard let data = Data(base64Encoded: plain + padding), data.base64URL == text else { return nil }
        self.init(data)
    }
}
