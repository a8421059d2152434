import Enrichment
import NIOCore
import Text

/// A request as callers see it.
enum EnrichmentAnswer {
    static func json(
        _ request: EnrichmentRequest, downloadURL: String? = nil, uploadURL: String? = nil,
        usage: EnrichmentUsage? = nil
    ) -> ByteBuffer {
        var json = JSONWriter()
        json.object { json in
            json.string("requestId", request.requestID)
            json.string("status", request.status.rawValue)
            json.string("createdAt", request.createdAt)
            json.number("totalRecords", request.totalRecords)
            json.number("totalBatches", request.totalBatches)
            json.number("processedBatches", request.processedBatches)
            json.number("failedBatches", request.failedBatches)
            json.string("outputFileKey", request.outputKey)
            json.string("failureMessage", request.failureMessage)
            json.string("encoding", request.encoding)
            json.boolean("encodingGuessed", request.isEncodingGuessed)
            json.string("downloadUrl", downloadURL)
            json.string("uploadUrl", uploadURL)
            json.number("calls", usage?.calls)
            json.number("credits", usage?.credits)
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
            .init("requestId", .text, "Its id."),
            .init(
                "status", .choice(["accepted", "processing", "completed", "partial", "failed"]),
                "partial: some batches failed; their records stand in the result with an error."),
            .init("createdAt", .timestamp, "When it was asked for."),
            .init("totalRecords", .integer, "Records; 0 until the list is read."),
            .init("totalBatches", .integer, "Of 100 records each."),
            .init("processedBatches", .integer, "Batches that are done."),
            .init("failedBatches", .integer, "Batches that were given up; an operator can retry them."),
            .init("outputFileKey", .text, "Where the result is, or will be."),
            .init("failureMessage", .text, "Why the list cannot be enriched.", nullable: true),
            .init("encoding", .text, "In which the list was read; null before that.", nullable: true),
            .init("encodingGuessed", .boolean, "Whether nobody said so and it is not UTF-8."),
            .init("downloadUrl", .text, "The result, once it is written.", nullable: true),
            .init("uploadUrl", .text, "Where to PUT an announced list.", nullable: true),
            .init("calls", .integer, "Calls of providers.", nullable: true),
            .init("credits", .integer, "Credits they cost.", nullable: true),
            .init("savedInputs", .integer, "Lookups that were answered from earlier results.", nullable: true),
            .init("savedCredits", .integer, "Credits these would have cost.", nullable: true),
        ])
}
