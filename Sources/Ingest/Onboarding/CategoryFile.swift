import CSV
import Catalog
package import Storage
package import Tabular
import Text

/// Reads the categories that a file names, in the form in which rows of that file are compared with them.
package struct CategoryFile {
    /// What a file turned out to name.
    package struct Names: Equatable, Sendable {
        /// Distinct, in file order.
        package var names: [String] = []
        /// The first line of a plain list, where it is a header.
        package var header: String?
    }

    private let limits: FileLimits

    /// - Parameter limits: as for uploads.
    package init(limits: FileLimits) {
        self.limits = limits
    }

    /// The names in a column `category_name` or `category`, or in the column named; else of the only column, each line a
    /// name; with a mapping what it makes of each row's category. Rows that an upload would refuse as malformed name none.
    /// - Parameter sheet: of a workbook; nil takes the first visible one with such a column.
    /// - Throws: `UploadFailure` if the file cannot be read, or has several columns and none of these names.
    package func names(
        in source: any ByteSource, mapping: ColumnMapping? = nil, column: String? = nil, sheet: String? = nil
    ) throws -> Names {
        do {
            return try read(source, mapping, column, sheet)
        } catch let failure as FileFailure {
            throw UploadFailure(failure)
        }
    }

    private func read(
        _ source: any ByteSource, _ mapping: ColumnMapping?, _ column: String?, _ sheet: String?
    ) throws -> Names {
        let wanted = column.map { [$0] } ?? ["category_name", "category"]
        func place(_ names: [String]) -> Int? {
            names.firstIndex { name in wanted.contains { name.lowercased() == $0.lowercased() } }
        }
        let reader = UploadReader(
            limits: limits, declaredEncoding: mapping?.declaredEncoding, sheet: sheet, takesJSON: true
        ) { mapping == nil ? place($0) != nil : ProductLayout.isHeader($0, mapping, .create) }
        let spooled = try reader.read(source) { _ in }
        var found = DistinctNames()
        if let mapping {
            let rows = try RowReader(spooled, ProductLayout(spooled, mapping: mapping, limits: limits))
            while let row = try rows.next() {
                if case .product(let product) = row.content { found.add(product.text(.category)) }
            }
            return Names(names: found.inOrder)
        }
        // What stands above a table is passed over; above a plain list nothing does.
        let format = try FileLayout.format(spooled, limits) { $0.count > 1 && place($0) != nil }
        let csv = CSVReader(format: format, spooled.spool)
        guard let first = try csv.nextRow() else { return Names() }
        let names = try header(first)
        if let position = place(names) {
            while let record = try csv.nextRow() {
                if !record.hasSurplus(beyond: names.count) { found.add(name(in: record, at: position, spooled)) }
            }
            return Names(names: found.inOrder)
        }
        guard names.count == 1, column == nil, !spooled.isJSON else {
            throw FileFailure.missingColumns([wanted[0]], found: names)
        }
        let isHeader = Self.headers.contains(names[0].lowercased())
        if !isHeader { found.add(names[0]) }
        while let record = try csv.nextRow() { found.add(try line(record)) }
        return Names(names: found.inOrder, header: isHeader ? names[0] : nil)
    }

    /// What people write above a list of categories.
    private static let headers: Set<String> = [
        "categories", "category name", "category_names", "product category", "product categories", "kategorie",
        "kategorien",
        "kategoriename", "produktkategorie", "warengruppe", "warengruppen", "catégorie", "catégories", "categoría",
        "categorías", "categoria", "categorias", "categorie", "categorieën", "kategori", "kategorier", "kategoria",
        "kategorije", "kategorija", "kategória", "luokka", "κατηγορία", "категория", "категории", "カテゴリ", "カテゴリー", "类别",
    ]

    private func header(_ record: CSVRecord) throws -> [String] {
        try refuse(record)
        return record.names
    }

    private func refuse(_ record: CSVRecord) throws {
        guard let problem = record.problem else { return }
        throw UploadFailure(
            .unreadableFile,
            "Line \(record.line) cannot be read: \(problem.words). Nothing was approved.")
    }

    private func name(in record: CSVRecord, at position: Int, _ spooled: SpooledUpload) -> String {
        guard record.problem == nil, position < record.count else { return "" }
        if spooled.hasDamagedText, record.raw.contains(0) || !UTF8Scanner.isValid(record.raw) { return "" }
        return CellText.string(record[position])
    }

    /// All of the line: a list has one column, so that a comma is part of a name.
    private func line(_ record: CSVRecord) throws -> String {
        try refuse(record)
        if record.count == 1 { return CellText.string(record[0]) }
        guard !record.raw.contains(UInt8(ascii: "\"")) else {
            throw UploadFailure(
                .unreadableFile,
                "Line \(record.line) has \(record.count) cells, the first line has one: put a name with a comma in quotes."
            )
        }
        return String(decoding: record.raw, as: UTF8.self).trimmed()
    }
}

private struct DistinctNames {
    private var known: Set<[UInt8]> = []
    private(set) var inOrder: [String] = []

    mutating func add(_ name: String) {
        let name = CanonicalKey.form(name)
        if !name.isEmpty, known.insert(Array(name.utf8)).inserted { inOrder.append(name) }
    }
}
