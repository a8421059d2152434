import Foundation
import Testing

@testable import AWS

struct XMLDocumentTests {
    private func parsed(_ text: String) -> XMLDocument.Element? { XMLDocument(Array(text.utf8))?.root }

    @Test("elements, text, references, comments, attributes and character data")
    func reading() throws {
        let root = try #require(
            parsed(
                """
                <?xml version="1.0" encoding="UTF-8"?>
                <!-- a <comment> -->
                <List xmlns="http://s3.amazonaws.com/doc/2006-03-01/" a='1'>
                  <Key>a&amp;b &lt;&#65;&#x1F642;&gt; ä&quot;&apos;</Key><Empty/><Blank ></Blank ><Key>2</Key>
                  <ns:Inner><Deep><![CDATA[<&>]]></Deep></ns:Inner>
                </List>
                """))
        #expect(root.name == "List")
        #expect(root.children.map(\.name) == ["Key", "Empty", "Blank", "Key", "Inner"])
        #expect(root.text("Key") == "a&b <A🙂> ä\"'")
        #expect(root.first("Deep")?.text == "<&>")
        #expect(root.text("Empty") == "")
    }

    @Test(
        "anything else is not a document",
        arguments: [
            "", "text", "<a>", "</a>", "<a></b>", "<a/><b/>", "<a>&nope;</a>", "<a>& b</a>", "<a><!-- </a>", "<a", "{}",
            "<a>&#0;</a>", "<a>&#+65;</a>", "<a>&#xFFFE;</a>", "<a b='></a>",
            "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", String(repeating: "<a>", count: 100_000),
        ])
    func refused(text: String) {
        #expect(parsed(text) == nil)
    }

    @Test("a > in an attribute ends no tag, a line end is a line feed")
    func smallPrint() {
        #expect(parsed("<a b='\">/' c=\"'>\">x</a>")?.text == "x")
        #expect(parsed("<a b='>'/>")?.text == "")
        #expect(parsed("<a>1\r\n2\r3&#13;<![CDATA[\r\n]]></a>")?.text == "1\n2\n3\r\n")
    }

    @Test("times of answers")
    func times() {
        #expect(Timestamps.iso8601("2011-07-15T23:28:33.359Z")?.timeIntervalSince1970 == 1_310_772_513)
        #expect(Timestamps.iso8601("2011-07-15T23:28:33Z")?.timeIntervalSince1970 == 1_310_772_513)
        #expect(Timestamps.iso8601("yesterday") == nil)
        #expect(Timestamps.httpDate("Sun, 06 Nov 1994 08:49:37 GMT")?.timeIntervalSince1970 == 784_111_777)
        #expect(Timestamps.httpDate("Thu, 29 Feb 2024 23:59:59 GMT")?.timeIntervalSince1970 == 1_709_251_199)
        let wrong = ["06 Now 1994 08:49:37", "32 Nov 1994 08:49:37", "06 Nov 1994 24:49:37", "06 Nov 1994 08:49"]
        for time in ["soon"] + wrong {
            #expect(Timestamps.httpDate("Sun, \(time) GMT") == nil, "\(time)")
        }
    }
}
