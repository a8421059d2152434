import CSV
import Foundation
import TestSupport
import Testing

/// The conformance sets of others, every file of them.
@Suite(.sharedData) struct ConformanceTests {
    private static let folder = "csv-conformance"

    private static func files(_ set: String) -> [String] {
        SharedData.files(below: "\(folder)/\(set)").map { "\(set)/\($0)" }
    }

    private static let spectrum = files("csv-spectrum/csvs")
    private static let testData = files("csv-test-data/csv")
    private static let examples = files("csvkit-examples") + files("papaparse")

    @Test("Every file of the sets is in one of these tests")
    func coverage() {
        let inputs = SharedData.files(below: Self.folder).filter { !$0.hasSuffix(".json") }
        #expect(inputs.count > 50)
        #expect(Set(inputs).subtracting(Self.spectrum + Self.testData + Self.examples).isEmpty)
    }

    private func text(_ name: String) throws -> String {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: SharedData.file("\(Self.folder)/\(name)")))
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            return try #require(String(data: bytes, encoding: .utf16))
        }
        return String(validating: bytes, as: UTF8.self) ?? String(data: bytes, encoding: .windowsCP1252)!
    }

    private func detected(_ text: String) -> CSVFormat {
        Array(text.utf8).withUnsafeBytes { CSVFormat.detect(in: $0) }
    }

    @Test("csv-spectrum: rows by header as its JSON has them", arguments: spectrum)
    func csvSpectrum(name: String) throws {
        let text = try text(name)
        let read = try records(text, detected(text))
        // Its coordinates hold bare quotes, which RFC 4180 forbids; its JSON is of another row.
        if name.hasSuffix("location_coordinates.csv") {
            #expect(read.map(\.problem) == [nil, .strayQuote(field: 1)])
            return
        }
        #expect(read.allSatisfy { $0.problem == nil })
        let json = name.replacing("/csvs/", with: "/json/").replacing(".csv", with: ".json")
        let expected = try JSONDecoder().decode(
            [[String: String]].self,
            from: Data(contentsOf: URL(fileURLWithPath: SharedData.file("\(Self.folder)/\(json)"))))
        let rows = read.dropFirst().map { Dictionary(zip(read[0].strings, $0.strings), uniquingKeysWith: { $1 }) }
        // The stored copies of the *_crlf files have lost their CRs.
        #expect(Array(rows) == expected.map { $0.mapValues { $0.replacing("\r\n", with: "\n") } })
    }

    @Test("csv-test-data: good files give their JSON, bad ones are noticed", arguments: testData)
    func csvTestData(name: String) throws {
        let read = try records(text(name), .make(skipsBlankLines: false))
        if name.contains("/bad-") { return expectRefusable(read, name) }
        #expect(read.allSatisfy { $0.problem == nil })
        let json = name.replacing("/csv/", with: "/json/").replacing(".csv", with: ".json")
        let bytes = try Data(contentsOf: URL(fileURLWithPath: SharedData.file("\(Self.folder)/\(json)")))
        if name.contains("/header-") {
            let expected = try JSONDecoder().decode([[String: String]].self, from: bytes)
            #expect(
                read.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(read[0].strings, $0.strings)) } == expected)
        } else {
            #expect(read.map(\.strings) == (try JSONDecoder().decode([[String]].self, from: bytes)))
        }
    }

    /// Malformed quoting is the reader's to notice; a row of another length, no header and another header are its user's.
    private func expectRefusable(_ read: [ReadRecord], _ name: String) {
        let header = read.first?.strings
        let isMalformed = read.contains { $0.problem != nil }
        let isRagged = read.contains { $0.problem == nil && $0.fields.count != header?.count }
        #expect(isMalformed || isRagged || header != ["foo", "bar", "baz"], "\(name)")
        if !name.contains("header") { #expect(isMalformed, "\(name)") }
    }

    @Test("csvkit and PapaParse examples are read as Python's csv module reads them", arguments: examples)
    func others(name: String) async throws {
        let text = try text(name)
        let format = detected(text)
        let read = try records(text, format)
        // One value opens a quote that never closes; Python refuses the file, here it costs one row.
        if name.hasSuffix("malformed.tsv") {
            let malformed = read.filter { $0.problem != nil }
            #expect(malformed.map(\.problem) == [.unterminatedQuote(field: 2)])
            #expect(malformed.allSatisfy { $0.raw.starts(with: "SLK".utf8) } && read.count > 8)
            return
        }
        let folder = try TemporaryFolder()
        let file = try folder.write(text, to: "text")
        let script = """
            import csv, json, sys
            text = open(sys.argv[1], newline="", encoding="utf-8-sig").read()
            rows = csv.reader(text.splitlines(keepends=True), delimiter=chr(int(sys.argv[2])), strict=True)
            print(json.dumps([row for row in rows if row]))
            """
        let outcome = try await Subprocess.run("/usr/bin/env", ["python3", "-c", script, file, "\(format.separator)"])
        let expected = try JSONDecoder().decode([[String]].self, from: Data(outcome.output.utf8))
        #expect(read.allSatisfy { $0.problem == nil })
        #expect(read.map(\.strings) == expected, "\(name)")
    }
}
