/// A place in a sheet: `AB12`. ECMA-376, part 1, 18.18.7.
struct CellReference: Equatable {
    static let mostRows = 1_048_576
    static let mostColumns = 16_384

    /// From 0.
    let column: Int
    /// As Excel counts it, from 1.
    let row: Int

    /// Nil if it is none, or beyond what a sheet can have. Signs of absolute places (`$A$1`) are passed over.
    init?(_ text: some Sequence<UInt8>) {
        var (column, row, hasRow) = (0, 0, false)
        for byte in text where byte != UInt8(ascii: "$") {
            if byte &- UInt8(ascii: "0") < 10 {
                row = row * 10 + Int(byte - UInt8(ascii: "0"))
                hasRow = true
            } else {
                let letter = (byte & 0xDF) &- UInt8(ascii: "A")
                guard letter < 26, !hasRow else { return nil }
                column = column * 26 + Int(letter) + 1
            }
            guard column <= Self.mostColumns, row <= Self.mostRows else { return nil }
        }
        guard column > 0, row > 0 else { return nil }
        (self.column, self.row) = (column - 1, row)
    }
}
