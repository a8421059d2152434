import CSV
import Catalog

/// What the header says: which column holds which field.
package struct FileLayout {
    let format: CSVFormat
    /// Names as in the file, trimmed, made unique; `1`, `2`, … when the file has no header.
    let columns: [String]
    let mapping: ColumnMapping?
    /// An update wants fewer columns.
    let mode: UploadMode
    /// Column of each field by raw value, without a mapping.
    let positions: [Int?]
    /// What the file's own numbers show, with a mapping.
    private(set) var numbers = NumberStyle()

    var hasHeader: Bool { mapping?.header ?? true }

    /// Fields that no column supplies.
    var absentFields: [ProductField] { ProductField.allCases.filter { !supplies($0) } }

    /// The column that says which product a row is about.
    var key: ProductField { mode == .update && !supplies(.vendorProductID) ? .sku : .vendorProductID }

    /// What every row must fill. An update may leave out anything but the key, and cells that keep what is stored.
    func requiredFields(_ empty: EmptyCells) -> [ProductField] {
        guard mode == .update else { return ProductField.required }
        return ProductField.required.filter { $0 == key || supplies($0) && empty == .clear }
    }

    private func supplies(_ field: ProductField) -> Bool {
        mapping?.supplies(field, from: columns, mode) ?? (positions[field.rawValue] != nil)
    }

    /// Reads the first record of the spool.
    /// - Throws: `UploadFailure` (`EMPTY_FILE`, `UNREADABLE_FILE`, `MISSING_COLUMN`, `DUPLICATE_COLUMN`).
    package init(
        _ upload: SpooledUpload, mapping: ColumnMapping?, mode: UploadMode = .create, limits: UploadLimits
    ) throws {
        self.mapping = mapping
        self.mode = mode
        format = try Self.format(upload, mapping, limits)
        let reader = CSVReader(format: format, read: upload.spool.reader())
        guard let first = try reader.next() else {
            throw UploadFailure(.emptyFile, "The file has no header and no rows.")
        }
        try Self.refuseUnreadable(first)
        guard mapping?.header ?? true else {
            columns = (1...first.count).map(String.init)
            positions = []
            try mapping?.check(against: columns, mode)
            return
        }
        let names = (0..<first.count).map { first[$0].string.trimmingASCIIBlanks() }
        columns = Self.unique(names)
        if let mapping {
            positions = []
            try mapping.check(against: names, mode)
        } else {
            positions = try Self.positions(names, mode)
        }
    }

    /// Reads the whole file once more, if a mapping reads numbers of it.
    /// - Throws: `UploadFailure` (`UNREADABLE_FILE`) if they can be read in two ways.
    mutating func findNumberStyle(in upload: SpooledUpload) throws {
        guard let mapping, mapping.columns.values.contains(where: { $0.number != nil }) else { return }
        var style = NumberStyle()
        try RowReader(upload, self).forEachNumber { row, field, text, isOpen in
            try style.see(text, field, row: row, isOpen: isOpen)
        }
        try style.finish()
        numbers = style
    }

    static func format(
        _ upload: SpooledUpload, _ mapping: ColumnMapping?, _ limits: UploadLimits
    ) throws -> CSVFormat {
        let start = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
        defer { start.deallocate() }
        let count = try upload.spool.reader()(start)
        var format = CSVFormat.detect(in: UnsafeRawBufferPointer(rebasing: start.prefix(count)))
        if let separator = mapping?.separatorByte { format.separator = separator }
        format.maximumRecordBytes = limits.maximumRecordBytes
        return format
    }

    private static func refuseUnreadable(_ header: CSVRecord) throws {
        if header.raw.contains(0) {
            let remedy = "save it as CSV in UTF-8."
            throw UploadFailure(
                .unreadableFile,
                "The header (line \(header.line)) contains NUL bytes, the file is no CSV text: \(remedy)")
        }
        guard let problem = header.problem else { return }
        let words = Malformation.csv(problem).message
        throw UploadFailure(.unreadableFile, "The header (line \(header.line)) cannot be read: \(words).")
    }

    private static func positions(_ names: [String], _ mode: UploadMode) throws -> [Int?] {
        var positions: [Int?] = Array(repeating: nil, count: ProductField.allCases.count)
        for (index, name) in names.enumerated() {
            guard let field = ProductField(column: name.lowercased()) else { continue }
            guard positions[field.rawValue] == nil else {
                throw UploadFailure(.duplicateColumn, "Column occurs twice in the header: \(field.column). Remove one.")
            }
            positions[field.rawValue] = index
        }
        let missing = mode.missingColumns { positions[$0.rawValue] != nil }
        guard missing.isEmpty else { throw missingColumns(missing, names) }
        return positions
    }

    static func missingColumns(_ missing: [String], _ names: [String]) -> UploadFailure {
        let found = names.prefix(40).map { $0.count > 60 ? "\($0.prefix(60))…" : $0 }.joined(separator: ", ")
        let subject = missing.count == 1 ? "Required column is" : "Required columns are"
        return UploadFailure(
            .missingColumn, "\(subject) missing from the header: \(missing.joined(separator: ", ")). Found: \(found)")
    }

    /// Unknown columns are kept in `original_data` under their names, so that these must differ.
    static func unique(_ names: [String]) -> [String] {
        // Names of which `original_data` makes another use are taken.
        var seen: Set<String> = ["_line", "_extra", "_mapped"]
        // The last suffix of each name: a file may have half a million columns of one name.
        var suffixes: [String: Int] = [:]
        return names.enumerated().map { index, name in
            let base = name.isEmpty ? "column_\(index + 1)" : name
            var candidate = base
            while !seen.insert(candidate).inserted {
                let suffix = suffixes[base, default: 1] + 1
                suffixes[base] = suffix
                candidate = "\(base)_\(suffix)"
            }
            return candidate
        }
    }
}

extension UploadMode {
    /// Names of the columns that a file of this mode must have and has not.
    func missingColumns(_ has: (ProductField) -> Bool) -> [String] {
        guard self == .update else { return ProductField.required.filter { !has($0) }.map(\.column) }
        let keys: [ProductField] = [.vendorProductID, .sku]
        return keys.contains(where: has) ? [] : [keys.map(\.column).joined(separator: " or ")]
    }
}

extension String {
    /// Without blanks, tabs and line breaks at either end.
    func trimmingASCIIBlanks() -> String {
        String(decoding: utf8.drop { $0.isASCIIBlank }.reversed().drop { $0.isASCIIBlank }.reversed(), as: UTF8.self)
    }
}

extension UInt8 {
    /// Blank, tab, line feed, vertical tab, form feed, carriage return.
    var isASCIIBlank: Bool { self == 0x20 || (0x09...0x0D).contains(self) }
}
