import Foundation

@testable import Storage
@testable import Tabular

extension Subject {
    /// What Foundation takes for an object of texts we read as it does, and objects that are written are read as they were; anything
    /// else is a failure.
    static let rows = Subject(
        name: "rows", longest: 1000,
        seeds: [
            "\0{\"a\":1,\"b\":\"x\\u00fc\"}\n{\"b\":[1,\"y\"],\"c\":{\"d\":null}}", "\0[{\"a\":-1.5e3},{\"a\":true}]",
            "\u{1}\u{1}a\u{2}bc\u{1}d\u{1}e",
        ].map { Array($0.utf8) },
        words: ["{\"", "\":", "\\u", "\\ud83c\\udfa7", "null", "true", "[{", "}]", "e+", "\\\""]
    ) { input in
        var choices = Choices(input)
        if choices.flag() { Self.checkWritten(&choices) } else { Self.checkAny(choices.all()) }
    }

    private static func checkAny(_ bytes: [UInt8]) {
        // An error is no object.
        let theirs = (try? JSONSerialization.jsonObject(with: Data(bytes))) as? [String: String]
        let ours = rows(bytes)
        // Two values under one name are what each reader makes of them.
        guard let theirs, let ours, ours.count == 1, Set(ours[0].map(\.name)).count == ours[0].count else { return }
        expect(
            Dictionary(uniqueKeysWithValues: ours[0].map { ($0.name, $0.value) }) == theirs,
            "\(ours) is \(theirs) to Foundation")
    }

    private static func checkWritten(_ choices: inout Choices) {
        var object: [String: String] = [:]
        while !choices.isAtEnd { object[choices.text()] = choices.text() }
        // Texts always encode.
        let bytes = Array(try! JSONEncoder().encode(object))
        let found = rows(bytes)?.first ?? []
        expect(
            Dictionary(found.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 }) == object,
            "\(object) is read as \(found)")
    }

    private static func rows(_ bytes: [UInt8]) -> [[(name: String, value: String)]]? {
        var (place, rows) = (0, [[(name: String, value: String)]]())
        var reader = JSONRowReader(longest: 1 << 20) { target in
            let count = min(target.count, 13, bytes.count - place)
            target.copyBytes(from: bytes[place..<(place + count)])
            place += count
            return count
        }
        while true {
            do {
                guard let row = try reader.next() else { return rows }
                rows.append(row)
            } catch {
                expect(error is FileFailure, "\(error)")
                return nil
            }
        }
    }
}
