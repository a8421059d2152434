import Foundation
package import Postgres

/// The statements of `enrichment.requests`.
extension EnrichmentRequest {
    static func insert(_ new: NewEnrichment) throws -> Statement {
        """
        insert into enrichment.requests (request_id, source, options, format, is_compressed, file_name, output_key,
            bucket, object_key, object_version, etag)
        values (\(new.requestID)::uuid, \(new.source.rawValue)::text, \(try json(new.options))::jsonb,
            \(new.format.rawValue)::text, \(new.isCompressed)::boolean, \(new.fileName)::text, \(new.outputKey)::text,
            \(new.object?.bucket)::text, \(new.object?.key)::text, \(new.object?.version)::text, \(new.object?.etag)::text)
        """
    }

    static func select(_ requestID: String) -> Statement {
        "select \(columns) from enrichment.requests where request_id = \(requestID)::uuid"
    }

    private static let columns: Statement = """
        request_id, status, source, options, plan, format, is_compressed, file_name, output_key, bucket, object_key,
        object_version, etag, columns, fields, total_records, total_batches, processed_batches, failed_batches,
        failure_message, same_as, file_encoding, coalesce(encoding_guessed, false) as encoding_guessed, to_json(created_at) #>> '{}' as created_at
        """

    /// The request that waits for an upload under its own id, and now knows its object.
    static func claimUpload(_ requestID: UUID, _ object: EnrichmentObject) -> Statement {
        """
        update enrichment.requests
        set bucket = \(object.bucket)::text, object_key = \(object.key)::text, object_version = \(object.version)::text,
            etag = \(object.etag)::text
        where source = 'api' and status = 'accepted' and object_key is null
          and request_id = \(requestID.uuidString)::uuid
        returning request_id
        """
    }

    /// Marks the begin; none if it has been split, or failed.
    static func begin(_ requestID: String) -> Statement {
        """
        update enrichment.requests set started_at = coalesce(started_at, clock_timestamp())
        where request_id = \(requestID)::uuid and status = 'accepted' returning request_id
        """
    }

    /// From accepted to processing, with all batches.
    static func split(
        _ requestID: String, plan: EnrichmentPlan, columns: [String], fields: [ContactField: String], records: Int,
        hash: String, encoding: (name: String, isGuessed: Bool)
    ) throws -> Statement {
        let batches = BatchSplitter.batches(of: records)
        let names = Dictionary(uniqueKeysWithValues: fields.map { ($0.key.rawValue, $0.value) })
        return """
            update enrichment.requests
            set status = 'processing', plan = \(try json(plan))::jsonb, columns = \(columns)::text[],
                fields = \(try json(names))::jsonb, total_records = \(records)::integer,
                total_batches = \(batches)::integer, file_encoding = \(encoding.name)::text,
                encoding_guessed = \(encoding.isGuessed)::boolean, request_hash = \(hash)::text, same_as = (
                    select request_id from enrichment.requests
                    where request_hash = \(hash)::text and same_as is null and status <> 'failed'
                      and request_id <> \(requestID)::uuid)
            where request_id = \(requestID)::uuid
            """
    }

    static func fail(_ requestID: String, message: String) -> Statement {
        """
        update enrichment.requests
        set status = 'failed', failure_message = \(message)::text, completed_at = clock_timestamp()
        where request_id = \(requestID)::uuid and status in ('accepted', 'processing')
        """
    }

    /// Counts a batch; the last one learns that it is.
    static func count(_ requestID: String, processed: Int, failed: Int) -> Statement {
        """
        update enrichment.requests
        set processed_batches = processed_batches + \(processed)::integer,
            failed_batches = failed_batches + \(failed)::integer, revision = revision + 1
        where request_id = \(requestID)::uuid
        returning processed_batches + failed_batches = total_batches as is_last
        """
    }

