import Testing

@testable import CatalogCLI

/// A vendor's text does not drive the operator's terminal.
@Suite struct TerminalTextTests {
    private static let hostile = "\u{1B}]0;owned\u{7}\u{1B}[31mHome\u{9B}2J\u{202E}txt.exe\u{2028}\r"
    private static let shown =
        "<U+001B>]0;owned<U+0007><U+001B>[31mHome<U+009B>2J<U+202E>txt.exe<U+2028><U+000D>"

    @Test("What is interpolated is shown, what is written here stays")
    func interpolation() {
        let line: TerminalText = "a\n\(Self.hostile)\tb"
        #expect(line.text == "a\n\(Self.shown)\tb")
        #expect(("\(line)" as TerminalText) == line, "nothing is escaped twice")
        #expect(
            TerminalText.escaped("Größe 日本 👩\u{200D}🔧 🏴\u{E0067}\u{E007F}") == "Größe 日本 👩\u{200D}🔧 🏴\u{E0067}\u{E007F}"
        )
    }

    @Test("Tables, styles, errors of several lines and JSON hold no control characters of anybody else")
    func everywhere() {
        var table = Table("NAME")
        table.add(Self.hostile)
        #expect(table.rendered(Style(environment: ["NO_COLOR": "1"])).text == "NAME\n" + Self.shown)
        #expect(TerminalText(lines: "one\n\(Self.hostile)\ntwo").text == "one\n\(Self.shown)\ntwo")
        #expect(JSONOutput.escaped("\"a\u{9B}b\u{202E}ü\"") == "\"a\\u009bb\\u202eü\"")
    }

    @Test("A table fits the terminal: texts are shortened, then the last columns left out and named; ids stay whole")
    func widths() {
        var table = Table("ID", "MESSAGE", "AT")
        table.add("0190f3a2-5b1c", "the mail server refused the login", "2026-11-27 10:00")
        table.add("0190f3a2-77aa", "short", "2026-11-27 10:01")
        func lines(_ columns: Int?) -> [Substring] {
            table.rendered(Style(environment: ["NO_COLOR": "1"], columns: columns)).text.split(separator: "\n")
        }
        #expect(lines(nil)[1] == "0190f3a2-5b1c  the mail server refused the login  2026-11-27 10:00")
        #expect(lines(66) == lines(nil))
        #expect(
            lines(50) == [
                "ID             MESSAGE            AT",
                "0190f3a2-5b1c  the mail server …  2026-11-27 10:00",
                "0190f3a2-77aa  short              2026-11-27 10:01",
            ])
        #expect(
            lines(30) == [
                "ID             MESSAGE", "0190f3a2-5b1c  the mail se…", "0190f3a2-77aa  short",
                "not shown: AT (a wider terminal shows all)",
            ])
        #expect(lines(5).first == "ID", "what a line is about is always there")
    }
}
