import Testing

@testable import Text

struct EscapingTests {
    @Test(arguments: [
        ("it's", "it''s"), ("'\u{301}x", "''\u{301}x"), ("a\r\nb", "a\r|b"), ("\\'", "\\\\''"),
        ("e\u{301}", "e\u{301}"),
    ])
    func aMarkIsEscapedWhateverFollowsIt(text: String, expected: String) {
        let escaped = text.escaping(["'": "''", "\\": "\\\\", "\n": "|"])
        #expect(Array(escaped.utf8) == Array(expected.utf8))
    }

    @Test func aPartOfAKeyMayBeginWithAnAccent() {
        #expect("a/\u{301}b//".partsOfKey == ["a", "\u{301}b", "", ""])
        #expect("a/../\u{301}b".partsOfKey == ["a", "..", "\u{301}b"])
        #expect("raw/\u{301}x".behind("raw/") == "\u{301}x")
        #expect("raw".behind("raw/") == nil && "e\u{301}x".behind("\u{E9}") == nil)
    }
}
