import Testing

@testable import Tabular

@Suite(.timeLimit(.minutes(1))) struct XMLPullParserTests {
    /// The events of a text that comes in pieces, in one line: `<name a=b>`, `</name>`, text.
    private func events(_ xml: String, piece: Int = .max, bufferSize: Int = 1 << 12) throws -> String {
        let bytes = Array(xml.utf8)
        var place = 0
        let parser = XMLPullParser(bufferSize: bufferSize) { buffer in
            let count = min(buffer.count, piece, bytes.count - place)
            buffer.copyBytes(from: bytes[place..<(place + count)])
            place += count
            return count
        }
        var line = ""
        while true {
            let name = { String(decoding: parser.name, as: UTF8.self) }
            switch try parser.next() {
            case .finished: return line
            case .start: line += "<\(name())" + parser.attributes.all.map { " \($0)=\($1)" }.joined() + ">"
            case .end: line += "</\(name())>"
            case .text: line += String(decoding: parser.text, as: UTF8.self)
            }
        }
    }

    private static let document = """
        \u{FEFF}<?xml version="1.0"?><!-- > --><x:a xmlns:x="u" b='>"' x:c = "1&amp;2"><d/>t&lt;&#65;&#x1F3A7;<![CDATA[<&]]]]></x:a >
        """

    @Test("Elements, attributes and text, however the bytes come", arguments: [1, 2, 3, 7, 100])
    func pieces(piece: Int) throws {
        let expected = "<a b=>\" c=1&2><d></d>t<A🎧<&]]</a>"
        #expect(try events(Self.document, piece: piece) == expected)
        #expect(try events(Self.document, piece: piece, bufferSize: 64) == expected)
    }

    @Test("A text that is longer than the buffer comes in pieces, its references whole")
    func longText() throws {
        let text = String(repeating: "x&amp;", count: 1000)
        let expected = "<a>\(String(repeating: "x&", count: 1000))</a>"
        #expect(try events("<a>\(text)</a>", piece: 5, bufferSize: 64) == expected)
    }

    @Test(
        "What is no XML is refused",
        arguments: [
            ("<!DOCTYPE a [<!ENTITY b 'c'>]><a/>", "it has a DOCTYPE"), ("<a>&b;</a>", "a reference is unknown: 'b'"),
            ("<a>", "it ends in the middle"), ("</a>", "an element ends that has not begun"),
            ("<a b='", "it ends in the middle"),
            ("<!-- ", "it ends in the middle"), ("<![CDATA[x", "it ends in the middle"),
            ("<!ELEMENT a>", "it is no XML"),
            ("<a>&amp</a>", "a reference is unknown: '&amp'"), ("<a>&#xD800;</a>", "a reference is unknown: '#xD800'"),
        ])
    func refused(xml: String, reason: String) {
        #expect(throws: XMLPullError(reason)) { try events(xml) }
    }

    @Test("A tag that does not fit into the buffer is refused")
    func longTag() {
        let xml = "<a b='\(String(repeating: "x", count: 100))'/>"
        #expect(throws: XMLPullError("a tag is longer than 64 bytes")) { try events(xml, bufferSize: 64) }
    }

    @Test("UTF-16 is refused by name")
    func wide() {
        #expect(throws: XMLPullError("it is UTF-16, not UTF-8")) {
            let parser = XMLPullParser { buffer in
                buffer.copyBytes(from: [0xFF, 0xFE, 0x3C, 0])
                return 4
            }
            _ = try parser.next()
        }
    }
}

extension XMLAttributes {
    /// Names and values, references replaced.
    fileprivate var all: [(String, String)] {
        var (found, rest) = ([(String, String)](), makeIterator())
        while let (name, value) = rest.next() {
            let plain = String(decoding: value, as: UTF8.self).replacing("&amp;", with: "&")
            found.append((String(decoding: name, as: UTF8.self), plain))
        }
        return found
    }
}
