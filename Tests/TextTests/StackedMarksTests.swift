import Testing

@testable import Text

struct StackedMarksTests {
    private static func stack(_ count: Int, of marks: [Unicode.Scalar] = ["\u{301}", "\u{316}"]) -> String {
        "e" + String(String.UnicodeScalarView((0..<count).map { marks[$0 % marks.count] }))
    }

    @Test func whatLanguagesWriteIsNoStack() {
        for text in [
            "", "Schlüssel", "Tiê\u{301}ng Viê\u{323}\u{302}t", "שָׁלוֹם עֲלֵיכֶם", "👩‍👩‍👧‍👦🏳️‍🌈", "ที่นี่", "각각각", Self.stack(30),
        ] {
            #expect(!StackedMarks.areIn(text) && !StackedMarks.areIn(json: Array(text.utf8)))
        }
    }

    @Test func moreThanThirtyMarksOnOneLetterAre() {
        #expect(StackedMarks.areIn(Self.stack(31)) && StackedMarks.areIn("a b" + Self.stack(31) + "c"))
        let bytes = Array(Self.stack(31).utf8)
        #expect(bytes.withUnsafeBytes { StackedMarks.areIn($0) } && StackedMarks.areIn(json: bytes))
    }

    @Test(arguments: [
        (#"\u0301\u0316"#, true), (#"\u0301"#, true), ("\u{301}" + #"\u0316"#, true), (#"\ud834\udd65"#, true),
        (#"\u3042"#, false), (#"\ud83d\ude42"#, false), (#"\ud800"#, false), (#"\\u0301"#, false),
        (#"\n\u0301"#, false),
        (#"\u03"#, false),
    ])
    func aMarkOfJSONMayBeAnEscape(mark: String, isStack: Bool) {
        #expect(StackedMarks.areIn(json: Array(String(repeating: mark, count: 31).utf8)) == isStack)
        #expect(!StackedMarks.areIn(json: Array(String(repeating: mark + "a", count: 31).utf8)))
    }
}
