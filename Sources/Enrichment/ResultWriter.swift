import CSV
import Foundation
import Postgres
import Storage
import Zlib

/// Writes the records of a request with what was found, in the order of the input and in constant memory.
struct ResultWriter {
    private let request: EnrichmentRequest
    private let plan: EnrichmentPlan

    /// - Throws: `EnrichmentFailure` if the request was never split.
    init(_ request: EnrichmentRequest) throws {
        guard let plan = request.plan else {
            throw EnrichmentFailure("Request \(request.requestID) has no records yet.")
        }
        self.request = request
        self.plan = plan
    }

    /// Into a temporary file with a name. Needs a transaction.
    func write(_ session: Session) throws -> (file: TemporaryFile, counts: RecordCounts) {
        let file = try TemporaryFile()
        var counts = RecordCounts()
        try session.executeScript(ResultQueries.planning)
        var output = ResultOutput(file, isCompressed: request.isCompressed)
        switch request.format {
        case .csv: try writeCSV(session, &output, &counts)
        case .json: try writeJSON(session, &output, &counts, before: "[\n", between: ",\n", after: "\n]\n")
        case .ndjson: try writeJSON(session, &output, &counts, before: "", between: "\n", after: "\n")
        }
        try output.finish()
        return (file, counts)
    }

    private func writeCSV(_ session: Session, _ output: inout ResultOutput, _ counts: inout RecordCounts) throws {
        let header = ResultQueries.header(request, plan)
        let status = header.count - ResultQueries.ending.count
        var csv = CSVWriter()
        header.forEach { csv.field($0) }
        csv.endRecord()
        try session.stream(ResultQueries.selectCells(request, plan)) { row in
            for column in header.indices { csv.field(row[column] ?? "") }
            counts.count(row[status])
            csv.endRecord()
            if csv.bytes.count > 1 << 16 { try output.take(&csv.bytes) }
        }
        try output.take(&csv.bytes)
    }

    private func writeJSON(
        _ session: Session, _ output: inout ResultOutput, _ counts: inout RecordCounts, before: String, between: String,
        after: String
    ) throws {
        var bytes = Array(before.utf8)
        var isFirst = true
        try session.stream(ResultQueries.selectObjects(request, plan)) { row in
            if !isFirst { bytes += between.utf8 }
            isFirst = false
            bytes += (row[0] ?? "{}").utf8
            counts.count(row[1])
            if bytes.count > 1 << 16 { try output.take(&bytes) }
        }
        bytes += after.utf8
        try output.take(&bytes)
    }
}

/// A file, compressed if wanted.
private struct ResultOutput {
    private let file: TemporaryFile
    private let gzip: GzipWriter?

    init(_ file: TemporaryFile, isCompressed: Bool) {
        self.file = file
        gzip = isCompressed ? GzipWriter(write: file.write) : nil
    }

    /// Writes the bytes and empties them.
    mutating func take(_ bytes: inout [UInt8]) throws {
        if let gzip { try gzip.write(bytes) } else { try bytes.withUnsafeBytes(file.write) }
        bytes.removeAll(keepingCapacity: true)
    }

    mutating func finish() throws { try gzip?.finish() }
}
