/// Areas of several rows that are merged: their value stands in the first row only, and a person sees it beside all of them.
struct MergedCells {
    private static let most = 100_000

    private struct Area {
        let column: Int
        let rows: ClosedRange<Int>
        var value: [UInt8] = []
    }

    /// By first row, the first at the end.
    private var waiting: [Area] = []
    private var current: [Area] = []

    var isEmpty: Bool { waiting.isEmpty }

    /// - Parameter reference: `B2:B5`; one that is none, or has one row, is passed over.
    /// - Throws: `XMLPullError` if they are too many.
    mutating func add(_ reference: UnsafeRawBufferPointer) throws {
        let parts = reference.split(separator: UInt8(ascii: ":"))
        guard parts.count == 2, let from = CellReference(parts[0]), let to = CellReference(parts[1]), to.row > from.row
        else { return }
        guard waiting.count < Self.most else { throw XMLPullError("it has more than \(Self.most) merged areas") }
        waiting.append(Area(column: from.column, rows: from.row...to.row))
    }

    /// To be called before the first row.
    mutating func sort() {
        waiting.sort { $0.rows.lowerBound > $1.rows.lowerBound }
    }

    /// Gives a row the values of the areas that reach into it, if it has anything of its own.
    mutating func fill(_ row: inout SheetRow) {
        guard !waiting.isEmpty || !current.isEmpty else { return }
        current.removeAll { $0.rows.upperBound < row.number }
        let isEmpty = row.isEmpty
        for area in current where !isEmpty && row.value(area.column) == nil {
            row.add(area.column) { $0.append(contentsOf: area.value) }
        }
        while let next = waiting.last, next.rows.lowerBound <= row.number {
            waiting.removeLast()
            guard next.rows.lowerBound == row.number, let value = row.value(next.column) else { continue }
            current.append(Area(column: next.column, rows: next.rows, value: Array(value)))
        }
    }
}
