import Foundation

/// Code that reads what others send, and what must hold for any input.
struct Subject {
    let name: String
    /// Bytes of an input at most.
    let longest: Int
    /// Inputs to begin with, of our own making: each shows a form that chance would not find soon.
    let seeds: [[UInt8]]
    /// Words that mean something to it.
    var words: [String] = []
    /// Ends the process if something does not hold.
    let check: @Sendable ([UInt8]) -> Void

    /// Set once, before libFuzzer's loop, whose callback can capture nothing.
    nonisolated(unsafe) static var chosen = csv

    static let all = [
        csv, mapping, events, multipart, xml, signature, encodings, json, workbook, zip, pull, rows, pattern,
    ]

    /// Lays out the seeds and the dictionary.
    /// - Returns: arguments of libFuzzer.
    func prepare(_ folder: String) throws -> [String] {
        let corpus = folder + "/corpus"
        try FileManager.default.createDirectory(atPath: corpus, withIntermediateDirectories: true)
        for (number, seed) in seeds.enumerated() {
            try Data(seed).write(to: URL(fileURLWithPath: "\(corpus)/seed-\(number)"))
        }
        let dictionary = folder + "/words.dict"
        try words.map(Self.entry).joined(separator: "\n").write(toFile: dictionary, atomically: true, encoding: .utf8)
        // A gigabyte: what holds an input several times over does not need it, what grows without bound soon does.
        return [
            corpus, "-dict=\(dictionary)", "-max_len=\(longest)", "-artifact_prefix=\(folder)/", "-rss_limit_mb=1024",
            "-timeout=60", "-print_final_stats=1",
        ]
    }

    /// https://llvm.org/docs/LibFuzzer.html#dictionaries
    private static func entry(_ word: String) -> String {
        let hex = word.utf8.map { "\\x" + ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }
        return "\"\(hex.joined())\""
    }
}

/// Ends the process with a message if something does not hold: unlike `precondition`, in every kind of build.
func expect(_ holds: Bool, _ message: @autoclosure () -> String) {
    if holds { return }
    FileHandle.standardError.write(Data("does not hold: \(message())\n".utf8))
    abort()
}

/// Fails on every error but those of the given type, which are an answer.
func answer<Value, Failure: Error>(_ known: Failure.Type, _ body: () throws -> Value) -> Value? {
    do {
        return try body()
    } catch {
        expect(error is Failure, "\(type(of: error)) is thrown, expected \(known): \(error)")
        return nil
    }
}
