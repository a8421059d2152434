extension UInt8 {
    @inlinable static var quote: UInt8 { UInt8(ascii: "\"") }
    static let lineFeed = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")
}

/// The UTF-8 byte order mark (U+FEFF) that spreadsheets put at the start of a file.
let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
