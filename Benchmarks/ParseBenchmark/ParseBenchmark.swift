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
            case "parse": parse(arguments[1])
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
    private static func parse(_ path: String) -> () throws -> (Int, Int) {
        {
            let file = try LocalFile(path: path)
            let reader = CSVReader(read: file.read(into:))
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
        var limits = FileLimits()
        limits.maximumFileBytes = FileLimits.mostFileBytes
        let layout = try ProductLayout(
            UploadReader(limits: limits).read(LocalFile(path: path)) { _ in }, mapping: nil, limits: limits)
        let checker = try checker(categories)
        return {
            let file = try LocalFile(path: path)
            var text = UTF8Scanner()
            let rows = try RowReader(layout) { buffer in
                let count = try file.read(into: buffer)
                text.scan(UnsafeRawBufferPointer(rebasing: buffer.prefix(count)))
                return count
            }
            let counts = try count(rows, checker)
            precondition(text.invalidSequences == 0)
            return counts
        }
    }

    private static func file(_ path: String, _ categories: String) throws -> () throws -> (Int, Int) {
        var limits = FileLimits()
        limits.maximumFileBytes = FileLimits.mostFileBytes
        let checker = try checker(categories)
        return { [limits] in
            let upload = try UploadReader(limits: limits, takesJSON: true).read(LocalFile(path: path)) { _ in }
            let layout = try ProductLayout(upload, mapping: nil, limits: limits)
            return try count(
                RowReader(layout, hasDamagedText: upload.hasDamagedText, read: upload.spool.reader()), checker)
        }
    }

    private static func checker(_ categories: String) throws -> RowChecker {
        var limits = FileLimits()
        limits.maximumFileBytes = FileLimits.mostFileBytes
        let names = try CategoryFile(limits: limits).names(in: LocalFile(path: categories)).names
        return RowChecker(rules: ProductRules(categories: CategoryWhitelist(names)))
    }

    private static func count(_ rows: RowReader, _ checker: RowChecker) throws -> (Int, Int) {
        var counts = (rows: 0, errors: 0)
        var errors: [RowError] = []
        while let row = try rows.next() {
            counts.rows += 1
            checker.check(row, &errors)
            if !errors.isEmpty { counts.errors += 1 }
        }
        return counts
    }

    struct Usage: Error, CustomStringConvertible {
        var description: String { "usage: parse-benchmark parse|rules|file FILE [--categories FILE] [--runs N]" }
    }
}
