import Foundation
import Postgres

/// What is wanted of a list of contacts.
package struct EnrichmentOptions: Sendable, Codable, Equatable {
    /// Whom to ask, in order; empty for all providers there are, but for those that invent their answers.
    package var providers: [String] = []
    /// What to ask for; nil for all that these providers know.
    package var groups: [FieldGroup]?
    /// A match below does not end the search.
    package var minimumConfidence = 0.0
    /// Of the list, by a name that iconv knows; nil finds it.
    package var encoding: String?

    package init(
        providers: [String] = [], groups: [FieldGroup]? = nil, minimumConfidence: Double = 0, encoding: String? = nil
    ) {
        self.providers = providers
        self.groups = groups
        self.minimumConfidence = minimumConfidence
        self.encoding = encoding
    }
}

/// How the result is written.
package enum OutputFormat: String, Sendable, CaseIterable, Codable { case csv, json, ndjson }

/// How far a request is.
package enum EnrichmentStatus: String, Sendable, Codable { case accepted, processing, completed, partial, failed }

/// Where a request came from.
package enum EnrichmentSource: String, Sendable, Codable { case bucket, api, command }

/// A request that is to be made.
package struct NewEnrichment: Sendable {
    package var requestID = UUID().uuidString.lowercased()
    package var source: EnrichmentSource
    package var options: EnrichmentOptions
    package var format: OutputFormat
    package var isCompressed = false
    package var fileName: String?
    package var outputKey: String
    /// Of the input, if it is an object.
    package var object: EnrichmentObject?

    /// - Parameter outputKey: nil makes one of the id.
    package init(
        source: EnrichmentSource, options: EnrichmentOptions, format: OutputFormat = .csv, fileName: String? = nil,
        isCompressed: Bool = false, outputKey: String? = nil
    ) {
        self.source = source
        self.options = options
        self.format = format
        self.fileName = fileName
        self.isCompressed = isCompressed
        self.outputKey = ""
        self.outputKey = outputKey ?? "enhanced/\(requestID).\(format.rawValue)\(isCompressed ? ".gz" : "")"
    }
}

/// An object that holds contacts.
package struct EnrichmentObject: Sendable, Equatable {
    package var bucket: String
    package var key: String
    /// The version id, else the ETag.
    package var version: String
    package var etag: String
}

/// A request as it stands in `enrichment.requests`.
package struct EnrichmentRequest: Sendable {
    package var requestID: String
    package var status: EnrichmentStatus
    package var source: EnrichmentSource
    package var format: OutputFormat
    package var isCompressed: Bool
    package var fileName: String?
    package var outputKey: String
    package var totalRecords: Int
    package var totalBatches: Int
    package var processedBatches: Int
    package var failedBatches: Int
    package var failureMessage: String?
    package var sameAs: String?
    /// As PostgreSQL writes it in JSON: ISO 8601.
    package var createdAt: String
    /// In which the list was read; nil before that.
    package var encoding: String?
    /// Nobody said so, and it is not UTF-8.
    package var isEncodingGuessed: Bool
    var options: EnrichmentOptions
    var plan: EnrichmentPlan?
    var columns: [String]
    var columnOfField: [ContactField: String]
    var object: EnrichmentObject?

    /// Whether its result has been written.
    package var hasOutput: Bool { status == .completed || status == .partial }

    /// Nothing more will happen, unless dead batches are tried again.
    package var isOver: Bool { ![.accepted, .processing].contains(status) }
}

/// Whom to ask for what, once the options are understood.
package struct EnrichmentPlan: Sendable, Codable, Equatable {
    /// By field group, in order.
    package var providers: [String: [String]]
    /// Names of the fields of each group, in the order of the output.
    package var fields: [String: [String]]
    package var minimumConfidence: Double

    /// The groups in the order of the output.
    var groups: [FieldGroup] { FieldGroup.allCases.filter { providers[$0.rawValue] != nil } }

    func providers(of group: FieldGroup) -> [String] { providers[group.rawValue] ?? [] }
    func fields(of group: FieldGroup) -> [String] { fields[group.rawValue] ?? [] }

    /// - Parameter known: all providers there are, in the order of their making.
    /// - Throws: `EnrichmentFailure` if a provider is unknown or nobody knows what is wanted.
    init(_ options: EnrichmentOptions, known: [(name: String, provider: any Provider)]) throws {
        let all = known.filter { !$0.provider.isOnlyForDemonstration }.map(\.name)
        let wanted = options.providers.isEmpty ? all : options.providers
        let asked = try wanted.map { name in
            guard let found = known.first(where: { $0.name == name }) else {
                throw EnrichmentFailure("There is no provider '\(name)'. Known are: \(Self.list(known.map(\.name))).")
            }
            return found
        }
        providers = [:]
        fields = [:]
        minimumConfidence = options.minimumConfidence
        for group in options.groups ?? FieldGroup.allCases {
            let able = asked.filter { $0.provider.capabilities.contains(group.capability) }
            guard !able.isEmpty else { continue }
            providers[group.rawValue] = able.map(\.name)
            let names = able.flatMap { $0.provider.fields(group.capability) }
            fields[group.rawValue] = names.enumerated().filter { names.firstIndex(of: $1) == $0 }.map(\.element)
        }
        guard !providers.isEmpty else {
            throw EnrichmentFailure("No provider gives what is wanted: \(Self.list(wanted)).")
        }
    }

    private static func list(_ names: [String]) -> String { names.isEmpty ? "none" : names.joined(separator: ", ") }
}

/// The input cannot be enriched: a result, not an error.
package struct EnrichmentFailure: Error, CustomStringConvertible, Equatable {
    /// A sentence for the sender, with what to do.
    package var description: String

    package init(_ description: String) { self.description = description }
}
