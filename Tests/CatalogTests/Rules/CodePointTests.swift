import Testing

@testable import Catalog

@Suite(.timeLimit(.minutes(5))) struct CodePointTests {
    @Test("A text has as many code points as scalars, whatever its length")
    func codePoints() {
        var random = SeededRandom(seed: 7)
        let scalars: [Unicode.Scalar] = ["a", "\u{7F}", "\u{80}", "é", "ß", "日", "\u{FFFD}", "👍", "\u{301}"]
        for _ in 0..<2_000 {
            let text = (0..<Int.random(in: 0...40, using: &random)).map { _ in scalars.randomElement(using: &random)! }
            let bytes = Array(String(String.UnicodeScalarView(text)).utf8)
            let codePoints = bytes.withUnsafeBytes { $0.codePoints }
            #expect(codePoints == text.count, "\(text)")
        }
    }
}
