import Foundation
import OpenSSL
import Text

@testable import Enrichment

extension Subject {
    /// Records are those of the whole list read at once, however it is cut; what is written can be read; and the text of bytes in a
    /// token has one spelling.
    static let json = Subject(
        name: "json", longest: 800,
        seeds: [
            "\u{1}\u{3}[{\"email\":\"a@b.c\",\"n\":1.50,\"t\":true,\"x\":null},\n {\"a\":{\"b\":[1,\"}\"]}}]",
            "\u{1}\u{1}{\"a\":\"\\\"{\\u00e4\\\\\"}\n{\"b\":-1e2}", "\u{1}\u{2} [ { } , {\"a\":\"[\"} ] ",
            "\u{1}\u{2}[{\"a\":[[{}],{}]}]",
        ].map { Array($0.utf8) },
        words: ["{\"", "\":", "\",\"", "\\u0000", "\\ud83d\\ude42", "\\\"", "null", "true", "1e5", "-0", "}\n{", "},{"]
    ) { input in
        var choices = Choices(input)
        let cuts = choices.bytes()
        let bytes = choices.all()
        let found = records(bytes.pieces(cuts))
        expect(found == records(bytes.pieces([])), "the size of the pieces makes a difference")
        // JSON lines and lists without commas are taken besides.
        let isPlain = !bytes.contains(0) && !bytes.starts(with: [0xEF, 0xBB])  // else Foundation guesses an encoding
        if isPlain, let list = try? JSONDecoder().decode([[String: JSONValue]].self, from: Data(bytes)) {
            // A name with NUL has U+FFFD for it, and may meet another one then.
            let isStored = list.contains { record in record.keys.contains { $0.utf8.contains(0) } }
            expect(isStored || found == list, "\(found ?? []) is not \(list)")
        }
        for record in found ?? [] { checkWritten(record.compactMapValues(\.text)) }
        checkToken(String(decoding: bytes, as: UTF8.self))
        expect([UInt8](base64URL: bytes.base64URL) == bytes, "bytes do not survive")
    }

    private static func records(_ pieces: [ArraySlice<UInt8>]) -> [[String: JSONValue]]? {
        var rest = pieces[...]
        var reader = JSONObjectReader { buffer in
            guard let piece = rest.popFirst() else { return 0 }
            buffer.copyBytes(from: piece)
            return piece.count
        }
        return answer(EnrichmentFailure.self) {
            var records: [[String: JSONValue]] = []
            while let record = try reader.next() { records.append(record) }
            return records
        }
    }

    private static func checkWritten(_ record: [String: String]) {
        var json = JSONWriter()
        json.object(record)
        let text = json.text
        let read = try? JSONDecoder().decode([String: String].self, from: Data(text.utf8))
        // PostgreSQL has no place for NUL.
        let expected = Dictionary(
            record.map { ($0.replacing("\0", with: "\u{FFFD}"), $1.replacing("\0", with: "\u{FFFD}")) },
            uniquingKeysWith: { $1 })
        expect(read?.keys == expected.keys && read?.count == expected.count, "\(record) is written as \(text)")
    }

    private static func checkToken(_ text: String) {
        if let bytes = [UInt8](base64URL: text) {
            expect(bytes.base64URL == text, "'\(text)' is another spelling of \(bytes)")
        }
        if let token = JSONWebToken(text) {
            _ = (token.expiry, token.claims.texts("aud"), token.claims.number("nbf"))
            expect(Array(text.utf8).starts(with: token.signed), "what is signed is not what came")
        }
    }
}
