import CSV
import Catalog
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
    /// Of the records as JSON.
    var byteCount = 0
    /// Of the records as canonical JSON, each with a line feed.
    var hash: [UInt8] = []

    /// Counts a record, which has the names of its columns.
    /// - Throws: `EnrichmentFailure` if they are too many or too wide: a long header above short rows would fill the disk.
    mutating func add(_ byteCount: Int, _ limits: FileLimits) throws {
        guard count < limits.maximumRows else {
            throw EnrichmentFailure("The list has more than \(limits.maximumRows) records: split it into smaller ones.")
        }
        self.byteCount += byteCount
        guard self.byteCount / RecordLoader.recordsPerFile <= limits.maximumFileBytes else {
            throw EnrichmentFailure(
                "The records are too many and too wide to be kept: shorten the names in the header.")
        }
        count += 1
    }
}

/// Copies the records of a list into `enrichment.records`, in constant memory. Needs a transaction.
struct RecordLoader {
    private static let mostColumns = 500
    /// Of a CSV: its columns and those that are added stand in one statement, which takes 1,664.
    private static let mostCells = 1_500
    /// How many times the largest file the records of one may take, which have the names of their columns each.
    fileprivate static let recordsPerFile = 20

    let requestID: String
    let limits: FileLimits
    /// Only so many records are read, the first.
    private let limit: Int
    /// What somebody says of columns.
    private let named: [ContactField: String]

    init(requestID: String, limits: FileLimits, _ options: EnrichmentOptions) {
        self.requestID = requestID
        self.limits = limits
        limit = options.limit ?? .max
        named = Dictionary(
            uniqueKeysWithValues: (options.columns ?? [:]).compactMap { name, column in
                ContactField(rawValue: name).map { ($0, column) }
            })
    }

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
            format: try FileLayout.format(spool.upload, limits) { ContactField.meant(by: $0, named) != nil },
            spool.upload.spool)
        var header: [String]?
        while header == nil, let record = try reader.next() { header = try Self.header(record) }
        guard let header else { throw EnrichmentFailure("The file has no header and no rows.") }
        var loaded = LoadedRecords(columns: header, fields: try fields(header))
        let order = header.indices.sorted { header[$0].utf8.lexicographicallyPrecedes(header[$1].utf8) }
        let (hash, repairs) = (SHA256(), spool.upload.hasDamagedText)
        var json = JSONWriter()
        var check = RecordCheck(columnCount: header.count)
        // Of cells that have no column of their own.
        let surplus = FileLayout.unique(header + ["surplus_fields"]).last ?? "surplus_fields"
        var hasSurplus = false
        while loaded.count < limit, let record = try reader.nextRow() {
            json.removeAll()
            let isLonger = record.hasSurplus(beyond: header.count)
            hasSurplus = hasSurplus || isLonger
            Self.write(record, header, order, repairs: repairs, surplus: isLonger ? surplus : nil, to: &json)
            let ordinal = loaded.count
            try loaded.add(json.bytes.count, limits)
            try copy(&json, check.problem(of: record), ordinal, hash, writer)
        }
        if hasSurplus { loaded.columns.append(surplus) }
        loaded.hash = hash.finish()
        return loaded
    }

    /// The first record with a value: some exports begin with an empty one.
    private static func header(_ record: CSVRecord) throws -> [String]? {
        if let problem = record.problem {
            throw EnrichmentFailure("The header (line \(record.line)) cannot be read: \(problem.words).")
        }
        guard !StackedMarks.areIn(record.raw) else {
            throw EnrichmentFailure(FileFailure.headerHasStackedMarks(line: record.line).description)
        }
        let names = (0..<record.count).map { record[$0].string.storable.squeezed }
        guard names.count <= mostCells else {
            throw EnrichmentFailure("The list has \(names.count) columns: more than \(mostCells) cannot be enriched.")
        }
        return names.allSatisfy(\.isEmpty) ? nil : FileLayout.unique(names)
    }

    private static func write(
        _ record: CSVRecord, _ header: [String], _ order: [Int], repairs: Bool, surplus: String?,
        to json: inout JSONWriter
    ) {
        json.object { json in
            for column in order where column < record.count {
                let field = record[column]
                json.key(header[column])
                if repairs || field.hasEscapes { json.string(field.string) } else { json.string(field.bytes) }
            }
            guard let surplus else { return }
            var csv = CSVWriter()
            for column in header.count..<record.count { csv.field(record[column].string) }
            json.string(surplus, String(decoding: csv.bytes, as: UTF8.self))
        }
    }

    // MARK: JSON

    private func copyJSON(_ spool: ContactSpool, _ writer: CopyWriter) throws -> LoadedRecords {
        var reader = JSONObjectReader(read: spool.upload.spool.reader())
        var loaded = LoadedRecords()
        var seen: Set<String> = []
        let hash = SHA256()
        var json = JSONWriter()
        while loaded.count < limit, let object = try reader.next() {
            let names = object.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            loaded.columns += names.filter { seen.insert($0).inserted }
            guard loaded.columns.count <= Self.mostColumns else {
                throw EnrichmentFailure("The records have more than \(Self.mostColumns) different names of values.")
            }
            json.removeAll()
            JSONValue.object(object).write(to: &json)
            let ordinal = loaded.count
            try loaded.add(json.bytes.count, limits)
            try copy(&json, nil, ordinal, hash, writer)
        }
        loaded.fields = loaded.count > 0 ? try fields(loaded.columns) : [:]
        loaded.hash = hash.finish()
        return loaded
    }

    // MARK: Both

    private func copy(
        _ json: inout JSONWriter, _ problem: String?, _ ordinal: Int, _ hash: SHA256, _ writer: CopyWriter
    ) throws {
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

    private func fields(_ columns: [String]) throws -> [ContactField: String] {
        if let missing = named.values.filter({ !columns.contains($0) }).min() {
            let near = NearestName(columns).nearest(to: missing).map { " (did you mean '\($0)'?)" } ?? ""
            throw EnrichmentFailure("There is no column '\(missing)' in the list\(near).")
        }
        guard let fields = ContactField.meant(by: columns, named) else {
            let found = columns.prefix(40).map { $0.count > 60 ? "\($0.prefix(60))…" : $0 }.joined(separator: ", ")
            throw EnrichmentFailure(
                "No column says who is meant: expected email, phone, company or website, linkedin_url, or first_name "
                    + "and last_name together with company. Found: \(found)")
        }
        return fields
    }
}

extension ContactField {
    /// Which column holds which field; nil if the columns do not say who is meant.
    fileprivate static func meant(
        by columns: [String], _ named: [ContactField: String]
    ) -> [ContactField: String]? {
        let fields = Self.columns(of: columns, named: named)
        let known = ProviderInput(fields)
        return FieldGroup.allCases.contains { $0.question(known) != nil } ? fields : nil
    }
}
