import Foundation

@testable import Tabular

extension Subject {
    /// What libxml2 takes for a document, we read as it does, however the bytes are cut; and what our writer escapes is read as it was.
    static let pull = Subject(
        name: "pull", longest: 1000,
        seeds: [
            "\0\u{4}<?xml version=\"1.0\"?><a xmlns=\"u\"><b c=\"1\">x&amp;&#65;</b><![CDATA[<&>]]><!-- > --><d/></a>",
            "\0\u{1}<a b=\">\" c='/'>&#65;&#x1F642;</a>", "\u{1}a_x0041_&<>\"\t\n\u{1}\u{FFFF}🎧",
            "\u{1}a_x0041\u{17}",
        ].map { Array($0.utf8) },
        words: [
            "<![CDATA[", "]]>", "<!--", "-->", "<?", "?>", "&amp;", "&#x41;", "</a>", "<a>", "<a/>", "=\"", "<!DOCTYPE",
            "_x000D_",
        ]
    ) { input in
        var choices = Choices(input)
        if choices.flag() {
            Self.checkEscapes(choices.all())
        } else {
            let cut = 1 + choices.number(below: 40)
            let bytes = choices.all()
            let ours = Self.tree(bytes, cut: cut, buffer: 64 + bytes.count)
            expect(ours == Self.tree(bytes, cut: .max, buffer: 1 << 12), "the cut at \(cut) makes a difference")
            // libxml2 makes one character of a carriage return and a line feed; no workbook's values hold the former as it is.
            guard let ours, !bytes.contains(0x0D), let theirs = ReferenceXML.read(bytes) else { return }
            expect(ours == theirs, "\(ours) is \(theirs) to libxml2")
        }
    }

    private static func checkEscapes(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        var escaped: [UInt8] = []
        WorkbookText.escape(text, into: &escaped)
        let found = tree(Array("<a>".utf8) + escaped + Array("</a>".utf8), cut: 7, buffer: 1 << 12)
        var value = Array((found?.text ?? "").utf8)
        CellEscapes.decode(&value, from: 0)
        let isNUL = text.unicodeScalars.contains("\0")
        expect(
            isNUL || value.elementsEqual(text.utf8),
            "'\(text)' is read as '\(String(decoding: value, as: UTF8.self))'")
    }

    /// Nil if it is no document with one element that is closed by its name.
    private static func tree(_ bytes: [UInt8], cut: Int, buffer: Int) -> PlainXML? {
        var place = 0
        let parser = XMLPullParser(bufferSize: buffer) { target in
            let count = min(target.count, cut, bytes.count - place)
            target.copyBytes(from: bytes[place..<(place + count)])
            place += count
            return count
        }
        var open: [PlainXML] = [PlainXML(name: "")]
        // A piece may end within a character.
        var texts: [[UInt8]] = [[]]
        while let event = answer(XMLPullError.self, { try parser.next() }) {
            switch event {
            case .start:
                open.append(PlainXML(name: String(decoding: parser.name, as: UTF8.self)))
                texts.append([])
            case .text: texts[texts.count - 1] += parser.text
            case .end:
                var element = open.removeLast()
                element.text = String(decoding: texts.removeLast(), as: UTF8.self)
                open[open.count - 1].children.append(element)
            case .finished: return open[0].children.count == 1 ? open[0].children[0] : nil
            }
        }
        return nil
    }
}
