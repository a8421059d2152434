import Foundation
import FoundationXML

@testable import AWS

extension Subject {
    /// A tree that is written and read again is the same; what libxml2 takes for a document we read as it does; and a list of
    /// objects names every key as it is.
    static let xml = Subject(
        name: "xml", longest: 1000,
        seeds: [
            "\0<?xml version=\"1.0\"?><ListBucketResult xmlns=\"a\"><Contents><Key>a&amp;b</Key></Contents></ListBucketResult>",
            "\0<Error><Code>NoSuchKey</Code><!-- > --><Message><![CDATA[<&>]]></Message></Error>",
            "\0<a b=\">\" c='/'>&#65;&#x1F642;\r\n</a>", "\u{1}\u{1}\u{2}a<\u{3}\u{2}\u{3}b&c\0",
            "\u{2}\u{5}a b+%\u{3}\u{E4}/",
        ].map { Array($0.utf8) },
        words: [
            "<![CDATA[", "]]>", "<!--", "-->", "<?", "?>", "&amp;", "&#x41;", "&#65;", "</a>", "<a>", "<a/>", "=\"",
            "='",
        ]
    ) { input in
        var choices = Choices(input)
        switch choices.number(below: 3) {
        case 0: checkAnyBytes(choices.all())
        case 1: checkTree(&choices)
        default: checkList(&choices)
        }
    }

    private static func checkAnyBytes(_ bytes: [UInt8]) {
        guard let ours = AWS.XMLDocument(bytes)?.root, let theirs = ReferenceXML.read(bytes) else { return }
        expect(ours.plain == theirs, "\(ours) is \(theirs) to libxml2")
    }

    private static func checkTree(_ choices: inout Choices) {
        let tree = tree(&choices, depth: 1)
        let text = "<?xml version=\"1.0\"?>\n" + written(tree, &choices)
        expect(AWS.XMLDocument(Array(text.utf8))?.root.plain == tree, "\(text) is not read as \(tree)")
    }

    private static func tree(_ choices: inout Choices, depth: Int) -> PlainXML {
        let name = ["a", "Key", "Contents", "x-1"][choices.number(below: 4)]
        var element = PlainXML(name: name, text: choices.text().filter(PlainXML.mayStand))
        if depth < 20 {
            for _ in 0..<choices.number(below: 4) { element.children.append(tree(&choices, depth: depth + 1)) }
        }
        return element
    }

    private static func written(_ element: PlainXML, _ choices: inout Choices) -> String {
        if element.text.isEmpty, element.children.isEmpty, choices.flag() { return "<\(element.name) />" }
        var text = ""
        for scalar in element.text.unicodeScalars {
            let needs = ["<", "&", ">", "\r"].contains(scalar)
            text += needs || choices.number(below: 8) == 1 ? "&#\(scalar.value);" : String(scalar)
        }
        let attribute = choices.flag() ? " xmlns='http://a/>'" : ""
        let children = element.children.map { written($0, &choices) }.joined(
            separator: choices.flag() ? "<!-- <a> -->" : "")
        return "<\(element.name)\(attribute)>\(text)\(children)</\(element.name)>"
    }

    private static func checkList(_ choices: inout Choices) {
        var keys: [String] = []
        while !choices.isAtEnd { keys.append(choices.text()) }
        // As S3 writes keys: percent-encoded but for slashes, a blank as a plus.
        let entries = keys.map { key in
            let encoded = PercentEncoding.encode(key, keepingSlashes: true).replacing("%20", with: "+")
            return "<Contents><Key>\(encoded)</Key><Size>3</Size></Contents>"
        }
        let text = "<ListBucketResult><EncodingType>url</EncodingType>\(entries.joined())</ListBucketResult>"
        let found = AWS.XMLDocument(Array(text.utf8)).map { S3Client.Page($0.root).objects.map(\.key) }
        expect(
            found.map { $0.elementsEqual(keys) { $0.utf8.elementsEqual($1.utf8) } } == true,
            "\(keys) are read as \(found ?? [])")
    }
}

/// An element with the text that stands directly in it, compared by code points.
struct PlainXML: Equatable {
    var name: String
    var text = ""
    var children: [PlainXML] = []

    static func == (left: Self, right: Self) -> Bool {
        left.name.utf8.elementsEqual(right.name.utf8) && left.text.utf8.elementsEqual(right.text.utf8)
            && left.children == right.children
    }

    /// Section 2.2 of XML 1.0.
    static func mayStand(_ character: Character) -> Bool {
        character.unicodeScalars.allSatisfy {
            ["\t", "\n", "\r"].contains($0) || $0.value >= 0x20 && $0 != "\u{FFFE}" && $0 != "\u{FFFF}"
        }
    }
}

extension AWS.XMLDocument.Element {
    var plain: PlainXML { PlainXML(name: name, text: text, children: children.map(\.plain)) }
}

/// The same by libxml2.
final class ReferenceXML: NSObject, XMLParserDelegate {
    private var open = [PlainXML(name: "")]
    /// Foundation goes on after some errors, and says that all went well.
    private var hasErrors = false

    /// Nil if it is no document of ours to libxml2.
    static func read(_ bytes: [UInt8]) -> PlainXML? {
        // Text of another encoding, entities of one's own and what stands before the root differ, and no store sends them.
        let text = String(decoding: bytes, as: UTF8.self)
        guard text.utf8.elementsEqual(bytes), !text.hasPrefix("\u{FEFF}"), !text.contains("encoding"),
            !text.contains("<!D"), !hasEmptyInstruction(text)
        else {
            return nil
        }
        let (parser, reader) = (XMLParser(data: Data(bytes)), ReferenceXML())
        parser.delegate = reader
        guard parser.parse(), !reader.hasErrors, reader.open.count == 1 else { return nil }
        return reader.open[0].children.first
    }

    /// Foundation for Linux takes the length of the data of a processing instruction that has none: `<?name?>` ends the process.
    private static func hasEmptyInstruction(_ text: String) -> Bool {
        text.components(separatedBy: "<?").dropFirst().contains { rest in
            guard let end = rest.range(of: "?>") else { return false }
            return rest[..<end.lowerBound].split(maxSplits: 1, whereSeparator: \.isWhitespace).count < 2
        }
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String] = [:]
    ) {
        open.append(PlainXML(name: name.split(separator: ":").last.map(String.init) ?? name))
    }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        guard let element = open.popLast() else { return }
        open[open.count - 1].children.append(element)
    }

    func parser(_ parser: XMLParser, parseErrorOccurred error: any Error) { hasErrors = true }

    func parser(_ parser: XMLParser, foundCharacters text: String) { open[open.count - 1].text += text }

    func parser(_ parser: XMLParser, foundCDATA block: Data) {
        open[open.count - 1].text += String(decoding: block, as: UTF8.self)
    }
}
