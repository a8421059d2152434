import CSV
import Catalog
import Storage
import Tabular

/// Reads the categories that a file names.
package struct CategoryFile {
    private let limits: FileLimits

    /// - Parameter limits: as for uploads.
    package init(limits: FileLimits) {
        self.limits = limits
    }

    /// The distinct names, in file order: of a column `category_name` or `category`, else of the only column, each line
    /// a name; with a mapping what it makes of each row's category.
    /// - Throws: `UploadFailure` if the file cannot be read or has several columns and none of these names.
    package func names(in source: any ByteSource, mapping: ColumnMapping? = nil) throws -> [String] {
        let reader = UploadReader(limits: limits, declaredEncoding: mapping?.declaredEncoding)
        let spooled = try reader.read(source) { _ in }
        var names = DistinctNames()
        if let mapping {
            let rows = try RowReader(spooled, ProductLayout(spooled, mapping: mapping, limits: limits))
            while let row = try rows.next() {
                if case .product(let product) = row.content { names.add(product.text(.category)) }
            }
        } else {
            try addColumn(of: spooled, to: &names)
        }
        return names.inOrder
    }

    private func addColumn(of spooled: SpooledUpload, to names: inout DistinctNames) throws {
        let csv = CSVReader(format: try FileLayout.format(spooled, limits), read: spooled.spool.reader())
        guard let first = try csv.next() else { return }
        let header = (0..<first.count).map { first[$0].string.trimmingASCIIBlanks() }
        let position = header.firstIndex { ["category_name", "category"].contains($0.lowercased()) }
        guard position != nil || header.count == 1 else {
            throw FileFailure.missingColumns(["category_name"], found: header)
        }
        if position == nil { names.add(header[0]) }
        while let record = try csv.next() {
            if position ?? 0 < record.count { names.add(record[position ?? 0].string.trimmingASCIIBlanks()) }
        }
    }
}

private struct DistinctNames {
    private var known: Set<String> = []
    private(set) var inOrder: [String] = []

    mutating func add(_ name: String) {
        if !name.isEmpty, known.insert(name).inserted { inOrder.append(name) }
    }
}
