import Foundation
package import Intake
import Jobs
package import Postgres
import Tabular
import Text

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
        /// Nil asks for all groups.
        package var fields: [FieldGroup]?
        package var minConfidence: Double?
        /// As `EnrichmentOptions.required`.
        package var require: [String]?
        package var columns: [String: String]?
        /// A kept mapping, as it stands when a list is read.
        package var mapping: String?
        package var confidence: Bool?

        package init(providers: [String] = [], encoding: String? = nil) {
            self.providers = providers
            self.encoding = encoding
        }

        package init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            providers = try container.decodeIfPresent([String].self, forKey: .providers) ?? []
            encoding = try container.decodeIfPresent(String.self, forKey: .encoding)
            fields = try container.decodeIfPresent([FieldGroup].self, forKey: .fields)
            minConfidence = try container.decodeIfPresent(Double.self, forKey: .minConfidence)
            require = try container.decodeIfPresent([String].self, forKey: .require)
            columns = try container.decodeIfPresent([String: String].self, forKey: .columns)
            mapping = try container.decodeIfPresent(String.self, forKey: .mapping)
            confidence = try container.decodeIfPresent(Bool.self, forKey: .confidence)
        }

        /// What its lists are enriched with.
        var enrichment: EnrichmentOptions {
            EnrichmentOptions(
                providers: providers, groups: fields, minimumConfidence: minConfidence ?? 0, encoding: encoding,
                required: require, columns: columns, mapping: mapping, showsConfidence: confidence ?? false)
        }
    }

    private static let optionNames = [
        "providers", "encoding", "fields", "minConfidence", "require", "columns", "mapping", "confidence",
    ]

    package func options(_ given: [String: [String]]) throws -> RouteOptions {
        if let name = given.keys.sorted().first(where: { !Self.optionNames.contains($0) }) {
            throw RouteOptionError.unknown(name: name, pipeline: self.name, known: Self.optionNames)
        }
        func invalid(_ name: String, _ expected: [String]) -> RouteOptionError {
            RouteOptionError.invalid(name: name, value: (given[name] ?? []).joined(separator: ","), expected: expected)
        }
        var options = Options(providers: given["providers"] ?? [], encoding: given["encoding"]?.joined(separator: ","))
        if let encoding = options.encoding, !EncodingNames.isKnown(encoding) {
            throw invalid("encoding", ["the names of iconv -l"])
        }
        options.fields = try given["fields"]?.map { name in
            guard let group = FieldGroup(rawValue: name) else {
                throw invalid("fields", FieldGroup.allCases.map(\.rawValue))
            }
            return group
        }
        if let text = given["minConfidence"]?.first {
            guard let number = Double(text), (0...1).contains(number) else {
                throw invalid("minConfidence", ["numbers from 0 to 1"])
            }
            options.minConfidence = number
        }
        options.require = given["require"]
        do {
            options.columns = try given["columns"].map(ContactColumns.parsed)
        } catch is EnrichmentFailure {
            throw invalid("columns", ContactField.allCases.map { "\($0.rawValue)=COLUMN" })
        }
        options.mapping = given["mapping"]?.first
        options.confidence = given["confidence"].map { $0 == ["true"] }
        return try RouteOptions(options)
    }

    /// An object that was announced (`POST /enrichment` with an upload) belongs to the request whose id its name is.
    package func begin(_ event: ObjectEvent, below route: Route, _ session: Session) throws -> ArrivalOutcome {
        let path = event.key.behind(route.prefix) ?? event.key
        let object = EnrichmentObject(
            bucket: event.bucket, key: event.key, version: event.version, etag: event.etag)
        if let requestID = try session.claimUpload(path, object) { return try Self.accept(requestID, session) }
        guard let file = InputFile(path) else {
            return .ignored(reason: "the name does not end in .csv, .json or .ndjson, or one of these and .gz")
        }
        let options = try route.options.decoded(as: Options.self)
        var new = NewEnrichment(
            source: .bucket, options: options.enrichment, format: file.format,
            fileName: file.name, isCompressed: file.isCompressed,
            outputKey: try session.outputKey(for: object, path, below: route.prefix))
        new.object = object
        try session.addEnrichment(new)
        return try Self.accept(new.requestID, session)
    }

    private static func accept(_ requestID: String, _ session: Session) throws -> ArrivalOutcome {
        try session.enqueueLater(EnrichmentStep.split(requestID))
        return .accepted("request_id", requestID)
    }
}

extension Session {
    /// Where the result of an object goes: `raw/list.csv` → `enhanced/list.csv`, `leads/list.csv` → `enhanced/leads/list.csv`. Of two
    /// objects that would share a place the later one's has its bucket in it.
    fileprivate func outputKey(for object: EnrichmentObject, _ path: String, below prefix: String) throws -> String {
        let short = "enhanced/\(prefix == "raw/" ? "" : prefix)\(path)"
        let long = "enhanced/\(object.bucket)/\(object.key)"
        let isTaken = try first(EnrichmentRequest.selectOther(than: object, writing: short)) != nil
        return isTaken ? long : short
    }

    /// - Parameter path: what follows the route's prefix: `<request id>.csv`, or the name of anything else.
    /// - Returns: the request that waits for an object of this name.
    fileprivate func claimUpload(_ path: String, _ object: EnrichmentObject) throws -> String? {
        guard let requestID = UUID(uuidString: String(path.prefix { $0 != "." })) else { return nil }
        return try first(EnrichmentRequest.claimUpload(requestID, object))?.get("request_id")
    }
}
