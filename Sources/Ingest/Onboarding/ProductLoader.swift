import CSV
import Catalog
import Postgres
import Storage
import Tabular

/// Loads the accepted rows of one upload into `catalog.products`, inside the caller's transaction.
///
/// The rows do not wait in memory: the file is read once for its keys, and again for its rows when it is known which
/// are accepted.
final class ProductLoader {
    /// How often a load is repeated after losing a race for keys against other vendors' uploads.
    private static let maximumAttempts = 20

    private let session: Session
    private let upload: Upload
    private let spooled: SpooledUpload
    private let layout: ProductLayout
    private let checker: RowChecker
    private let limits: FileLimits
    private let timeline: UploadTimeline
    private let progress: ProgressMeter
    private(set) var duplicates: DuplicateChecker
    /// Rows that do not say which product they are about.
    private var namelessRows = 0
    private var warnedRows = 0
    private(set) var verdicts = RowVerdicts()

    init(
        session: Session, upload: Upload, spooled: SpooledUpload, layout: ProductLayout, checker: RowChecker,
        limits: FileLimits, timeline: UploadTimeline, progress: ProgressMeter
    ) {
        self.session = session
        self.upload = upload
        self.spooled = spooled
        self.layout = layout
        self.checker = checker
        self.limits = limits
        self.timeline = timeline
        self.progress = progress
        duplicates = DuplicateChecker(session: session, vendorID: upload.vendorID, mode: upload.mode, key: layout.key)
    }

    /// Checks every row and loads what the policy allows.
    /// - Throws: `UploadFailure` (`EMPTY_FILE`, `TOO_MANY_ROWS`); `PostgresError`.
    func load() throws -> UploadCounts {
        try session.beginProductLoad(uploadID: upload.uploadID)
        try checkRows()
        let counts = try loadRetryingRaces()
        if counts.missingKept {
            timeline.add(.missingProductsKept(namelessRows: namelessRows))
        }
        return counts
    }

    private func loadRetryingRaces() throws -> UploadCounts {
        for attempt in 1... {
            do {
                return try session.savepoint {
                    try duplicates.judge(&verdicts)
                    return try Rehearsal.end(try loadAccepted(), isDryRun: upload.isDryRun)
                }
            } catch let rehearsal as Rehearsal {
                return rehearsal.counts
            } catch let error as PostgresError where error.isLostRace && attempt < Self.maximumAttempts {
                // Another vendor's upload took one of our keys since we looked. It has committed or is about to: the
                // next look waits for it and sees it, and the keys it took become errors of rule 5.
                timeline.add(.racedWithAnotherUpload(attempt: attempt, sqlState: error.sqlState ?? ""))
            }
        }
        preconditionFailure("the last attempt returns or throws")
    }

    /// First reading: the rules a row meets by itself, and the keys for rules 5 and 6.
    private func checkRows() throws {
        let rows = try RowReader(spooled, layout)
        var errors: [RowError] = []
        let keys = try session.collectKeys { () throws -> RowKeys? in
            while let row = try rows.next() {
                if let keys = try check(row, &errors, bytes: rows.bytesConsumed) { return keys }
            }
            return nil
        }
        guard verdicts.tally().total > 0 else {
            throw UploadFailure.noRows
        }
        try duplicates.finish(keys)
    }

    /// - Returns: nil if the row has no keys.
    private func check(_ row: SourceRow, _ errors: inout [RowError], bytes: Int) throws -> RowKeys? {
        try refuseTooMany(row.number)
        checker.check(row, &errors)
        let isValid = errors.allSatisfy(\.type.isWarning)
        verdicts.add(row.number, isValid: isValid)
        try progress.advance(.checking, rows: row.number, bytes: bytes, of: spooled.spool.byteCount)
        guard case .product(let product) = row.content else {
            namelessRows += 1
            return nil
        }
        note(product, row: row.number, isValid: isValid, isWarned: errors.contains(where: \.type.isWarning))
        return RowKeys(product, row: row.number)
    }

    private func note(_ product: ProductRow, row: Int, isValid: Bool, isWarned: Bool) {
        if isValid {
            duplicates.note(product, row: row)
        } else {
            duplicates.compare(product, row: row)
            if !ProductRules.isUsableKey(product[layout.key]) { namelessRows += 1 }
        }
        if isWarned || SpreadsheetDamage.isLikely(in: product) { warnedRows += 1 }
    }

