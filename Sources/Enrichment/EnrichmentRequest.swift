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
    /// Asks again what is remembered.
    package var refresh: Bool?
    /// Only so many records are read, the first; nil reads all.
    package var limit: Int?
    /// Fields that are not to be missing: the search goes on for those that the first match lacks. `phone`, or `contact.phone`.
    package var required: [String]?
    /// Which column holds which field, by our names, where somebody says so: `{"email": "E-Mail-Adresse"}`.
    package var columns: [String: String]?
    /// A kept mapping, of which `columns` says what else is so; it is taken as it stands when the list is read.
    package var mapping: String?
    /// Whether a CSV has the confidence of each group.
    package var showsConfidence: Bool?

    package init(
        providers: [String] = [], groups: [FieldGroup]? = nil, minimumConfidence: Double = 0, encoding: String? = nil,
        refresh: Bool = false, limit: Int? = nil, required: [String]? = nil, columns: [String: String]? = nil,
        mapping: String? = nil, showsConfidence: Bool = false
    ) {
        self.providers = providers
        self.groups = groups
        self.minimumConfidence = minimumConfidence
        self.encoding = encoding
        self.refresh = refresh ? true : nil
        self.limit = limit
        self.required = required
        self.columns = columns
        self.mapping = mapping
        self.showsConfidence = showsConfidence ? true : nil
    }
}

/// How the result is written.
package enum OutputFormat: String, Sendable, CaseIterable, Codable { case csv, json, ndjson }

/// How far a request is.
package enum EnrichmentStatus: String, Sendable, Codable, CaseIterable {
    case accepted, processing, completed, partial, failed, cancelled
}

/// Where a request came from.
package enum EnrichmentSource: String, Sendable, Codable, CaseIterable { case bucket, api, command }

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
    /// Where a command writes the result; nil where workers do the request.
    package var localPath: String?
    /// Who is told of its end.
    package var callbackURL: String?

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
    package var queue: String
    /// Where its command wrote the result.
    package var localPath: String?
    /// Earlier answers are not good enough; nil takes all that are remembered.
    var freshSince: String?
    /// What stands in the way of some of its batches now; nil if nothing does.
    package var wait: EnrichmentWait?
    package var completedAt: String?
    /// When whoever wanted to know took the message of its end.
    package var callbackSentAt: String?
    /// Why the last try of it failed; nil if it was taken since.
    package var callbackError: String?
    /// What its result says; nil before one is written.
    package var recordCounts: RecordCounts? { hasOutput ? writtenCounts : nil }
    /// What the last result that was written said.
    var writtenCounts: RecordCounts?
    /// When its records, and what was found of them, were deleted.
    package var forgottenAt: String?
    /// RFC 3339, UTC, as all times here.
    package var createdAt: String
    /// Until when the list that was announced may come; nil once it has, and of all others.
    package var expiresAt: String?
    /// When it was made, to the microsecond, as PostgreSQL writes it.
    var madeAt: String
    /// In which the list was read; nil before that.
    package var encoding: String?
    /// Nobody said so, and it is not UTF-8.
    package var isEncodingGuessed: Bool
    var options: EnrichmentOptions
    var plan: EnrichmentPlan?
    var columns: [String]
    var columnOfField: [ContactField: String]
    var object: EnrichmentObject?

    /// Where a page of a list begins behind it.
    package struct Key: Sendable, Equatable {
        package var at: String
        package var id: String

        package init(at: String, id: String) {
            (self.at, self.id) = (at, id)
        }
    }

    package var key: Key { Key(at: madeAt, id: requestID) }

    /// Whether its result has been written.
    package var hasOutput: Bool { status == .completed || status == .partial }

    /// Nothing more will happen, unless dead batches are tried again.
    package var isOver: Bool { ![.accepted, .processing].contains(status) }
}

/// What a request waits for.
package struct EnrichmentWait: Sendable, Codable, Equatable {
    /// Of what kind.
    package enum Cause: String, Sendable, Codable, CaseIterable {
        /// Calls of a second, hour or day.
        case limit
        /// The provider fails.
        case circuit
        /// It asked for silence.
        case provider
        /// Another batch asks the same.
        case question
    }

    package var cause: Cause
    /// In words.
    package var reason: String
    /// RFC 3339, UTC.
    package var retryAt: String
}

/// The input cannot be enriched: a result, not an error.
package struct EnrichmentFailure: Error, CustomStringConvertible, Equatable {
    /// A sentence for the sender, with what to do.
    package var description: String

    package init(_ description: String) { self.description = description }
}
