import Foundation

/// A line of the timeline of an upload: `catalog.upload_events`.
package enum UploadEvent: Sendable {
    /// Its bytes are to come.
    case announced
    /// It arrived: `s3`, `sns`, `eventbridge`, `minio`, `ceph`, `poller` or `api` said so.
    case queued(source: String)
    case started(mode: UploadMode, policy: UploadPolicy)
    case fileRead(FileFacts)
    /// It was read with one of the vendor's mappings.
    case mapped(MappingUse)
    case checked(rows: Int, rejected: Int)
    /// Its rows had to meet rules of one's own.
    case ruled([RuleUse])
    /// Nothing was deactivated, because these rows do not say which product they are about.
    case missingProductsKept(namelessRows: Int)
    case racedWithAnotherUpload(attempt: Int, sqlState: String)
    case finished(UploadEnd)
    /// It loads the file of a dry run, and may have been judged differently since.
    case compared(VerdictChange, with: String)
    case failed(UploadFailure)
    /// There are no rejected rows where all findings are warnings.
    case reportWritten(errorsKey: String, rejectedKey: String?)
    /// It could not be made; an operator has to see why.
    case reportGivenUp
    case notified(channel: String)
    case cancelled(by: String)
    case retried(by: String)
    /// The file of this dry run is loaded by another upload.
    case loaded(by: String, as: String)
    case undeliverable(channel: String, reason: String)

    /// What was found out about the file; the report needs the columns to give rejected rows back as they were.
    package struct FileFacts: Sendable, Codable {
        /// `utf-8`, `utf-16le`, `utf-16be`, `windows-1252`, or the name that was declared.
        package var encoding: String
        /// Nobody declared it, and it is not UTF-8; nil in facts of earlier versions.
        package var isGuessed: Bool?
        /// One character.
        package var separator: String
        package var isCompressed: Bool
        /// Names in the header, trimmed; `1`, `2`, … when the file has none.
        package var columns: [String]
        package var hasHeader: Bool
        package var isMapped: Bool
        /// Names of our columns that the mapping makes; nil without one, and in facts of earlier versions.
        package var fields: [String]?
        /// The decimal mark of each column whose numbers show it, where the mapping leaves it to the file.
        package var decimalMarks: [String: String]?
        /// Code of the currency that stands beside the numbers.
        package var currency: String?
        /// Nil if it was none.
        package var workbook: WorkbookFacts?
        /// Names of the columns that are kept as attributes; nil for none.
        package var attributes: [String]?

        /// The facts, as found.
        package init(
            encoding: String, isGuessed: Bool = false, separator: String, isCompressed: Bool, columns: [String],
            hasHeader: Bool, isMapped: Bool, fields: [String]? = nil, decimalMarks: [String: String] = [:],
            currency: String? = nil,
            workbook: WorkbookFacts? = nil, attributes: [String] = []
        ) {
            self.encoding = encoding
            self.isGuessed = isGuessed
            self.separator = separator
            self.isCompressed = isCompressed
            self.columns = columns
            self.hasHeader = hasHeader
            self.isMapped = isMapped
            self.fields = fields
            self.decimalMarks = decimalMarks.isEmpty ? nil : decimalMarks
            self.currency = currency
            self.workbook = workbook
            self.attributes = attributes.isEmpty ? nil : attributes
        }

        /// What was found out about the numbers, in words: nothing where nothing was to be found.
        package var numberStyle: String? {
            let marks = (decimalMarks ?? [:]).sorted { $0.key < $1.key }
                .map { "decimal \($0.value == "," ? "comma" : "point") in \($0.key)" }
            let words = marks + (currency.map { ["currency \($0)"] } ?? [])
            return words.isEmpty ? nil : words.joined(separator: ", ")
        }

        init(json: String) throws {
            self = try JSONDecoder().decode(Self.self, from: Data(json.utf8))
        }
    }

    /// What was found out about a workbook.
    package struct WorkbookFacts: Sendable, Codable, Equatable {
        /// The sheet that was read.
        package var sheet: String
        /// Rows of it that nobody sees, and that were not read.
        package var hiddenRows: Int
        /// Visible sheets that were not read.
        package var otherSheets: [String]

        package init(sheet: String, hiddenRows: Int, otherSheets: [String]) {
            (self.sheet, self.hiddenRows, self.otherSheets) = (sheet, hiddenRows, otherSheets)
        }

        /// `sheet 'Products', 3 hidden rows left out`
        package var words: String {
            let hidden = hiddenRows == 0 ? "" : ", \(hiddenRows) hidden row\(hiddenRows == 1 ? "" : "s") left out"
            let others =
                otherSheets.isEmpty
                ? "" : ", not read: \(otherSheets.prefix(5).map { "'\($0)'" }.joined(separator: ", "))"
            return "sheet '\(sheet)'" + hidden + others
        }
    }

    /// A rule of one's own, and how many rows broke it.
    package struct RuleUse: Sendable, Encodable, Equatable {
        var name: String
        var version: Int
        var rows: Int

        package init(_ rule: StoredRule, rows: Int) {
            (name, version, self.rows) = (rule.name, rule.version, rows)
        }
    }

    /// Searchable name.
    package var name: String {
        switch self {
        case .announced: "announced"
        case .queued: "queued"
        case .started: "started"
        case .fileRead: "file.read"
        case .mapped: "mapped"
        case .checked: "checked"
        case .ruled: "ruled"
        case .missingProductsKept: "missing.kept"
        case .racedWithAnotherUpload: "raced"
        case .finished: "finished"
        case .compared: "compared"
        case .failed: "failed"
        case .reportWritten: "report.written"
        case .reportGivenUp: "report.given_up"
        case .notified: "notified"
        case .cancelled: "cancelled"
        case .retried: "retried"
        case .loaded: "loaded"
        case .undeliverable: "undeliverable"
        }
    }

    /// The facts, as a JSON object.
    var detailJSON: String {
        switch self {
        case .announced, .reportGivenUp: "{}"
        case .queued(let source): Self.json(["source": source])
        case .started(let mode, let policy): Self.json(["mode": mode.rawValue, "policy": policy.rawValue])
        case .fileRead(let facts): Self.json(facts)
        case .mapped(let use):
            Self.json(["mapping": use.name, "version": "\(use.version)", "because": use.reason.rawValue])
        case .checked(let rows, let rejected): Self.json(["rows": rows, "rejected": rejected])
        case .ruled(let uses): Self.json(["rules": uses])
        case .missingProductsKept(let rows): Self.json(["namelessRows": rows])
        case .racedWithAnotherUpload(let attempt, let state): Self.json(["attempt": "\(attempt)", "sqlState": state])
        case .finished(let end): Self.json(FinishedFacts(end))
        case .compared(let change, let checked): Self.json(ComparedFacts(change, checked))
        case .failed(let failure): Self.json(["type": failure.type.rawValue, "message": failure.message])
        case .reportWritten(let errors, let rejected): Self.json(["errors": errors, "rejected": rejected])
        case .cancelled(let subject), .retried(let subject): Self.json(["by": subject])
        case .loaded(let subject, let uploadID): Self.json(["by": subject, "uploadId": uploadID])
        case .notified(let channel): Self.json(["channel": channel])
        case .undeliverable(let channel, let reason): Self.json(["channel": channel, "reason": reason])
        }
    }

    /// Where nobody can rewrite it: which bytes came, and what they became.
    private struct FinishedFacts: Encodable {
        var status: String
        var sha256: String?
        var bytes: Int?
        var valid: Int
        var errors: Int

        init(_ end: UploadEnd) {
            (status, sha256, bytes) = (end.status.rawValue, end.file?.sha256, end.file?.byteCount)
            (valid, errors) = (end.counts.valid, end.counts.error)
        }
    }

    private struct ComparedFacts: Encodable {
        var checked: String
        var changed: Bool
        var rejectedSince: Int
        var acceptedSince: Int

        init(_ change: VerdictChange, _ checked: String) {
            (self.checked, changed) = (checked, change.isChange)
            (rejectedSince, acceptedSince) = (change.rejectedSince, change.acceptedSince)
        }
    }

    private static func json(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Strings, numbers and booleans always encode.
        return String(decoding: try! encoder.encode(value), as: UTF8.self)
    }
}
