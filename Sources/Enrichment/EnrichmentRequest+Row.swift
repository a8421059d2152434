import Foundation
import Postgres

extension EnrichmentRequest {
    /// Of the columns that the statements of requests read.
    init(_ row: Row) throws {
        func decode<Value: Decodable>(_ column: String, as type: Value.Type = Value.self) throws -> Value? {
            try row.get(column, as: String?.self).map { try JSONDecoder().decode(Value.self, from: Data($0.utf8)) }
        }
        requestID = try row.get("request_id")
        status = EnrichmentStatus(rawValue: try row.get("status")) ?? .failed
        source = EnrichmentSource(rawValue: try row.get("source")) ?? .api
        format = OutputFormat(rawValue: try row.get("format")) ?? .csv
        isCompressed = try row.get("is_compressed")
        fileName = try row.get("file_name")
        outputKey = try row.get("output_key")
        totalRecords = try row.get("total_records")
        totalBatches = try row.get("total_batches")
        processedBatches = try row.get("processed_batches")
        failedBatches = try row.get("failed_batches")
        failureMessage = try row.get("failure_message")
        sameAs = try row.get("same_as")
        createdAt = try row.get("created_at")
        madeAt = try row.get("made_at")
        expiresAt = try row.get("expires_at")
        encoding = try row.get("file_encoding")
        isEncodingGuessed = try row.get("encoding_guessed")
        queue = try row.get("queue")
        localPath = try row.get("local_path")
        freshSince = try row.get("fresh_since")
        completedAt = try row.get("completed_at")
        callbackSentAt = try row.get("callback_sent_at")
        callbackError = try row.get("callback_error")
        forgottenAt = try row.get("forgotten_at")
        wait = try EnrichmentWait(row)
        writtenCounts = try decode("record_counts")
        options = try decode("options") ?? EnrichmentOptions()
        plan = try decode("plan")
        columns = try row.get("columns")
        let names: [String: String] = try decode("fields") ?? [:]
        columnOfField = Dictionary(
            uniqueKeysWithValues: names.compactMap { name, column in ContactField(rawValue: name).map { ($0, column) } }
        )
        object = try EnrichmentObject(row)
    }
}

extension EnrichmentObject {
    /// Nil for a list that was no object.
    fileprivate init?(_ row: Row) throws {
        guard let bucket: String = try row.get("bucket"), let key: String = try row.get("object_key") else {
            return nil
        }
        self.init(
            bucket: bucket, key: key, version: try row.get("object_version") ?? "", etag: try row.get("etag") ?? "")
    }
}

extension EnrichmentWait {
    /// Nil if nothing is waited for.
    fileprivate init?(_ row: Row) throws {
        guard let cause = try row.get("waiting_for", as: String?.self).flatMap(Cause.init) else { return nil }
        self.init(cause: cause, reason: try row.get("waiting_because") ?? "", retryAt: try row.get("retry_at"))
    }
}
