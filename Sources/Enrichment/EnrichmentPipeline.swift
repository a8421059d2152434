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
        let planned = try await planned(new.options)
        do {
            try await resources.pool.transaction { session in
                try fence(session)
                try session.addEnrichment(new)
                _ = try load(
                    new.requestID, planned, new.format, spool, session, queue: new.queue,
                    reusing: reusing && new.options.refresh != true)
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
        let plan = try await planned(request.options)
        return try await resources.pool.transaction { session in
            let count = try load(
                request.requestID, plan, request.format, spool, session, queue: request.queue, reusing: false)
            try commit(session)
            return count
        }
    }

    /// - Throws: `EnrichmentFailure` if nobody gives what is wanted.
    package func check(_ options: EnrichmentOptions) async throws { _ = try await planned(options) }

    /// - Throws: `EnrichmentFailure` if nobody gives what is wanted, or there is no such mapping.
    func planned(_ options: EnrichmentOptions) async throws -> PlannedRequest {
        do {
            let all = try await resources.registry.all(for: options.providers)
            var plan = try EnrichmentPlan(options, known: all.map { ($0.row.name, $0.provider) })
            guard let name = options.mapping else {
                return PlannedRequest(plan: plan, rows: all.map(\.row), options: options)
            }
            guard let mapping = try await resources.pool.run({ try $0.contactMapping(name) }) else {
                throw EnrichmentFailure(
                    "There is no mapping '\(name)': catalog enrich mapping list shows those in use.")
            }
            plan.mapping = ContactMapping.Use(name: mapping.name, version: mapping.version)
            return PlannedRequest(plan: plan, rows: all.map(\.row), options: options.reading(with: mapping))
        } catch let error as ProviderSettingsError {
            throw EnrichmentFailure("\(error)")
        }
    }

    private func load(
        _ requestID: String, _ planned: PlannedRequest, _ format: OutputFormat, _ spool: ContactSpool,
        _ session: Session, queue: String, reusing: Bool
    ) throws -> Int {
        let loaded = try RecordLoader(requestID: requestID, limits: resources.limits, planned.options)
            .load(spool, session)
        let plan = planned.plan
        let hash = try Self.hash(planned, format, loaded)
        try session.execute(EnrichmentRequest.hold(hash: hash))
        if reusing,
            let earlier = try session.first(
                EnrichmentRequest.selectOriginal(hash: hash, believed: planned.believedSeconds))
        {
            throw EarlierRequest(requestID: try earlier.get("request_id"))
        }
        let isSplit = try session.execute(
            try EnrichmentRequest.split(
                requestID, plan: plan, columns: loaded.columns, fields: loaded.fields, records: loaded.count,
                hash: hash,
                encoding: (spool.upload.encoding.name, spool.upload.isGuessed)))
        guard isSplit == 1 else { throw EnrichmentFailure("The request was cancelled while its list was read.") }
        try session.splitIntoBatches(requestID, records: loaded.count, in: queue)
        return loaded.count
    }

    /// SHA-256 of plan, settings, format and records as canonical JSON.
    private static func hash(_ planned: PlannedRequest, _ format: OutputFormat, _ loaded: LoadedRecords) throws
        -> String
    {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var json = JSONWriter()
        var members = [
            "format": format.rawValue, "plan": String(decoding: try encoder.encode(planned.plan), as: UTF8.self),
            "records": loaded.hash.hex, "settings": planned.settings,
        ]
        // The same list with other meanings of its columns asks something else.
        if let columns = planned.options.columns {
            members["columns"] = String(decoding: try encoder.encode(columns), as: UTF8.self)
        }
        json.object(members)
        return SHA256.hash(json.bytes).hex
    }
}

/// Rolls the transaction back that would repeat it.
private struct EarlierRequest: Error {
    var requestID: String
}

/// A plan, and what is known of its providers.
struct PlannedRequest: Sendable {
    let plan: EnrichmentPlan
    /// Of each provider what changes its answers.
    let settings: String
    /// How long all that they say is believed.
    let believedSeconds: Int

    let options: EnrichmentOptions

    init(plan: EnrichmentPlan, rows: [ProviderRow], options: EnrichmentOptions) {
        self.options = options
        let names = Set(plan.providers.values.joined())
        let asked = rows.filter { names.contains($0.name) }.sorted { $0.name < $1.name }
        self.plan = plan
        settings = asked.map { "\($0.name) \($0.settingsHash ?? 0)" }.joined(separator: ", ")
        believedSeconds = asked.map { min($0.cacheSeconds, $0.missSeconds) }.min() ?? 0
    }
}
