import Foundation

/// Which objects go into which pipeline: those of a bucket below a prefix.
package struct Route: Sendable, Equatable {
    package var bucket: String
    /// Empty, or ends in a slash.
    package var prefix: String
    /// Name of a `Pipeline`.
    package var pipeline: String
    package var options: RouteOptions

    package init(bucket: String, prefix: String, pipeline: String, options: RouteOptions = .none) {
        self.bucket = bucket
        self.prefix = prefix
        self.pipeline = pipeline
        self.options = options
    }

    /// As the command line writes it.
    package var url: String { "s3://\(bucket)/\(prefix)" }
}

/// What a pipeline keeps with a route: a JSON object whose members are the pipeline's own.
package struct RouteOptions: Sendable, Equatable {
    /// The object's text.
    package let json: String

    package static let none = RouteOptions(json: "{}")

    init(json: String) {
        self.json = json
    }

    /// - Parameter options: encoded as a JSON object.
    package init(_ options: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        json = String(decoding: try encoder.encode(options), as: UTF8.self)
    }

    /// - Throws: `DecodingError` if another pipeline wrote them.
    package func decoded<Options: Decodable>(as type: Options.Type = Options.self) throws -> Options {
        try JSONDecoder().decode(type, from: Data(json.utf8))
    }
}
