import HTML
import Testing

@Suite struct HTMLTests {
    private struct Greeting: Component {
        var name: String
        var isLoud = false

        var body: HTML {
            p(.class("greeting"), isLoud ? .named("data-loud", 1) : nil) {
                "Hello, "
                strong { name }
                if isLoud { "!" }
                for number in 1...2 { span { "\(number)" } }
            }
        }
    }

    @Test("What a component holds stands between its tags, in order")
    func component() {
        #expect(
            Greeting(name: "World", isLoud: true).body.text()
                == #"<p class="greeting" data-loud="1">Hello, <strong>World</strong>!<span>1</span><span>2</span></p>"#)
        #expect(
            Greeting(name: "World").body.text()
                == #"<p class="greeting">Hello, <strong>World</strong><span>1</span><span>2</span></p>"#)
    }

    @Test(
        "No text ends its place: not between tags, not in an attribute",
        arguments: [
            "<script>alert(1)</script>", "\" onmouseover=\"alert(1)", "' onclick='x", "</textarea><img src=x>",
            "&lt;b&gt;",
            "\u{301}<\u{301}b\u{301}>\u{301}\"\u{301}", "a\u{0}b\u{1b}[31m", "<!--", "]]>", "javascript:alert(1)",
        ])
    func hostile(text: String) {
        let html = p(.title(text)) { text }.text()
        let inside = html.dropFirst("<p title=\"".count).dropLast("</p>".count)
        // One quotation mark and one tag's end that are the element's own.
        #expect(inside.unicodeScalars.filter { $0 == "\"" }.count == 1)
        #expect(inside.unicodeScalars.filter { $0 == ">" }.count == 1)
        #expect(!inside.unicodeScalars.contains { $0 == "<" || $0 == "'" || $0.value < 0x20 })
    }

    @Test("A path is percent-encoded piece by piece and stands below where the pages are mounted")
    func path() {
        let path = (SitePath("/portal/products") / "A/B ä?").with("q", "x&y=z#")
        #expect(path.text(under: "") == "/portal/products/A%2FB%20%C3%A4%3F?q=x%26y%3Dz%23")
        let link = a(.href(path)) { "it" }
        #expect(
            link.text(under: "/catalog")
                == #"<a href="/catalog/portal/products/A%2FB%20%C3%A4%3F?q=x%26y%3Dz%23">it</a>"#)
        #expect(
            SitePath("/portal").with("after", nil).with("a", "1").with("b", "2").text(under: "") == "/portal?a=1&b=2")
    }

    @Test("Elements without content close themselves")
    func void() {
        #expect(input(.type("text"), .required).text() == #"<input type="text" required />"#)
        #expect(HTML.raw("<b>constant</b>").text() == "<b>constant</b>")
        #expect(HTML.nothing.isEmpty)
    }
}
