import Enrichment
import NIOCore
import Text

/// A request as callers see it.
enum EnrichmentAnswer {
    static func json(
        _ request: EnrichmentRequest, message: String? = nil, downloadURL: String? = nil, uploadURL: String? = nil,
        expiresAt: String? = nil, usage: EnrichmentUsage? = nil
    ) -> ByteBuffer {
        var json = JSONWriter()
        json.object { json in
            if let message { json.string("message", message) }
            json.standing(of: request)
            json.string("waitingFor", request.wait?.cause.rawValue)
            json.string("waitingBecause", request.wait?.reason)
            json.string("retryAt", request.wait?.retryAt)
            json.string("callbackSentAt", request.callbackSentAt)
            json.string("callbackError", request.callbackError)
            json.string("forgottenAt", request.forgottenAt)
            json.string("encoding", request.encoding)
            json.boolean("encodingGuessed", request.isEncodingGuessed)
            json.string("downloadUrl", downloadURL)
            json.string("uploadUrl", uploadURL)
            json.string("expiresAt", expiresAt ?? request.expiresAt)
            json.number("calls", usage?.calls)
            json.number("credits", usage?.credits)
            json.number("unknownCalls", usage?.unknownCalls)
            json.number("savedInputs", usage?.savedInputs)
            json.number("savedCredits", usage?.savedCredits)
        }
        return json.buffer
    }
}

extension Shape {
    /// What `EnrichmentAnswer` writes.
    static let enrichment = Shape(
        name: "Enrichment",
        fields: [
            .init("message", .text, "Only in the answer to POST: what became of it.", nullable: true),
            .init("requestId", .text, "Its id."),
            .init(
                "status", .choice(EnrichmentStatus.allCases.map(\.rawValue)),
                "partial: a retry may find more; the records concerned stand in the result with an error. "
                    + "completed: it would not; what was found say the counts of records."),
            .init("createdAt", .timestamp, "When it was asked for."),
            .init("completedAt", .timestamp, "When it ended.", nullable: true),
            .init("totalRecords", .integer, "Records; 0 until the list is read."),
            .init(
                "matchedRecords", .integer, "Of which something was found; null until there is a result.",
                nullable: true),
            .init("noMatchRecords", .integer, "Nobody knows them.", nullable: true),
            .init("notAskedRecords", .integer, "Nobody could be asked about them.", nullable: true),
            .init("failedRecords", .integer, "Whoever was asked gave an error.", nullable: true),
            .init("totalBatches", .integer, "Of 100 records each."),
            .init("processedBatches", .integer, "Batches that are done."),
            .init("failedBatches", .integer, "Batches that were given up; an operator can retry them."),
            .init("outputFileKey", .text, "Where the result is, or will be."),
            .init("failureMessage", .text, "Why it failed, or who cancelled it, and how to go on.", nullable: true),
            .init(
                "waitingFor", .choice(EnrichmentWait.Cause.allCases.map(\.rawValue)),
                "What stands in the way of some batches: limit (of calls), circuit (the provider fails), "
                    + "provider (it asked for silence), question (another batch asks the same).",
                nullable: true),
            .init("waitingBecause", .text, "The same in words.", nullable: true),
            .init("retryAt", .timestamp, "Until when.", nullable: true),
            .init("callbackSentAt", .timestamp, "When callbackUrl took the message of the end.", nullable: true),
            .init("callbackError", .text, "Why it did not, as of the last try.", nullable: true),
            .init(
                "forgottenAt", .timestamp, "When its records and what was found of them were deleted; counts stay.",
                nullable: true),
            .init("encoding", .text, "In which the list was read; null before that.", nullable: true),
            .init("encodingGuessed", .boolean, "Whether nobody said so and it is not UTF-8."),
            .init(
                "downloadUrl", .text,
                "The result. In the answer to POST it is there from the beginning, and answers 409 until it is written.",
                nullable: true),
            .init("uploadUrl", .text, "Where to PUT an announced list.", nullable: true),
            .init(
                "expiresAt", .timestamp, "Until when an announced list may come; null once it has, and for all others.",
                nullable: true),
            .init("calls", .integer, "Calls of providers.", nullable: true),
            .init("credits", .integer, "Credits they cost.", nullable: true),
            .init(
                "unknownCalls", .integer, "Calls of which nobody knows whether they were carried out.", nullable: true),
            .init("savedInputs", .integer, "Lookups that were answered from earlier results.", nullable: true),
            .init("savedCredits", .integer, "Credits these would have cost.", nullable: true),
        ])
}

extension Shape {
    /// One of a list.
    static let enrichmentSummary = Shape(
        name: "EnrichmentSummary",
        fields: [
            .init("requestId", .text, "Its id."),
            .init("status", .choice(EnrichmentStatus.allCases.map(\.rawValue)), "How far it is."),
            .init("source", .choice(EnrichmentSource.allCases.map(\.rawValue)), "Where it came from."),
            .init("fileName", .text, "Of the list.", nullable: true),
            .init("createdAt", .timestamp, "When it was asked for."),
            .init("completedAt", .timestamp, "When it ended.", nullable: true),
            .init("totalRecords", .integer, "Records; 0 until the list is read."),
            .written("matchedRecords", "matched", "Of which something was found; null until there is a result."),
            .written("noMatchRecords", "noMatch", "Nobody knows them."),
            .written("notAskedRecords", "notAsked", "Nobody could be asked about them."),
            .written("failedRecords", "failed", "Whoever was asked gave an error."),
            .init("totalBatches", .integer, "Of 100 records each."),
            .init("processedBatches", .integer, "Batches that are done."),
            .init("failedBatches", .integer, "Batches that a retry may complete."),
            .init("outputFileKey", .text, "Where the result is, or will be.", column: "output_key"),
            .init("failureMessage", .text, "Why it failed, or who cancelled it.", nullable: true),
        ])
}

extension Shape.Field {
    /// How many records of the result are so.
    fileprivate static func written(_ name: String, _ count: String, _ summary: String) -> Shape.Field {
        .init(
            name, .integer, summary,
            column: "case when status in ('completed', 'partial') then (usage -> 'records' ->> '\(count)')::bigint end",
            nullable: true)
    }
}
