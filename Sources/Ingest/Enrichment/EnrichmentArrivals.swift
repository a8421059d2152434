import Jobs
import Postgres

extension Session {
    /// Makes an enrichment request of a new object: `raw/<name>.csv` becomes `enhanced/<name>.csv`. Needs a transaction.
    ///
    /// An object that was announced (`POST /enrichment` with an upload) belongs to the request whose id its name is.
    func beginEnrichment(_ event: ObjectEvent, _ route: Route) throws -> ArrivalOutcome {
        let path = String(event.key.dropFirst(route.prefix.count))
        let object = EnrichmentObject(
            bucket: event.bucket, key: event.key, version: event.version, etag: event.etag)
        if let requestID = try first(EnrichmentRequest.claimUpload(path, object)) {
            let requestID: String = try requestID.get("request_id")
            try enqueue(EnrichmentStep.split(requestID))
            return .requested(requestID: requestID)
        }
        guard let file = InputFile(path) else {
            return .ignored(reason: "the name does not end in .csv, .json or .ndjson, or one of these and .gz")
        }
        var new = NewEnrichment(
            source: .bucket, options: EnrichmentOptions(providers: route.providers), format: file.format,
            fileName: file.name, isCompressed: file.isCompressed, outputKey: "enhanced/\(path)")
        new.object = object
        try addEnrichment(new)
        try enqueue(EnrichmentStep.split(new.requestID))
        return .requested(requestID: new.requestID)
    }
}

/// What the name of an input says of its output, which is written the same way.
struct InputFile: Equatable {
    var name: String
    var format: OutputFormat
    var isCompressed: Bool

    /// Nil if it is no input.
    init?(_ path: String) {
        guard let name = path.split(separator: "/").last.map(String.init) else { return nil }
        var stem = name.lowercased()[...]
        isCompressed = stem.hasSuffix(".gz")
        if isCompressed { stem = stem.dropLast(3) }
        guard let format = OutputFormat.allCases.first(where: { stem.hasSuffix(".\($0.rawValue)") }) else { return nil }
        (self.name, self.format) = (name, format)
    }
}
