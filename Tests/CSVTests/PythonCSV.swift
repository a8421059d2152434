import Foundation

/// Python's csv module as a second opinion. It reads bytes as Latin-1, so that any byte survives the way through JSON.
enum PythonCSV {
    private static let script = """
        import csv, io, json, sys
        answers = []
        for path, separator in json.load(sys.stdin):
            text = open(path, 'rb').read().removeprefix(b'\\xef\\xbb\\xbf').decode('latin-1')
            rows = csv.reader(io.StringIO(text, newline=''), delimiter=separator, strict=True)
            answers.append([row for row in rows if row])
        json.dump(answers, sys.stdout)
        """

    /// The rows of each file, blank lines left out. Runs on a thread of its own because it waits for a process.
    static func rows(of files: [(path: String, separator: String)]) async throws -> [[[[UInt8]]]] {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try run(files.map { [$0.path, $0.separator] }) })
            }
        }
    }

    private static func run(_ request: [[String]]) throws -> [[[[UInt8]]]] {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", script]
        let (input, output) = (Pipe(), Pipe())
        (process.standardInput, process.standardOutput) = (input, output)
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: JSONEncoder().encode(request))
        try input.fileHandleForWriting.close()
        let answer = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        let files = try JSONDecoder().decode([[[String]]].self, from: answer)
        return files.map { $0.map { $0.map { $0.unicodeScalars.map { UInt8($0.value) } } } }
    }
}
