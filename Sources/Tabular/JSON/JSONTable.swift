import CSV
import Storage
import Text

/// Writes the objects of a JSON text as CSV: each name that occurs is a column, each object a record.
struct JSONTable {
    /// No table has so many.
    private static let mostColumns = 10_000

    private let text: TemporaryFile
    private let limits: FileLimits
    private var columns: [String: Int] = [:]
    private var names: [String] = []

    /// Reads all objects once, to know their names.
    /// - Throws: `FileFailure`; what the disk throws.
    init(_ text: TemporaryFile, limits: FileLimits) throws {
        (self.text, self.limits) = (text, limits)
        var rows = reader()
        while let row = try rows.next() {
            for (name, _) in row where columns[name] == nil {
                columns[name] = names.count
                names.append(name)
            }
            guard names.count <= Self.mostColumns else {
                throw FileFailure.damagedJSON(reason: "its objects have more than \(Self.mostColumns) names")
            }
        }
    }

    /// Reads all objects again.
    /// - Parameter write: takes CSV text.
    /// - Throws: `FileFailure`; what the disk and `write` throw.
    func write(_ write: (UnsafeRawBufferPointer) throws -> Void) throws {
        guard !names.isEmpty else { return }
        var csv = CSVWriter(lineEnding: .lf)
        let budget = InflationBudget(limits.maximumFileBytes)
        func drain() throws {
            try budget.take(csv.bytes.count)
            try csv.bytes.withUnsafeBytes(write)
            csv.bytes.removeAll(keepingCapacity: true)
        }
        for name in names { csv.field(name.escaping(["\n": " ", "\r": " "])) }
        csv.endRecord()
        var rows = reader()
        var cells = names.map { _ in "" }
        while let row = try rows.next() {
            for index in cells.indices { cells[index] = "" }
            for (name, value) in row { cells[columns[name]!] = value }
            for cell in cells { csv.field(cell) }
            csv.endRecord()
            if csv.bytes.count > 1 << 17 { try drain() }
        }
        try drain()
    }

    private func reader() -> JSONRowReader {
        JSONRowReader(longest: limits.maximumRecordBytes, read: text.reader())
    }
}
