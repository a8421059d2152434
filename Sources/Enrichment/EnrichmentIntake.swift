import Foundation
package import Intake
import Jobs
package import Postgres
import Tabular

/// Makes enrichment requests of objects: `raw/<name>.csv` becomes `enhanced/<name>.csv`.
package struct EnrichmentIntake: Pipeline {
    package static let name = "enrich"

    package var name: String { Self.name }

    package init() {}

    /// What is kept with a route.
    package struct Options: Codable, Sendable, Equatable {
        /// Who is asked, in order; all providers if it is empty.
        package var providers: [String] = []
        /// Of the files, by a name that iconv knows; nil finds it.
        package var encoding: String?

        package init(providers: [String] = [], encoding: String? = nil) {
            self.providers = providers
            self.encoding = encoding
        }

        package init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            providers = try container.decodeIfPresent([String].self, forKey: .providers) ?? []
            encoding = try container.decodeIfPresent(String.self, forKey: .encoding)
        }
    }

    package func options(_ given: [String: [String]]) throws -> RouteOptions {
        let known = ["providers", "encoding"]
        if let name = given.keys.sorted().first(where: { !known.contains($0) }) {
            throw RouteOptionError.unknown(name: name, pipeline: self.name, known: known)
        }
        let encoding = given["encoding"]?.joined(separator: ",")
        if let encoding, !EncodingNames.isKnown(encoding) {
            throw RouteOptionError.invalid(name: "encoding", value: encoding, expected: ["the names of iconv -l"])
        }
        return try RouteOptions(Options(providers: given["providers"] ?? [], encoding: encoding))
    }

    /// An object that was announced (`POST /enrichment` with an upload) belongs to the request whose id its name is.
    package func begin(_ event: ObjectEvent, below route: Route, _ session: Session) throws -> ArrivalOutcome {
        let path = String(event.key.dropFirst(route.prefix.count))
        let object = EnrichmentObject(
            bucket: event.bucket, key: event.key, version: event.version, etag: event.etag)
        if let requestID = try session.claimUpload(path, object) { return try Self.accept(requestID, session) }
        guard let file = InputFile(path) else {
            return .ignored(reason: "the name does not end in .csv, .json or .ndjson, or one of these and .gz")
        }
        let options = try route.options.decoded(as: Options.self)
        var new = NewEnrichment(
            source: .bucket, options: EnrichmentOptions(providers: options.providers, encoding: options.encoding),
            format: file.format,
            fileName: file.name, isCompressed: file.isCompressed, outputKey: "enhanced/\(path)")
        new.object = object
        try session.addEnrichment(new)
        return try Self.accept(new.requestID, session)
    }

    private static func accept(_ requestID: String, _ session: Session) throws -> ArrivalOutcome {
        try session.enqueue(EnrichmentStep.split(requestID))
        return .accepted("request_id", requestID)
    }
}

extension Session {
    /// - Parameter path: what follows the route's prefix: `<request id>.csv`, or the name of anything else.
    /// - Returns: the request that waits for an object of this name.
    fileprivate func claimUpload(_ path: String, _ object: EnrichmentObject) throws -> String? {
        guard let requestID = UUID(uuidString: String(path.prefix { $0 != "." })) else { return nil }
        return try first(EnrichmentRequest.claimUpload(requestID, object))?.get("request_id")
    }
}
