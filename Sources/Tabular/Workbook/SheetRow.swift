/// One row of a sheet: what its cells say. Used again for the next one.
struct SheetRow {
    struct Cell {
        /// From 0.
        var column: Int
        /// In `bytes`.
        var range: Range<Int>
    }

    /// As Excel counts it, from 1.
    var number = 0
    var isHidden = false
    /// Those with a value, by column.
    private(set) var cells: [Cell] = []
    private(set) var bytes: [UInt8] = []

    var isEmpty: Bool { cells.isEmpty }
    /// Columns up to the last cell with a value.
    var width: Int { cells.last.map { $0.column + 1 } ?? 0 }

    mutating func begin(_ number: Int, isHidden: Bool) {
        (self.number, self.isHidden) = (number, isHidden)
        cells.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
    }

    /// Adds a cell whose value `body` appends; one without a value is none.
    mutating func add(_ column: Int, _ body: (inout [UInt8]) throws -> Void) rethrows {
        let start = bytes.count
        try body(&bytes)
        guard bytes.count > start else { return }
        let cell = Cell(column: column, range: start..<bytes.count)
        guard let last = cells.last, last.column >= column else {
            cells.append(cell)
            return
        }
        // Out of order: no writer that we know does it.
        if let place = cells.firstIndex(where: { $0.column >= column }) {
            if cells[place].column == column { cells[place] = cell } else { cells.insert(cell, at: place) }
        }
    }

    /// The value of a column; nil if it has none.
    func value(_ column: Int) -> ArraySlice<UInt8>? {
        cells.first { $0.column == column }.map { bytes[$0.range] }
    }

    /// All columns as texts.
    var texts: [String] {
        var texts = Array(repeating: "", count: width)
        for cell in cells { texts[cell.column] = String(decoding: bytes[cell.range], as: UTF8.self) }
        return texts
    }
}