    private func refuseTooMany(_ row: Int) throws {
        guard row > limits.maximumRows else { return }
        throw UploadFailure.tooManyRows(limits.maximumRows)
    }

    private var hasAttributes: Bool { !layout.attributes.isEmpty }

    /// Second reading: new products straight into the table; a third one, if products are to be updated.
    private func loadAccepted() throws -> UploadCounts {
        let tally = verdicts.tally()
        var counts = UploadCounts()
        counts.total = tally.total
        counts.valid = tally.total - tally.rejected
        counts.warned = warnedRows
        if upload.policy == .allOrNothing && counts.error > 0 { return counts }

        let new = counts.valid - tally.existing
        if new > 0 {
            counts.created = try session.copyProducts(attributes: hasAttributes) {
                try copyRows(to: $0, existing: false)
            }
        }
        if tally.existing > 0 {
            counts.updated = try updateProducts()
            counts.unchanged = tally.existing - counts.updated
        }
        precondition(counts.created == new && counts.unchanged >= 0, "every accepted row is loaded once")
        if upload.missingProducts == .deactivate, counts.valid > 0 { try deactivateMissing(&counts) }
        return counts
    }

    private func updateProducts() throws -> Int {
        do {
            return try session.updateProducts(update) { try copyRows(to: $0, existing: true) }
        } catch let error as TooManyAttributes {
            throw UploadFailure.tooManyAttributes(error.vendorProductID)
        }
    }

    private var update: ProductUpdate {
        var update = ProductUpdate(vendorID: upload.vendorID, absent: layout.absentFields)
        update.key = layout.key
        update.keepsEmpty = upload.emptyCells == .keep
        update.activates = upload.missingProducts == .deactivate
        update.attributes = layout.attributes.map(\.name)
        return update
    }

    /// A row that does not say which product it is about may be about any: then nothing is known to be missing.
    private func deactivateMissing(_ counts: inout UploadCounts) throws {
        counts.missingKept = namelessRows > 0
        guard !counts.missingKept, let keys = duplicates.keys else { return }
        counts.deactivated = try session.deactivateMissingProducts(
            of: keys, vendorID: upload.vendorID, key: layout.key)
    }

    private func copyRows(to writer: CopyWriter, existing: Bool) throws {
        let rows = try RowReader(spooled, layout)
        var attributes = hasAttributes ? AttributeText(layout) : nil
        while let row = try rows.next() {
            let verdict = verdicts[row.number]
            if verdict.isDisjoint(with: .rejected), verdict.contains(.exists) == existing,
                case .product(let product) = row.content
            {
                if !existing {
                    writer.field(upload.vendorID)
                    writer.field(upload.uploadID)
                }
                for field in ProductField.allCases {
                    let value = product[field]
                    if value.isEmpty { writer.null() } else { writer.field(value) }
                }
                writer.field(row.record.line)
                attributes?.write(row.attributes, to: writer)
                if existing { try writer.endRow() } else { try writer.endRow(inOrderOf: product[.sku]) }
            }
            try progress.advance(.loading, rows: row.number, bytes: rows.bytesConsumed, of: spooled.spool.byteCount)
        }
    }
}

extension PostgresError {
    /// Another transaction wanted the same keys.
    fileprivate var isLostRace: Bool { isUniqueViolation || isDeadlock }
}

/// A dry run: everything is done but for the products, whose changes are counted and rolled back with their savepoint. This carries
/// the counts out of it.
private struct Rehearsal: Error {
    var counts: UploadCounts

    static func end(_ counts: UploadCounts, isDryRun: Bool) throws -> UploadCounts {
        if isDryRun { throw Rehearsal(counts: counts) }
        return counts
    }
}

extension RowKeys {
    /// - Returns: nil if the row has no keys.
    init?(_ product: ProductRow, row: Int) {
        let (id, sku) = (product[.vendorProductID], product[.sku])
        let usable = (id: ProductRules.isUsableKey(id), sku: ProductRules.isUsableKey(sku))
        guard usable.id || usable.sku else { return nil }
        self.init(row: row, vendorProductID: usable.id ? id : nil, sku: usable.sku ? sku : nil)
    }
}
