import Foundation

@testable import Storage
@testable import Tabular

extension Subject {
    /// Any bytes are an archive whose entries can be read, or a failure says why not; what our writer makes is read as it was, and a
    /// byte that is changed in it changes nothing that is read, or is found.
    static let zip = Subject(
        name: "zip", longest: 4000,
        seeds: [
            [0] + archive([("a.csv", "sku,price\nA,1\n")]), [0] + archive([("a", ""), ("b/", ""), ("b/c", "x")]),
            [0] + Array("PK\u{5}\u{6}".utf8) + Array(repeating: 0, count: 18),
            Array("\u{1}\u{3}\\\u{6DB}\u{1}x".utf8),
            Array("\u{1}\u{3}abc\u{9}\u{9}text text\u{2}de\0".utf8),
        ],
        words: [
            "PK\u{1}\u{2}", "PK\u{3}\u{4}", "PK\u{5}\u{6}", "PK\u{6}\u{6}", "PK\u{6}\u{7}", "PK\u{7}\u{8}",
            "\u{1}\0\u{10}\0",
        ]
    ) { input in
        var choices = Choices(input)
        if choices.flag() { Self.checkWritten(&choices) } else { _ = Self.entries(choices.all()) }
    }

    private static func checkWritten(_ choices: inout Choices) {
        var files: [(String, String)] = []
        while !choices.isAtEnd, files.count < 20 {
            // By bytes: a mark behind it makes one character of both.
            let name = choices.bytes().map { $0 == UInt8(ascii: "\\") ? UInt8(ascii: "/") : $0 }
            files.append((String(decoding: name, as: UTF8.self), choices.text()))
        }
        var bytes = archive(files)
        let found = entries(bytes)
        expect(
            found?.elementsEqual(files) { $0.0.utf8.elementsEqual($1.0.utf8) && $0.1 == Array($1.1.utf8) } == true,
            "\(files) are read as \(String(describing: found))")
        guard let place = files.last.map({ $0.0.utf8.count + $0.1.utf8.count }) else { return }
        bytes[place % bytes.count] ^= 0x10
        for (name, content) in entries(bytes) ?? [] {
            let known = files.contains { Array($0.1.utf8) == content }
            expect(known, "'\(name)' has other bytes than were written")
        }
    }

    /// Names and contents; nil if it is no archive, or any entry cannot be read.
    private static func entries(_ bytes: [UInt8]) -> [(String, [UInt8])]? {
        guard let file = try? TemporaryFile(), (try? bytes.withUnsafeBytes(file.write)) != nil else { return nil }
        guard
            let archive = answer(ZIPError.self, { try ZIPArchive(file, budget: InflationBudget(10_000_000)) })
        else { return nil }
        var contents: [(String, [UInt8])] = []
        for entry in archive.entries {
            do {
                contents.append((entry.name, try archive.reader(entry).all(atMost: 1_000_000)))
            } catch {
                expect(error is ZIPError || error is FileFailure, "\(type(of: error)) is thrown: \(error)")
                return nil
            }
        }
        return contents
    }
}
