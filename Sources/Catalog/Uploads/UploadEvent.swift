import Foundation

/// A line of the timeline of an upload: `catalog.upload_events`.
package enum UploadEvent: Sendable {
    /// Its bytes are to come.
    case announced
    /// It arrived: `s3`, `sns`, `eventbridge`, `minio`, `ceph`, `poller` or `api` said so.
    case queued(source: String)
    case started(mode: UploadMode, policy: UploadPolicy)
    case fileRead(FileFacts)
    case checked(rows: Int, rejected: Int)
    /// Nothing was deactivated, because these rows do not say which product they are about.
    case missingProductsKept(namelessRows: Int)
    case racedWithAnotherUpload(attempt: Int, sqlState: String)
    case finished(UploadEnd)
    case failed(UploadFailure)
    /// There are no rejected rows where all findings are warnings.
    case reportWritten(errorsKey: String, rejectedKey: String?)
    /// It could not be made; an operator has to see why.
    case reportGivenUp
    case notified(channel: String)
    case cancelled(by: String)
    case retried(by: String)
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
        /// The decimal mark of each column whose numbers show it, where the mapping leaves it to the file.
        package var decimalMarks: [String: String]?
        /// Code of the currency that stands beside the numbers.
        package var currency: String?

        /// The facts, as found.
        package init(
            encoding: String, isGuessed: Bool = false, separator: String, isCompressed: Bool, columns: [String],
            hasHeader: Bool, isMapped: Bool, decimalMarks: [String: String] = [:], currency: String? = nil
        ) {
            self.encoding = encoding
            self.isGuessed = isGuessed
            self.separator = separator
            self.isCompressed = isCompressed
            self.columns = columns
            self.hasHeader = hasHeader
            self.isMapped = isMapped
            self.decimalMarks = decimalMarks.isEmpty ? nil : decimalMarks
            self.currency = currency
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

    /// Searchable name.
    package var name: String {
        switch self {
        case .announced: "announced"
        case .queued: "queued"
        case .started: "started"
        case .fileRead: "file.read"
        case .checked: "checked"
        case .missingProductsKept: "missing.kept"
        case .racedWithAnotherUpload: "raced"
        case .finished: "finished"
        case .failed: "failed"
        case .reportWritten: "report.written"
        case .reportGivenUp: "report.given_up"
        case .notified: "notified"
        case .cancelled: "cancelled"
        case .retried: "retried"
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
        case .checked(let rows, let rejected): Self.json(["rows": rows, "rejected": rejected])
        case .missingProductsKept(let rows): Self.json(["namelessRows": rows])
        case .racedWithAnotherUpload(let attempt, let state): Self.json(["attempt": "\(attempt)", "sqlState": state])
        case .finished(let end): Self.json(["status": end.status.rawValue])
        case .failed(let failure): Self.json(["type": failure.type.rawValue, "message": failure.message])
        case .reportWritten(let errors, let rejected): Self.json(["errors": errors, "rejected": rejected])
        case .cancelled(let subject), .retried(let subject): Self.json(["by": subject])
        case .notified(let channel): Self.json(["channel": channel])
        case .undeliverable(let channel, let reason): Self.json(["channel": channel, "reason": reason])
        }
    }

    private static func json(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Strings, numbers and booleans always encode.
        return String(decoding: try! encoder.encode(value), as: UTF8.self)
    }
}
