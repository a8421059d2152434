import Foundation

extension Sequence<UInt8> {
    /// The bytes as RFC 4648, section 5, writes them, without padding.
    package var base64URL: String {
        Data(self).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
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
