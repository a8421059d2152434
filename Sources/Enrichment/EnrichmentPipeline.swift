import Foundation
import Jobs
import OpenSSL
package import Postgres
import Tabular
import Text

/// From a list of contacts to its batches; the rest is done by their jobs.
package struct EnrichmentPipeline: Sendable {
    let resources: EnrichmentResources

    package init(resources: EnrichmentResources) {
        self.resources = resources
    }

    /// What became of a list.
    package enum Outcome: Sendable, Equatable {
        case created(requestID: String)
        /// The same was asked for before: that request answers it.
        case same(requestID: String)
    }

    /// Makes a request of a list at hand, with all its batches, in one transaction.
    /// - Parameters:
    ///   - reusing: whether an earlier request for the same is the answer.
    ///   - fence: begins the transaction; what it throws stops it.
    ///   - finish: ends the transaction, with the new request.
    /// - Throws: `EnrichmentFailure`: then nothing was made.
    package func create(
        _ new: NewEnrichment, _ spool: ContactSpool, reusing: Bool,
        fence: @escaping @Sendable (Session) throws -> Void = { _ in },
        finish: @escaping @Sendable (Session, EnrichmentRequest) throws -> Void = { _, _ in }
    ) async throws -> Outcome {
        let plan = try await plan(new.options)
        do {
            try await resources.pool.transaction { session in
                try fence(session)
                try session.addEnrichment(new)
                _ = try load(new.requestID, plan, new.format, spool, session, reusing: reusing)
                if let request = try session.enrichment(new.requestID) { try finish(session, request) }
            }
            return .created(requestID: new.requestID)
        } catch let earlier as EarlierRequest {
            return .same(requestID: earlier.requestID)
        }
    }

    /// Stores the records of a request that was accepted and makes its batches.
    /// - Parameter commit: joins the transaction.
    /// - Returns: records.
    func split(
        _ request: EnrichmentRequest, _ spool: ContactSpool, commit: @Sendable (Session) throws -> Void
    ) async throws -> Int {
        let plan = try await plan(request.options)
        return try await resources.pool.transaction { session in
            let count = try load(request.requestID, plan, request.format, spool, session, reusing: false)
            try commit(session)
            return count
        }
    }

    /// - Throws: `EnrichmentFailure` if nobody gives what is wanted.
    package func check(_ options: EnrichmentOptions) async throws { _ = try await plan(options) }

    /// - Throws: `EnrichmentFailure` if nobody gives what is wanted.
    func plan(_ options: EnrichmentOptions) async throws -> EnrichmentPlan {
        do {
            return try EnrichmentPlan(
                options, known: try await resources.registry.all().map { ($0.row.name, $0.provider) })
        } catch let error as ProviderSettingsError {
            throw EnrichmentFailure("\(error)")
        }
    }

    private func load(
        _ requestID: String, _ plan: EnrichmentPlan, _ format: OutputFormat, _ spool: ContactSpool,
        _ session: Session, reusing: Bool
    ) throws -> Int {
        let loaded = try RecordLoader(requestID: requestID, limits: resources.limits).load(spool, session)
        let hash = try Self.hash(plan, format, loaded)
        try session.execute(EnrichmentRequest.hold(hash: hash))
        if reusing, let earlier = try session.first(EnrichmentRequest.selectOriginal(hash: hash)) {
            throw EarlierRequest(requestID: try earlier.get("request_id"))
        }
        try session.execute(
            try EnrichmentRequest.split(
                requestID, plan: plan, columns: loaded.columns, fields: loaded.fields, records: loaded.count,
                hash: hash,
                encoding: (spool.upload.encoding.name, spool.upload.isGuessed)))
        try session.splitIntoBatches(requestID, records: loaded.count)
        return loaded.count
    }

    /// SHA-256 of plan, format and records as canonical JSON.
    private static func hash(_ plan: EnrichmentPlan, _ format: OutputFormat, _ loaded: LoadedRecords) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var json = JSONWriter()
        json.object([
            "format": format.rawValue, "plan": String(decoding: try encoder.encode(plan), as: UTF8.self),
            "records": loaded.hash.hex,
        ])
        return SHA256.hash(json.bytes).hex
    }
}

/// Rolls the transaction back that would repeat it.
private struct EarlierRequest: Error {
    var requestID: String
}
