import CSV
package import Catalog
import Foundation
package import Postgres
package import Storage
package import Tabular

/// How an upload ended, for whoever asked for it.
package struct OnboardingResult: Sendable {
    package var upload: Upload
    package var end: UploadEnd
    /// What was found out about the file; nil if it could not be read.
    package var facts: UploadEvent.FileFacts?
    /// Which of the vendor's mappings it was read with; nil for none.
    package var mappingUse: MappingUse?
    /// Errors by type.
    package var errorCounts: [RowErrorType: Int] = [:]
    /// Keys of the report and the rejected rows in the object store; nil without errors.
    package var errorReport: String?
    package var rejectedFile: String?
}

/// The main job: one file of one vendor becomes products, errors and history, in one transaction.
///
/// In the order of the code: `UploadReader` (bytes, gunzip, encoding) → `RowReader` → `RowChecker` (rules 1–4, 7) →
/// `ProductLoader` (rules 5 and 6 by set, then COPY into products) → `ErrorRecorder` → history and outbox. After the
/// commit, or again after a crash: `ReportWriter`, then `OutboxDelivery`. `OnboardJob` runs it for objects of a bucket.
package struct OnboardingPipeline: Sendable {
    let connection: Connection
    private let reports: ReportWriter
    private let limits: FileLimits

    /// - Parameter connection: used by nobody else while an upload runs; its role owns the tables or inherits their owner.
    package init(connection: Connection, store: any ObjectStore, limits: FileLimits = FileLimits()) {
        self.connection = connection
        self.limits = limits
        reports = ReportWriter(store: store)
    }

    /// Ingests a file; a dry run does the same and loads nothing. What is wrong with the file or the vendor is a result, not an error.
    /// - Throws: `PostgresError`, `CancellationError`, errors of the source or the disk: the upload is then recorded as
    ///   failed (`INTERRUPTED`) if the database can be reached, and nothing was loaded.
    package func run(
        _ upload: Upload, from source: any ByteSource & Sendable, mapping: ColumnMapping? = nil,
        progress: @escaping @Sendable (OnboardingProgress) -> Void = { _ in }
    ) async throws -> OnboardingResult {
        do {
            try await begin(upload)
            let result = try await process(upload, from: source, mapping: mapping, progress: progress)
            return try await reports.write(result, connection)
        } catch {
            await recordInterruption(of: upload)
            throw error
        }
    }

    /// The work itself, on an upload that has begun; reports are left to whoever comes next.
    /// - Parameter commit: joins the transaction that ends the upload, also when the file is refused.
    func process(
        _ upload: Upload, from source: any ByteSource & Sendable, mapping: ColumnMapping? = nil,
        progress: @escaping @Sendable (OnboardingProgress) -> Void = { _ in },
        commit: @Sendable (Session, UploadEnd) throws -> Void = { _, _ in }
    ) async throws -> OnboardingResult {
        do {
            return try await connection.transaction { session in
                try session.holdUpload(upload.uploadID)
                let file = try read(upload, source, mapping, session, progress)
                let result = try load(upload, file, session, progress)
                try commit(session, result.end)
                return result
            }
        } catch let failure as UploadFailure {
            return try await fail(upload, failure, commit)
        }
    }

    /// Commits status `processing`, so that the upload can be watched.
    private func begin(_ upload: Upload) async throws {
        try await connection.transaction { session in
            try session.giveUpOrphanedUploads()
            try session.beginUpload(upload)
            try session.addEvent(upload.uploadID, .started(mode: upload.mode, policy: upload.policy))
        }
    }

    /// Reads the file whole before the first write: until then the transaction has neither a snapshot nor an id, and holds
    /// back no vacuum while a slow source dribbles.
    func read(
        _ upload: Upload, _ source: any ByteSource, _ mapping: ColumnMapping?, _ session: Session,
        _ progress: @escaping (OnboardingProgress) -> Void
    ) throws -> ReadFile {
        let vendor = try verify(try session.vendor(upload.vendorID), of: upload)
        do {
            var choice = try MappingChoice.asked(upload, given: mapping, session)
            var spooled = try spool(
                upload, source, try declaredEncoding(upload, choice?.mapping, vendor), choice?.mapping, progress)
            if choice == nil {
                choice = try MappingChoice.found(for: upload, vendor, in: spooled, limits, session)
                if let other = choice?.wantsOtherEncoding(than: spooled), source.rewind() {
                    spooled = try spool(upload, source, other, choice?.mapping, progress)
                }
            }
            var layout = try ProductLayout(
                spooled, mapping: choice?.mapping, mode: upload.mode, keepsAttributes: vendor.keepsAttributes,
                limits: limits)
            try layout.findNumberStyle(in: spooled)
            return ReadFile(spooled: spooled, layout: layout, mappingUse: choice?.use)
        } catch let failure as FileFailure {
            throw UploadFailure(failure)
        }
    }

    private func spool(
        _ upload: Upload, _ source: any ByteSource, _ encoding: TextEncoding?, _ mapping: ColumnMapping?,
        _ progress: @escaping (OnboardingProgress) -> Void
    ) throws -> SpooledUpload {
        let reader = UploadReader(limits: limits, declaredEncoding: encoding, sheet: upload.sheet, takesJSON: true) {
            ProductLayout.isHeader($0, mapping, upload.mode)
        }
        return try reader.read(source) { bytes in
            progress(OnboardingProgress(phase: .reading, rows: 0, fraction: source.fraction(bytes)))
        }
    }

    /// What is said of the upload counts more than what is said of all files of its kind or its vendor.
    private func declaredEncoding(
        _ upload: Upload, _ mapping: ColumnMapping?, _ vendor: Vendor
    ) throws -> TextEncoding? {
        guard let name = upload.encoding ?? mapping?.encoding ?? vendor.encoding else { return nil }
        return try TextEncoding.known(name)
    }

    private func load(
        _ upload: Upload, _ file: ReadFile, _ session: Session, _ progress: @escaping (OnboardingProgress) -> Void
    ) throws -> OnboardingResult {
        let (spooled, layout) = (file.spooled, file.layout)
        let (found, conditions) = try session.lockVendor(upload.vendorID)
        let vendor = try verify(found, of: upload)
        let meter = ProgressMeter(progress)
        let timeline = UploadTimeline()
        timeline.add(.fileRead(file.facts))
        if let use = file.mappingUse { timeline.add(.mapped(use)) }

        let checker = try RowChecker(conditions, layout, upload.emptyCells, isWorkbook: spooled.workbook != nil)
        let loader = ProductLoader(
            session: session, upload: upload, spooled: spooled, layout: layout, checker: checker, limits: limits,
            timeline: timeline, progress: meter)
        let counts = try loader.load()
        timeline.add(.checked(rows: counts.total, rejected: counts.error))
        try noteRules(checker.customRules, of: upload, timeline, session)

        var result = OnboardingResult(
            upload: upload,
            end: UploadEnd(
                counts: counts, file: file.uploaded,
                failure: failure(counts, upload.policy)))
        result.facts = file.facts
        result.mappingUse = file.mappingUse
        if counts.hasFindings {
            let recorder = ErrorRecorder(
                session: session, upload: upload, spooled: spooled, layout: layout, checker: checker,
                verdicts: loader.verdicts, duplicates: loader.duplicates, hasWarnings: counts.warned > 0, limits: limits
            )
            result.errorCounts = try recorder.record(progress: meter)
        }
        try note(file, of: result, session)
        try finish(result, timeline, recipient: vendor.email, session)
        return result
    }

    /// Keeps which rules of one's own the rows had to meet.
    private func noteRules(
        _ rules: CustomRules?, of upload: Upload, _ timeline: UploadTimeline, _ session: Session
    ) throws {
        guard let rules else { return }
        try session.noteRules(rules.stored, of: upload.uploadID)
        timeline.add(.ruled(zip(rules.stored, rules.broken).map { UploadEvent.RuleUse($0, rows: $1) }))
    }

    /// Keeps which mapping read the file, and its header, if something came of it.
    private func note(_ file: ReadFile, of result: OnboardingResult, _ session: Session) throws {
        guard let use = file.mappingUse else { return }
        try session.noteMapping(use, of: result.upload.uploadID)
        guard result.end.failure == nil, use.reason != .header, file.layout.hasHeader else { return }
        try session.recordHeader(file.layout.file.names, of: use.name, result.upload.vendorID)
    }

    @discardableResult
    private func verify(_ vendor: Vendor?, of upload: Upload) throws -> Vendor {
        guard let vendor else {
            throw UploadFailure.unknownVendor(upload.vendorID)
        }
        guard vendor.status == .active else {
            throw UploadFailure.vendorSuspended(upload.vendorID)
        }
        return vendor
    }

    private func failure(_ counts: UploadCounts, _ policy: UploadPolicy) -> UploadFailure? {
        if counts.valid == 0 {
            return .noValidRows(counts)
        }
        guard policy == .allOrNothing, counts.error > 0 else { return nil }
        return .rejectedByPolicy(counts)
    }

    private func finish(
        _ result: OnboardingResult, _ timeline: UploadTimeline, recipient: String?, _ session: Session
    ) throws {
        let uploadID = result.upload.uploadID
        try session.finishUpload(uploadID, result.end, orFailWith: .givenUp(uploadID))
        timeline.add(.finished(result.end))
        if let checked = result.upload.checkedUploadID, let change = try session.compareWithCheck(uploadID) {
            timeline.add(.compared(change, with: checked))
        }
        try session.write(timeline, of: uploadID)
        // Whoever asked for a dry run watches it; a mail would sound as if products had changed.
        if !result.upload.isDryRun { try session.addNotification(uploadID, recipient: recipient) }
    }

    /// Ends an upload of which nothing can be loaded.
    func fail(
        _ upload: Upload, _ failure: UploadFailure, _ commit: @Sendable (Session, UploadEnd) throws -> Void
    ) async throws -> OnboardingResult {
        let end = UploadEnd(failure: failure)
        try await connection.transaction { session in
            if try session.finishUpload(upload.uploadID, end) {
                try session.addEvent(upload.uploadID, .failed(failure))
                if let checked = upload.checkedUploadID, let change = try session.compareWithCheck(upload.uploadID) {
                    try session.addEvent(upload.uploadID, .compared(change, with: checked))
                }
                // Whoever asked for a dry run watches it.
                if !upload.isDryRun {
                    try session.addNotification(
                        upload.uploadID, recipient: try session.vendor(upload.vendorID)?.email)
                }
            }
            try commit(session, end)
        }
        return OnboardingResult(upload: upload, end: end)
    }

    /// The caller's error matters more than a database that cannot be told: the next upload gives this one up.
    private func recordInterruption(of upload: Upload) async {
        // A task of its own, because this one may be cancelled.
        await Task {
            try? await connection.transaction { session in  // because of the sentence above
                if try session.finishUpload(upload.uploadID, UploadEnd(failure: .interrupted)) {
                    try session.addEvent(upload.uploadID, .failed(.interrupted))
                }
            }
        }.value
    }
}

