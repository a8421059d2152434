/// Reads the rows of a worksheet in file order, in constant memory: ECMA-376, part 1, 18.3.
struct SheetReader {
    private let parser: XMLPullParser
    private let values: CellValues
    private var row = SheetRow()
    private var rowNumber = 0
    /// Found behind the last row.
    private(set) var merged = MergedCells()
    private var isInsideData = false

    init(_ parser: XMLPullParser, values: CellValues) {
        self.parser = parser
        self.values = values
    }

    /// Calls `body` with each row that the sheet has, the hidden ones too, until it says no.
    /// - Throws: `XMLPullError`; what the parser and `body` throw.
    mutating func forEachRow(_ body: (inout SheetRow) throws -> Bool) throws {
        while true {
            switch try parser.next() {
            case .finished: return
            case .text: continue
            case .end: if parser.isNamed("sheetData") { isInsideData = false }
            case .start:
                if isInsideData, parser.isNamed("row") {
                    try readRow()
                    guard try body(&row) else { return }
                } else if parser.isNamed("sheetData") {
                    isInsideData = true
                } else if parser.isNamed("mergeCell"), let area = parser.attributes.raw("ref") {
                    try merged.add(area)
                }
            }
        }
    }

    private mutating func readRow() throws {
        let number = parser.attributes.number("r") ?? rowNumber + 1
        guard number > rowNumber, number <= CellReference.mostRows else {
            throw XMLPullError("row \(number) comes after row \(rowNumber)")
        }
        rowNumber = number
        row.begin(number, isHidden: parser.attributes.isOn("hidden"))
        let outside = parser.depth - 1
        var column = -1
        while parser.depth > outside {
            switch try parser.next() {
            case .start where parser.isNamed("c"): try readCell(after: &column)
            case .finished: return
            default: continue
            }
        }
    }

    private mutating func readCell(after column: inout Int) throws {
        var cell = CellValues.Cell()
        var place: Int?
        var attributes = parser.attributes.makeIterator()
        while let (name, value) = attributes.next() {
            guard name.count == 1 else { continue }
            switch name[0] {
            case UInt8(ascii: "r"): place = try self.column(value)
            case UInt8(ascii: "s"): cell.style = Int(digits: value) ?? 0
            case UInt8(ascii: "t"): cell.type = CellValues.CellType(value)
            default: break
            }
        }
        column = place ?? column + 1
        guard column < CellReference.mostColumns else { throw XMLPullError("row \(rowNumber) has too many cells") }
        try row.add(column) { try values.read(cell, parser, into: &$0) }
    }

    private func column(_ reference: UnsafeRawBufferPointer) throws -> Int {
        guard let place = CellReference(reference), place.row == rowNumber else {
            throw XMLPullError(
                "a cell of row \(rowNumber) says it is '\(String(decoding: reference.prefix(20), as: UTF8.self))'")
        }
        return place.column
    }
}
