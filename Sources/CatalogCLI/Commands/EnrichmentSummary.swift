import Enrichment
import Foundation
import Jobs

/// What `catalog enrich` prints: the keys are public.
struct EnrichmentSummary: Encodable {
    var requestId: String
    var status: EnrichmentStatus
    var totalRecords, totalBatches, processedBatches, failedBatches: Int
    /// What became of the records; missing if there is no result.
    var records: RecordCounts?
    var usage: EnrichmentUsage
    /// Nil if only the store has it.
    var output: String?
    var durationSeconds: Double
    /// In which the list was read.
    var encoding: String?
    /// Nobody said which one it is, and it is not UTF-8; missing otherwise.
    var encodingGuessed: Bool?
    /// Why there is no result; missing if there is one.
    var failureMessage: String?

    init(_ request: EnrichmentRequest, _ usage: EnrichmentUsage, output: String?, took: Duration) {
        requestId = request.requestID
        status = request.status
        totalRecords = request.totalRecords
        totalBatches = request.totalBatches
        processedBatches = request.processedBatches
        failedBatches = request.failedBatches
        records = request.recordCounts
        self.usage = usage
        self.output = output
        durationSeconds = took.seconds
        encoding = request.encoding
        encodingGuessed = request.isEncodingGuessed ? true : nil
        failureMessage = request.failureMessage
    }

    func rendered(_ style: Style) -> TerminalText {
        let isGood = self.status == .completed && records?.emptiness == nil
        let status = isGood ? style.green("completed") : style.yellow("\(self.status.rawValue)")
        let seconds = durationSeconds.formatted(.number.precision(.fractionLength(1)))
        let saved = "\(usage.savedInputs.grouped) questions, \(usage.savedCredits.grouped) credits"
        var lines: [TerminalText] = [
            "\(style.bold("\(output ?? requestId)"))  \(status)  \(totalRecords.counting("record")) in \(seconds) s",
            "calls \(usage.calls.grouped), credits \(usage.credits.grouped); saved: \(saved)",
        ]
        if let records { lines.insert("\(records.emptiness ?? records.words)", at: 1) }
        if encodingGuessed == true, let encoding {
            lines.append(
                "encoding \(encoding), a guess: if letters look wrong, save the list as UTF-8 or give --encoding")
        }
        if usage.unknownCalls > 0 { lines.append("\(usage.unknownCalls) calls with unknown outcome") }
        if let failureMessage { lines.append("\(failureMessage)") }
        if failedBatches > 0 {
            lines.append(
                "\(failedBatches) of \(totalBatches) batches lack something, enrichment_error says why: "
                    + "catalog enrich retry \(requestId) asks for the rest"
            )
        }
        return lines.joined(separator: "\n")
    }
}

/// A request as `catalog enrich list` and `show` print it: the keys are public.
struct EnrichmentRequestLine: Encodable {
    var requestId: String
    var status: EnrichmentStatus
    var source: EnrichmentSource
    var fileName: String?
    var createdAt: String
    var completedAt: String?
    var totalRecords, totalBatches, processedBatches, failedBatches: Int
    var outputFileKey: String
    var failureMessage: String?
    /// What became of the records; missing until there is a result.
    var records: RecordCounts?
    var waitingFor: EnrichmentWait.Cause?
    var waitingBecause, retryAt: String?
    /// Until when an announced list may come; missing once it has.
    var expiresAt: String?
    /// When its records were deleted.
    var forgottenAt: String?
    var usage: EnrichmentUsage?

    init(_ request: EnrichmentRequest, _ usage: EnrichmentUsage? = nil) {
        requestId = request.requestID
        (status, source, fileName) = (request.status, request.source, request.fileName)
        (createdAt, completedAt) = (request.createdAt, request.completedAt)
        (totalRecords, totalBatches) = (request.totalRecords, request.totalBatches)
        (processedBatches, failedBatches) = (request.processedBatches, request.failedBatches)
        (outputFileKey, failureMessage) = (request.outputKey, request.failureMessage)
        records = request.recordCounts
        (waitingFor, waitingBecause, retryAt) = (request.wait?.cause, request.wait?.reason, request.wait?.retryAt)
        (expiresAt, forgottenAt) = (request.expiresAt, request.forgottenAt)
        self.usage = usage
    }

    var facts: Table {
        var table = Table("REQUEST", requestId)
        table.add("status", status.rawValue)
        table.add("reason", failureMessage)
        table.add("source", fileName ?? source.rawValue)
        table.add("created", createdAt)
        table.add("completed", completedAt)
        table.add("records", totalRecords.grouped)
        table.add("found", records.map { $0.emptiness ?? $0.words })
        table.add("batches", "\(processedBatches) of \(totalBatches) done, \(failedBatches) lack something")
        table.add("deleted", forgottenAt.map { "its records, at \($0)" })
        if let retryAt { table.add("waits", "\(waitingBecause ?? ""), until \(retryAt)") }
        table.add("waits", expiresAt.map { "for its list, until \($0)" })
        table.add("result", outputFileKey)
        if let usage {
            table.add("spent", "\(usage.calls.grouped) calls, \(usage.credits.grouped) credits")
            table.add("saved", "\(usage.savedInputs.grouped) questions, \(usage.savedCredits.grouped) credits")
            if usage.unknownCalls > 0 { table.add("unknown", "\(usage.unknownCalls) calls") }
        }
        return table
    }
}

extension EnrichmentEstimate {
    func rendered(_ style: Style) -> TerminalText {
        var table = Table("PROVIDER", "QUESTIONS", "REMEMBERED", "CALLS", "CREDITS")
        for line in providers {
            table.add(
                line.provider, line.questions.grouped, line.remembered.grouped, line.calls.grouped,
                line.credits.grouped)
        }
        return "\(records.counting("record")); at most:\n\(table.rendered(style))"
    }
}