    /// - Parameter revision: what the output was written from; none is completed if a batch has ended since.
    static func complete(_ requestID: String, revision: Int) -> Statement {
        """
        update enrichment.requests
        set status = case when failed_batches > 0 then 'partial' else 'completed' end, completed_at = clock_timestamp()
        where request_id = \(requestID)::uuid and revision = \(revision)::integer
        returning status
        """
    }

    static func selectRevision(_ requestID: String) -> Statement {
        "select revision from enrichment.requests where request_id = \(requestID)::uuid"
    }

    /// Of two requests with one hash the second waits here until the first is committed, and then sees it.
    static func hold(hash: String) -> Statement {
        "select pg_advisory_xact_lock(hashtextextended('enrichment ' || \(hash)::text, 0))"
    }

    static func selectOriginal(hash: String) -> Statement {
        """
        select \(columns) from enrichment.requests
        where request_hash = \(hash)::text and same_as is null and status <> 'failed'
        """
    }

    static func selectUsage(_ requestID: String) -> Statement {
        """
        select
            count(*) filter (where c.state in ('answered', 'unknown')) as calls,
            count(*) filter (where c.state = 'unknown') as unknown_calls,
            coalesce(sum(c.credits) filter (where c.state in ('answered', 'unknown')), 0) as credits,
            (select count(*) from enrichment.results r where r.request_id = \(requestID)::uuid and r.is_cached) as saved_inputs,
            (select count(*) from enrichment.results r
                where r.request_id = \(requestID)::uuid and r.is_cached and r.outcome = 'match') as saved_credits
        from enrichment.calls c where c.request_id = \(requestID)::uuid
        """
    }

    private static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

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
        encoding = try row.get("file_encoding")
        isEncodingGuessed = try row.get("encoding_guessed")
        options = try decode("options") ?? EnrichmentOptions()
        plan = try decode("plan")
        columns = try row.get("columns")
        let names: [String: String] = try decode("fields") ?? [:]
        columnOfField = Dictionary(
            uniqueKeysWithValues: names.compactMap { name, column in ContactField(rawValue: name).map { ($0, column) } }
        )
        if let bucket: String = try row.get("bucket"), let key: String = try row.get("object_key") {
            object = EnrichmentObject(
                bucket: bucket, key: key, version: try row.get("object_version") ?? "", etag: try row.get("etag") ?? "")
        }
    }
}

/// What a request has cost so far, and what it did not.
package struct EnrichmentUsage: Sendable, Codable, Equatable {
    package var calls: Int
    package var credits: Int
    /// Calls of which nobody knows whether they were made: a crash, or a lost connection.
    package var unknownCalls: Int
    /// Inputs that were not asked for again.
    package var savedInputs: Int
    /// Matches among them.
    package var savedCredits: Int
}

extension Session {
    /// Makes a request; nothing happens with it yet.
    package func addEnrichment(_ new: NewEnrichment) throws { try execute(EnrichmentRequest.insert(new)) }

    /// A request; nil if there is none, or the id is not a UUID.
    package func enrichment(_ requestID: String) throws -> EnrichmentRequest? {
        guard UUID(uuidString: requestID) != nil else { return nil }
        return try first(EnrichmentRequest.select(requestID)).map(EnrichmentRequest.init)
    }

    /// What the request has cost and saved.
    package func enrichmentUsage(_ requestID: String) throws -> EnrichmentUsage {
        let row = try query(EnrichmentRequest.selectUsage(requestID))[0]
        return EnrichmentUsage(
            calls: try row.get("calls"), credits: try row.get("credits"), unknownCalls: try row.get("unknown_calls"),
            savedInputs: try row.get("saved_inputs"), savedCredits: try row.get("saved_credits"))
    }

    /// The input cannot be used: the request ends.
    func failEnrichment(_ requestID: String, _ failure: EnrichmentFailure) throws {
        try execute(EnrichmentRequest.fail(requestID, message: failure.description))
    }
}
