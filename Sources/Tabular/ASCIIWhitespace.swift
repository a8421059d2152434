extension String {
    /// Without blanks, tabs and line breaks at either end.
    package func trimmingASCIIBlanks() -> String {
        String(decoding: utf8.drop { $0.isASCIIBlank }.reversed().drop { $0.isASCIIBlank }.reversed(), as: UTF8.self)
    }
}

extension UInt8 {
    /// Blank, tab, line feed, vertical tab, form feed, carriage return.
    package var isASCIIBlank: Bool { self == 0x20 || (0x09...0x0D).contains(self) }
}
