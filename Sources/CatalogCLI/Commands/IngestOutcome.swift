import Catalog
import Foundation
import Ingest
import Jobs

/// What `catalog ingest` says of one file: the public JSON object, and words for a person.
struct IngestOutcome: Encodable {
    var uploadId: String
    var vendorId: String
    var fileName: String
    var status: UploadStatus
    var totalRecords: Int
    var validRecords: Int
    var errorRecords: Int
    var createdRecords: Int
    var updatedRecords: Int
    var unchangedRecords: Int
    /// Missing where the file decides about nothing else.
    var deactivatedRecords: Int?
    /// Nothing was deactivated, because some rows do not say which product they are about; missing otherwise.
    var missingKept: Bool?
    /// Missing without warnings.
    var warningRecords: Int?
    var errorCounts: [String: Int]
    /// In which the file was read; missing if it was not read.
    var encoding: String?
    /// Nobody said which one it is, and it is not UTF-8.
    var encodingGuessed: Bool?
    /// Name and version of the kept mapping that it was read with; missing without one.
    var mapping: String?
    var mappingVersion: Int?
    private let mappingReason: MappingUse.Reason?
    /// What the file's own numbers show, where a mapping leaves it to the file.
    var decimalMarks: [String: String]?
    var currency: String?
    private let numberStyle: String?
    private let workbook: String?
    /// The sheet of a workbook that was read.
    var sheet: String?
    /// Names of the columns that are kept as attributes; missing for none.
    var attributes: [String]?
    /// Where the files are; missing without errors.
    var errorReport: String?
    var rejectedFile: String?
    var failureType: String?
    var failureMessage: String?
    var dryRun: Bool?
    var durationSeconds: Double

    private enum CodingKeys: String, CodingKey {
        case uploadId, vendorId, fileName, status, totalRecords, validRecords, errorRecords, createdRecords,
            updatedRecords
        case unchangedRecords, deactivatedRecords, missingKept, warningRecords, errorCounts, encoding, encodingGuessed
        case sheet, mapping, mappingVersion, decimalMarks, currency, attributes, errorReport, rejectedFile, failureType,
            failureMessage
        case dryRun, durationSeconds
    }

    init(_ result: OnboardingResult, _ stores: Stores, isDryRun: Bool, took duration: Duration) {
        let counts = result.end.counts
        uploadId = result.upload.uploadID
        vendorId = result.upload.vendorID
        fileName = result.upload.fileName
        status = result.end.status
        totalRecords = counts.total
        validRecords = counts.valid
        errorRecords = counts.error
        createdRecords = counts.created
        updatedRecords = counts.updated
        unchangedRecords = counts.unchanged
        deactivatedRecords = result.upload.missingProducts == .deactivate ? counts.deactivated : nil
        missingKept = counts.missingKept ? true : nil
        warningRecords = counts.warned > 0 ? counts.warned : nil
        errorCounts = Dictionary(uniqueKeysWithValues: result.errorCounts.map { ($0.rawValue, $1) })
        encoding = result.facts?.encoding
        encodingGuessed = result.facts?.isGuessed == true ? true : nil
        mapping = result.mappingUse?.name
        mappingVersion = result.mappingUse?.version
        mappingReason = result.mappingUse?.reason
        numberStyle = result.facts?.numberStyle
        (sheet, workbook) = (result.facts?.workbook?.sheet, result.facts?.workbook?.words)
        decimalMarks = result.facts?.decimalMarks
        currency = result.facts?.currency
        attributes = result.facts?.attributes
        errorReport = result.errorReport.map(stores.location(ofReport:))
        rejectedFile = result.rejectedFile.map(stores.location(ofReport:))
        failureType = result.end.failure?.type.rawValue
        failureMessage = result.end.failure?.message
        dryRun = isDryRun ? true : nil
        let seconds = duration.seconds
        durationSeconds = (seconds * 1000).rounded() / 1000
    }

    var exitCode: Int32 {
        switch status {
        case .completed: 0
        case .partial: 2
        default: 3
        }
    }

    func rendered(_ style: Style) -> TerminalText {
        let color = status == .completed ? style.green : status == .partial ? style.yellow : style.red
        var lines: [TerminalText] = [
            "\(style.bold("\(fileName)")): \(color("\(status.rawValue)"))\(dryRun == true ? " (dry run, nothing loaded)" : "")"
        ]
        if let failureType, let failureMessage { lines.append("  reason    \(failureType): \(failureMessage)") }
        if totalRecords > 0 {
            let rate = durationSeconds > 0 ? Int(Double(totalRecords) / durationSeconds).grouped : "–"
            lines.append(
                "  rows      \(totalRecords.grouped) read, \(validRecords.grouped) valid, \(errorRecords.grouped) rejected"
                    + " in \(durationSeconds) s (\(rate) rows/s)")
            lines.append(
                "  products  \(createdRecords.grouped) created, \(updatedRecords.grouped) updated, "
                    + "\(unchangedRecords.grouped) unchanged"
                    + (deactivatedRecords.map { ", \($0.grouped) deactivated" } ?? ""))
        }
        if missingKept == true {
            lines.append(
                "  missing   kept: some rows do not say which product they are about, which may be any of them")
        }
        if let mappingWords { lines.append("  mapping   \(mappingWords)") }
        if let workbook { lines.append("  workbook  \(workbook)") }
        if let numberStyle { lines.append("  numbers   \(numberStyle)") }
        if let attributes {
            let shown = attributes.prefix(8).joined(separator: ", ")
            lines.append("  kept      \(shown)\(attributes.count > 8 ? " and \(attributes.count - 8) more" : "")")
        }
        if !errorCounts.isEmpty {
            let counts = errorCounts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            lines.append("  errors    \(counts.map { "\($0.key) \($0.value.grouped)" }.joined(separator: ", "))")
        }
        if encodingGuessed == true, let encoding {
            lines.append(
                "  encoding  \(encoding), a guess: if letters look wrong, save the file as UTF-8 or give --encoding")
        }
        if let errorReport { lines.append("  report    \(errorReport)") }
        if let rejectedFile { lines.append("  rejected  \(rejectedFile)") }
        lines.append("  upload    \(uploadId)")
        return lines.joined(separator: "\n")
    }

    private var mappingWords: String? {
        guard let mapping, let mappingVersion else { return nil }
        let why =
            switch mappingReason {
            case .header: ", because a file with this header was read with it before"
            case .vendor: ", the vendor's default"
            default: ""
            }
        return "\(mapping), version \(mappingVersion)\(why)"
    }

    static func table(_ outcomes: [IngestOutcome]) -> TerminalText {
        var table = Table("FILE", "STATUS", "ROWS", "VALID", "REJECTED", "CREATED", "UPDATED", "UNCHANGED", "SECONDS")
        for outcome in outcomes {
            table.add(
                outcome.fileName, outcome.status.rawValue, outcome.totalRecords.grouped, outcome.validRecords.grouped,
                outcome.errorRecords.grouped, outcome.createdRecords.grouped, outcome.updatedRecords.grouped,
                outcome.unchangedRecords.grouped, String(outcome.durationSeconds))
        }
        return "\n" + table.rendered(Style())
    }
}
