import Testing

@testable import Catalog

@Suite struct PatternTests {
    private func matches(_ pattern: String, _ value: String) throws -> Bool {
        let matcher = PatternMatcher(try Pattern(pattern))
        return Array(value.utf8).withUnsafeBytes(matcher.matches)
    }

    @Test(
        "All of a value has to match",
        arguments: [
            ("abc", ["abc"], ["ab", "abcd", "", "xabc"]), ("", [""], ["a"]), ("a*", ["", "a", "aaaa"], ["b", "ab"]),
            ("a+b?", ["a", "aab"], ["b", "", "abb"]), ("a|bc|", ["a", "bc", ""], ["b", "abc"]),
            ("(ab)+c", ["abc", "ababc"], ["c", "aabc"]), ("(?:ab|c){2}", ["abab", "abc", "cc"], ["ab", "ccc"]),
            ("a{3}", ["aaa"], ["aa", "aaaa"]), ("a{2,}", ["aa", "aaaaaa"], ["a", ""]),
            ("a{1,3}", ["a", "aa", "aaa"], ["", "aaaa"]), ("a{0}b", ["b"], ["ab"]),
            ("(a?){3}b", ["b", "ab", "aaab"], ["aaaab"]),
            ("[A-Z]{2}-\\d+", ["AB-1", "ZZ-0123"], ["A-1", "AB-", "ab-1", "AB-١"]),
            ("[^a-c]", ["d", "é", "\n", "🚲"], ["a", "", "dd"]), (".", ["x", "日", "\n", "🚲"], ["", "xx"]),
            ("[a\\-z]+", ["-", "a-z"], ["b"]), ("[a-]+", ["-a"], ["b"]), ("\\.\\*\\\\", [".*\\"], ["x*\\"]),
            ("[äöü]+", ["äö"], ["a", "ä\u{308}"]), ("\\w+\\s\\W", ["a_9 -", "x\t."], ["é ."]),
            ("^ab$", ["ab"], ["^ab$"]),
            ("a\\$", ["a$"], ["a"]), ("^a|b$", ["a", "b"], ["ab"]), ("[日-本]", ["日", "本"], ["に"]),
        ] as [(String, [String], [String])])
    func whole(pattern: String, good: [String], bad: [String]) throws {
        for value in good { #expect(try matches(pattern, value), "\(pattern) and \(value)") }
        for value in bad { #expect(try !matches(pattern, value), "\(pattern) and \(value)") }
    }

    @Test(
        "What is no pattern is refused with the place",
        arguments: [
            ("a**", 3), ("*a", 1), ("(a", 3), ("a)", 2), ("[a", 3), ("[]", 3), ("a{2", 4), ("a{3,2}", 7), ("a{,2}", 3),
            ("\\b", 2),
            ("(?=a)", 3), ("a^b", 2), ("a$b", 2), ("[z-a]", 5), ("\\", 2), ("a{9999}", 1),
            ("((((a{30}){30}){30}){30})", 1), ("}", 1),
            ("\\1", 2), ("a+?", 3), ("\\p{L}", 2), ("[\\d-z", 6),
        ])
    func refused(pattern: String, position: Int) {
        let error = #expect(throws: PatternError.self, "\(pattern)") { try Pattern(pattern) }
        #expect(error?.position == position, "\(pattern): \(error.map { "\($0)" } ?? "")")
    }

    @Test("Nesting and length are bounded")
    func bounds() {
        #expect(throws: PatternError.self) {
            try Pattern(String(repeating: "(", count: 60) + String(repeating: ")", count: 60))
        }
        #expect(throws: PatternError.self) { try Pattern(String(repeating: "a", count: 501)) }
        #expect(throws: Never.self) { try Pattern(String(repeating: "a", count: 500)) }
    }

    @Test("What makes others go back for ever is decided in one pass, and what is remembered stays bounded")
    func linear() throws {
        let long = String(repeating: "a", count: 100_000)
        for pattern in ["(a*)*b", "(a|a)*b", "(a|aa)+b", "(.*a){20}b"] {
            #expect(try !matches(pattern, long), "\(pattern)")
            #expect(try matches(pattern, long + "b"), "\(pattern)")
        }
        // Every set of places is another state: more of them than are remembered.
        var generator = SystemRandomNumberGenerator()
        let text = String((0..<100_000).map { _ in Bool.random(using: &generator) ? "a" : "b" })
        let expected = text.dropLast(12).last == "a"
        #expect(try matches("(a|b)*a(a|b){12}", text) == expected)
    }
}
