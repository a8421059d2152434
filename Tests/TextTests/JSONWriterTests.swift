import Foundation
import Text
import Testing

@Suite struct JSONWriterTests {
    private static func text(_ write: (inout JSONWriter) -> Void) -> String {
        var json = JSONWriter()
        write(&json)
        return json.text
    }

    @Test("What must be escaped is, in the shortest way, and nothing else (RFC 8785, section 3.2.2.2)")
    func escapes() {
        let written = Self.text { $0.string("\"\\/\u{8}\t\n\u{B}\u{C}\r\u{1}\u{1f}\u{7f} ü漢🎧\u{2028}") }
        #expect(written == #""\"\\/\b\t\n\u000b\f\r\u0001\u001f"# + "\u{7f} ü漢🎧\u{2028}\"")
    }

    @Test("NUL becomes U+FFFD, which PostgreSQL can store")
    func nul() {
        #expect(Self.text { $0.string("a\0b") } == "\"a\u{FFFD}b\"")
    }

    @Test("Commas stand between members and elements, however deep, and nowhere else")
    func commas() {
        let written = Self.text { json in
            json.object { json in
                json.array("none") { _ in }
                json.object("one") { $0.number("n", 1) }
                json.array("many") { json in
                    json.string("a")
                    json.object { _ in }
                    json.array { $0.raw("2") }
                }
                json.string("null", nil)
                json.boolean("yes", true)
                json.key(quoted: Array("\"last\"".utf8))
                json.raw("1.50")
            }
        }
        #expect(
            written
                == #"{"none":[],"one":{"n":1},"many":["a",{},[2]],"null":null,"yes":true,"last":1.50}"#)
    }

    @Test("Keys are escaped and sorted by their bytes")
    func sortedKeys() {
        #expect(
            Self.text { $0.object(["b": "2", "ä": "3", "a\"": "1", "B": "0"]) }
                == #"{"B":"0","a\"":"1","b":"2","ä":"3"}"#)
    }

    @Test("A writer that was emptied begins anew")
    func removeAll() {
        var json = JSONWriter()
        json.object { $0.number("n", 1) }
        json.removeAll()
        json.array { $0.string("x") }
        #expect(json.text == #"["x"]"#)
    }

    @Test("Foundation reads every character as it was, but NUL")
    func foundation() throws {
        let all = String(String.UnicodeScalarView((1..<0x3000).compactMap(Unicode.Scalar.init)))
        let json = Self.text { json in json.array { $0.string(all) } }
        #expect(try JSONDecoder().decode([String].self, from: Data(json.utf8)) == [all])
    }
}
