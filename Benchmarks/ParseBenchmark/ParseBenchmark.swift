import CSV
import Catalog
import Foundation
import Ingest
import Storage
import Tabular

/// Reads a vendor file again and again on one thread and prints one line of JSON: seconds of each run, rows, bytes.
///
///     parse-benchmark parse FILE [--runs N]                       fields split, nothing else
///     parse-benchmark rules FILE --categories FILE [--runs N]     and UTF-8, rules 1 to 4, 7 and the optional columns
///     parse-benchmark file FILE --categories FILE [--runs N]      the same from the bytes of any file, such as a workbook
@main
struct ParseBenchmark {
    struct Measurement: Encodable {
        var seconds: [Double] = []
        var rows = 0
        var errors = 0
        var bytes = 0
    }

    static func main() throws {
        var arguments = Array(CommandLine.arguments.dropFirst())
        func option(_ name: String) -> String? {
            guard let index = arguments.firstIndex(of: name), index + 1 < arguments.count else { return nil }
            defer { arguments.removeSubrange(index...(index + 1)) }
            return arguments[index + 1]
        }
        let runs = option("--runs").flatMap { Int($0) } ?? 5
        let categories = option("--categories")
        guard arguments.count == 2, ["parse", "rules", "file"].contains(arguments[0]),
            arguments[0] == "parse" || categories != nil
        else { throw Usage() }

        var measurement = Measurement()
        let work =
            switch arguments[0] {
            case "parse": try parse(arguments[1])
            case "rules": try rules(arguments[1], categories!)
            default: try file(arguments[1], categories!)
            }
        for _ in 0..<runs {
            let start = ContinuousClock.now
            (measurement.rows, measurement.errors) = try work()
            let duration = (ContinuousClock.now - start).components
            measurement.seconds.append(Double(duration.seconds) + Double(duration.attoseconds) * 1e-18)
        }
        measurement.bytes = try LocalFile(path: arguments[1]).byteCount ?? 0
        print(String(decoding: try JSONEncoder().encode(measurement), as: UTF8.self))
    }

    /// Every field is visited, so that none is optimised away; the header is no row.
    private static func parse(_ path: String) throws -> () throws -> (Int, Int) {
        let spool = try spooled(path).spool
        return {
            let reader = CSVReader(format: CSVFormat(), spool)
            var rows = -1
            var quoted = 0
            while let record = try reader.next() {
                rows += 1
                for index in 0..<record.count where record[index].isQuoted { quoted += 1 }
            }
            return (rows, quoted < 0 ? 1 : 0)
        }
    }

    private static func rules(_ path: String, _ categories: String) throws -> () throws -> (Int, Int) {
        let upload = try spooled(path)
        let layout = try ProductLayout(upload, mapping: nil, limits: limits)
        let checker = try checker(categories)
        return {
            let text = CheckedText(upload.spool)
            let csv = CSVReader(format: layout.format) { try text.bytes(at: $0, count: $1) }
            let counts = try count(RowReader(layout, csv: csv), checker) { text.check(to: csv.bytesConsumed) }
            text.check(to: csv.bytesConsumed)
            precondition(text.isValid)
            return counts
        }
    }

    /// The file as the service reads it: from a spool of its own, which takes no part in the measurement.
    private static func spooled(_ path: String) throws -> SpooledUpload {
        try UploadReader(limits: limits).read(LocalFile(path: path)) { _ in }
    }

    private static var limits: FileLimits {
        var limits = FileLimits()
        limits.maximumFileBytes = FileLimits.mostFileBytes
        return limits
    }

    private static func file(_ path: String, _ categories: String) throws -> () throws -> (Int, Int) {
        let (limits, checker) = (limits, try checker(categories))
        return {
            let upload = try UploadReader(limits: limits, takesJSON: true).read(LocalFile(path: path)) { _ in }
            let layout = try ProductLayout(upload, mapping: nil, limits: limits)
            return try count(RowReader(upload, layout), checker)
        }
    }

    private static func checker(_ categories: String) throws -> RowChecker {
        let names = try CategoryFile(limits: limits).names(in: LocalFile(path: categories)).names
        return RowChecker(rules: ProductRules(categories: CategoryWhitelist(names)))
    }

    /// - Parameter body: called before each row.
    private static func count(
        _ rows: RowReader, _ checker: RowChecker, before body: () -> Void = {}
    ) throws -> (Int, Int) {
        var counts = (rows: 0, errors: 0)
        var errors: [RowError] = []
        while let row = try rows.next() {
            body()
            counts.rows += 1
            checker.check(row, &errors)
            if !errors.isEmpty { counts.errors += 1 }
        }
        return counts
    }

    /// The windows of a spool, looked through for bytes that are no UTF-8 as they are read: the service does so before it writes the spool.
    private final class CheckedText {
        private let window: FileWindow
        private var part = UnsafeRawBufferPointer(start: nil, count: 0)
        private var offset = 0
        private var checked = 0
        // Its check for exclusive access at each row would be a thirtieth of what is measured.
        @exclusivity(unchecked) private var scanner = UTF8Scanner()

        init(_ spool: TemporaryFile) { window = FileWindow(spool) }

        var isValid: Bool { scanner.invalidSequences == 0 }

        func bytes(at offset: Int, count: Int) throws -> UnsafeRawBufferPointer {
            check(to: offset)
            (part, self.offset) = (try window.bytes(at: offset, count: count), offset)
            return part
        }

        /// In pieces that stay in the processor's cache until they are read.
        func check(to end: Int) {
            while checked < end {
                let start = checked - offset
                let piece = part[start..<min(part.count, start + 1 << 15)]
                scanner.scan(UnsafeRawBufferPointer(rebasing: piece))
                checked += piece.count
            }
        }
    }

    struct Usage: Error, CustomStringConvertible {
        var description: String { "usage: parse-benchmark parse|rules|file FILE [--categories FILE] [--runs N]" }
    }
}
