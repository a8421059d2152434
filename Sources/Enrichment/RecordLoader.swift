import CSV
import OpenSSL
import Postgres
import Storage
import Tabular
import Text

/// What a list of contacts turned out to be.
struct LoadedRecords {
    var columns: [String] = []
    var fields: [ContactField: String] = [:]
    var count = 0
    /// Of the records as canonical JSON, each with a line feed.
    var hash: [UInt8] = []
}

/// Copies the records of a list into `enrichment.records`, in constant memory. Needs a transaction.
struct RecordLoader {
    private static let mostColumns = 500
    /// Of a CSV: its columns and those that are added stand in one statement, which takes 1,664.
    private static let mostCells = 1_500

    let requestID: String
    let limits: FileLimits

    /// - Throws: `EnrichmentFailure` if there is nothing to enrich in it.
    func load(_ spool: ContactSpool, _ session: Session) throws -> LoadedRecords {
        var loaded = LoadedRecords()
        try session.copyIn(BatchQueries.copyRecords) { writer in
            loaded = try spool.isJSON() ? try copyJSON(spool, writer) : try copyCSV(spool, writer)
        }
        guard loaded.count > 0 else { throw EnrichmentFailure("There are no records in the list.") }
        return loaded
    }

    // MARK: CSV

    private func copyCSV(_ spool: ContactSpool, _ writer: CopyWriter) throws -> LoadedRecords {
        let reader = CSVReader(
            format: try FileLayout.format(spool.upload, limits) { ContactField.meant(by: $0) != nil },
            read: spool.upload.spool.reader())
        var header: [String]?
        while header == nil, let record = try reader.next() { header = try Self.header(record) }
        guard let header else { throw EnrichmentFailure("The file has no header and no rows.") }
        var loaded = LoadedRecords(columns: header, fields: try Self.fields(header))
        let order = header.indices.sorted { header[$0].utf8.lexicographicallyPrecedes(header[$1].utf8) }
        let (hash, repairs) = (SHA256(), spool.upload.hasDamagedText)
        var json = JSONWriter()
        var check = RecordCheck(columnCount: header.count)
        while let record = try reader.nextRow() {
            json.removeAll()
            Self.write(record, header, order, repairs: repairs, to: &json)
            try copy(&json, check.problem(of: record), loaded.count, hash, writer)
            loaded.count += 1
        }
        loaded.hash = hash.finish()
        return loaded
    }

    /// The first record with a value: some exports begin with an empty one.
    private static func header(_ record: CSVRecord) throws -> [String]? {
        if let problem = record.problem {
            throw EnrichmentFailure("The header (line \(record.line)) cannot be read: \(problem.words).")
        }
        let names = (0..<record.count).map { record[$0].string.squeezed }
        guard names.count <= mostCells else {
            throw EnrichmentFailure("The list has \(names.count) columns: more than \(mostCells) cannot be enriched.")
        }
        return names.allSatisfy(\.isEmpty) ? nil : FileLayout.unique(names)
    }

    private static func write(
        _ record: CSVRecord, _ header: [String], _ order: [Int], repairs: Bool, to json: inout JSONWriter
    ) {
        json.object { json in
            for column in order where column < record.count {
                let field = record[column]
                json.key(header[column])
                if repairs || field.hasEscapes { json.string(field.string) } else { json.string(field.bytes) }
            }
        }
    }

    // MARK: JSON

    private func copyJSON(_ spool: ContactSpool, _ writer: CopyWriter) throws -> LoadedRecords {
        var reader = JSONObjectReader(read: spool.upload.spool.reader())
        var loaded = LoadedRecords()
        var seen: Set<String> = []
        let hash = SHA256()
        var json = JSONWriter()
        while let object = try reader.next() {
            let names = object.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            loaded.columns += names.filter { seen.insert($0).inserted }
            guard loaded.columns.count <= Self.mostColumns else {
                throw EnrichmentFailure("The records have more than \(Self.mostColumns) different names of values.")
            }
            json.removeAll()
            json.object(object)
            try copy(&json, nil, loaded.count, hash, writer)
            loaded.count += 1
        }
        loaded.fields = loaded.count > 0 ? try Self.fields(loaded.columns) : [:]
        loaded.hash = hash.finish()
        return loaded
    }

    // MARK: Both

    private func copy(
        _ json: inout JSONWriter, _ problem: String?, _ ordinal: Int, _ hash: SHA256, _ writer: CopyWriter
    ) throws {
        guard ordinal < limits.maximumRows else {
            throw EnrichmentFailure("The list has more than \(limits.maximumRows) records: split it into smaller ones.")
        }
        writer.field(requestID)
        writer.field(ordinal)
        json.bytes.withUnsafeBytes { bytes in
            writer.field(bytes)
            hash.update(bytes)
        }
        if let problem {
            writer.field(problem)
            hash.update(Array(problem.utf8))
        } else {
            writer.null()
        }
        hash.update([UInt8(ascii: "\n")])
        try writer.endRow()
    }

    private static func fields(_ columns: [String]) throws -> [ContactField: String] {
        guard let fields = ContactField.meant(by: columns) else {
            let found = columns.prefix(40).map { $0.count > 60 ? "\($0.prefix(60))…" : $0 }.joined(separator: ", ")
            throw EnrichmentFailure(
                "No column says who is meant: expected email, phone, company or website, or first_name and last_name "
                    + "together with company. Found: \(found)")
        }
        return fields
    }
}

extension ContactField {
    /// Which column holds which field; nil if the columns do not say who is meant.
    fileprivate static func meant(by columns: [String]) -> [ContactField: String]? {
        let fields = Self.columns(of: columns)
        let known = ProviderInput(fields)
        return FieldGroup.allCases.contains { $0.question(known) != nil } ? fields : nil
    }
}
