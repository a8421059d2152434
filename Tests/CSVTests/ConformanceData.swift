import CSV
import Foundation

/// The public test sets in `../shared/data/csv-conformance` and what each file must be read as.
enum ConformanceData {
    enum Expectation {
        /// All records, in order.
        case records([Expected])
        /// The records after the header as objects.
        case objects([[String: String]])
        /// The rows that Python's csv module reads with a separator.
        case python(separator: String)
    }

    enum Expected {
        case row([String])
        case problem(CSVProblem)
    }

    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "../shared/data/csv-conformance").standardized

    /// All inputs, whatever their suffix, as paths relative to the root; empty when the data is not there.
    static var files: [String] {
        let all = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
        return all.filter { $0.contains(".") && !$0.hasSuffix(".json") }.sorted()
    }

    static func bytes(of file: String) throws -> [UInt8] {
        // Not Data(contentsOf:), which leaks for an empty file and so fails a run under the leak checker.
        Array(try FileHandle(forReadingFrom: root.appending(path: file)).readToEnd() ?? Data())
    }

    /// nil when no case covers the file.
    static func expectation(for file: String) throws -> Expectation? {
        if let records = handMade[file] { return .records(records) }
        let parts = file.split(separator: "/").map(String.init)
        switch parts.first {
        case "csv-spectrum", "csv-test-data": return try json(for: parts)
        case "csvkit-examples", "papaparse":
            if file.hasSuffix(".tsv") { return .python(separator: "\t") }
            return .python(separator: file == "csvkit-examples/sniff_limit.csv" ? ";" : ",")
        default: return nil
        }
    }

    private static func json(for parts: [String]) throws -> Expectation? {
        let name = parts[2].replacing(".csv", with: ".json")
        let file = root.appending(path: "\(parts[0])/json/\(name)")
        // A failure is not a case, because that is what the test reports as a file that nothing covers.
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return nil }
        // The stored newlines_crlf.csv has lost its CRs on the way through git; its JSON has kept them.
        let adapted = text.replacing("\\r\\n", with: "\\n")
        let value = try JSONSerialization.jsonObject(with: Data(adapted.utf8))
        if let objects = value as? [[String: String]] { return .objects(objects) }
        return (value as? [[String]]).map { .records($0.map(Expected.row)) }
    }

    /// Files whose set states no rows: those that must be rejected, by the reader or by whoever knows the header.
    private static let handMade: [String: [Expected]] = {
        let header = Expected.row(["foo", "bar", "baz"])
        let coordinates = Expected.row(["Contact Phone Number", "Location Coordinates", "Cities", "Counties"])
        return [
            // Its JSON has the values of another row.
            "csv-spectrum/csvs/location_coordinates.csv": [
                coordinates,
                .row(["2095257564", "37\u{FFFD}36'37.8\"N 121\u{FFFD}2'17.9\"W", "Modesto", "Stanislaus"]),
            ],
            "csv-test-data/csv/bad-header-less-fields.csv": [header, .row(["1", "2"])],
            "csv-test-data/csv/bad-header-more-fields.csv": [header, .row(["1", "2", "3", "4"])],
            "csv-test-data/csv/bad-header-no-header.csv": [],
            "csv-test-data/csv/bad-header-wrong-header.csv": [.row(["qux", "quux", "quuz"])],
            "csv-test-data/csv/bad-missing-quote.csv": [header, .problem(.unterminatedQuote(field: 1))],
            "csv-test-data/csv/bad-quotes-with-unescaped-quote.csv": [header, .problem(.textAfterQuote(field: 1))],
            "csv-test-data/csv/bad-unescaped-quote.csv": [
                header, .row(["1", "This \"quotes\" must be escaped", "3"]),
            ],
            // No quote closes this one before the end, so that the last line may be part of its value.
            "papaparse/malformed.tsv": stations + [.problem(.unterminatedQuote(field: 2)), .problem(.insideQuote)],
        ]
    }()

    /// The weather stations of papaparse/malformed.tsv around the one with a stray opening quote; two are of wrong width.
    private static let stations = [
        "site lon lat max min precip snow snowdepth", "1V4 -72.02 44.42 13 -5 0.01 -99 -99",
        "BTV -73.15 44.47 14 -9 0.00 0.0 7 52", "MVL -72.62 44.54 11 -7 0.00 -99 -99",
        "MPV -72.56 44.20 12 -4 0.00 -99 -99", "MSS -74.85 44.93 4 -150.00 -99 -99",
        "PBG -73.47 44.65 15 -12 0.00 -99 -99", "RUT -72.95 43.53 18 -2 -99 -99 -99",
    ].map { Expected.row($0.split(separator: " ").map(String.init)) }
}
