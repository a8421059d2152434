import CSV
import Foundation
import Testing

@Suite(.timeLimit(.minutes(5))) struct ConformanceTests {
    @Test("the conformance sets are there, and a case covers each of their files")
    func coverage() throws {
        let files = ConformanceData.files
        if files.isEmpty {
            print("not run: CSV conformance sets (no \(ConformanceData.root.path))")
            #expect(ProcessInfo.processInfo.environment["CI"] != "true", "the conformance sets are missing")
        }
        for file in files {
            #expect(try ConformanceData.expectation(for: file) != nil, "no case covers \(file)")
        }
    }

    @Test("files with stated rows are read as stated")
    func stated() throws {
        for file in ConformanceData.files {
            let bytes = try ConformanceData.bytes(of: file)
            var format = bytes.withUnsafeBytes { CSVFormat.detect(in: $0) }
            // In this set a blank line is a record of one empty field.
            format.skipsBlankLines = !file.hasPrefix("csv-test-data/")
            let records = try read(bytes, format)
            switch try ConformanceData.expectation(for: file) {
            case .records(let expected): compare(records, with: expected, file: file)
            case .objects(let expected): #expect(objects(records) == expected, "\(file)")
            case .python, nil: break
            }
        }
    }

    @Test("files without stated rows are read as Python's csv module reads them, in the format that is detected")
    func likePython() async throws {
        var files: [(path: String, separator: String)] = []
        for file in ConformanceData.files {
            if case .python(let separator) = try ConformanceData.expectation(for: file) {
                files.append((file, separator))
            }
        }
        guard !files.isEmpty else { return }
        let paths = files.map { (ConformanceData.root.appending(path: $0.path).path, $0.separator) }
        let expected = try await PythonCSV.rows(of: paths)
        #expect(expected.count == files.count)
        for (file, rows) in zip(files, expected) {
            let bytes = try ConformanceData.bytes(of: file.path)
            let format = bytes.withUnsafeBytes { CSVFormat.detect(in: $0) }
            let records = try read(bytes, format)
            let isEqual = records.map(\.fields) == rows && records.allSatisfy { $0.problem == nil }
            #expect(isEqual, "\(file.path): \(records.count) records, Python reads \(rows.count)")
        }
    }

    private func compare(_ records: [ReadRecord], with expected: [ConformanceData.Expected], file: String) {
        #expect(records.count == expected.count, "\(file)")
        for (record, expected) in zip(records, expected) {
            switch expected {
            case .row(let fields):
                #expect(record.strings == fields, "\(file)")
                #expect(record.problem == nil, "\(file)")
            case .problem(let problem): #expect(record.problem == problem, "\(file)")
            }
        }
    }

    private func objects(_ records: [ReadRecord]) -> [[String: String]] {
        guard let header = records.first?.strings else { return [] }
        return records.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(header, $0.strings)) }
    }
}