extension ByteSource {
    fileprivate func fraction(_ bytes: Int) -> Double? {
        byteCount.map { Double(bytes) / Double(max(1, $0)) }
    }
}

/// A file that was read whole and whose header makes sense.
struct ReadFile {
    let spooled: SpooledUpload
    let layout: ProductLayout
    let mappingUse: MappingUse?

    var uploaded: UploadedFile {
        UploadedFile(
            byteCount: spooled.byteCount, sha256: spooled.sha256, encoding: spooled.encoding.name,
            isEncodingGuessed: spooled.isGuessed)
    }

    var facts: UploadEvent.FileFacts {
        UploadEvent.FileFacts(
            encoding: spooled.encoding.name, isGuessed: spooled.isGuessed,
            separator: String(UnicodeScalar(layout.format.separator)),
            isCompressed: spooled.isCompressed, columns: layout.columns, hasHeader: layout.hasHeader,
            isMapped: layout.mapping != nil,
            fields: layout.mapping == nil ? nil : layout.presentFields.map(\.column),
            decimalMarks: layout.numbers.foundMarks,
            currency: layout.numbers.foundCurrency, workbook: spooled.workbook.map(UploadEvent.WorkbookFacts.init),
            attributes: layout.attributes.map(\.name))
    }
}

extension UploadEvent.WorkbookFacts {
    fileprivate init(_ facts: WorkbookFacts) {
        self.init(sheet: facts.sheet, hiddenRows: facts.hiddenRows, otherSheets: facts.otherSheets)
    }
}
