import API
import HTML

/// What stands around the content of every page.
struct Layout: Component {
    let title: String
    let identity: Identity
    let place: Navigation.Place?
    let isLive: Bool
    let assets: Assets
    let content: HTML

    /// No style that htmx writes by itself, nothing evaluated, no page kept for the next person at this browser.
    private static let htmxSettings = """
        {"includeIndicatorStyles":false,"allowEval":false,"selfRequestsOnly":true,"historyEnabled":false}
        """

    var body: HTML {
        HTML.raw("<!doctype html>")
        html(.named("lang", "en")) {
            head {
                meta(.named("charset", "utf-8"))
                meta(.name("viewport"), .named("content", "width=device-width, initial-scale=1"))
                meta(.name("color-scheme"), .named("content", "light dark"))
                meta(.name("htmx-config"), .named("content", Self.htmxSettings))
                element("title", []) { "\(title) · \(Texts.product)" }
                void("link", [.named("rel", "icon"), .type("image/svg+xml"), .href(assets.path(of: "icon.svg"))])
                void("link", [.named("rel", "stylesheet"), .href(assets.path(of: "portal.css"))])
                for script in ["htmx-2.min.js", "htmx-sse-2.min.js", "portal.js"] {
                    element("script", [.src(assets.path(of: script)), .flag("defer")]) {}
                }
                if isLive { HTML.raw("<noscript><meta http-equiv=\"refresh\" content=\"3\"></noscript>") }
            }
            element("body", []) {
                a(.class("skip"), .href(fragment: "content")) { Texts.skip }
                Navigation(identity: identity, place: place)
                main(.id("content"), .named("tabindex", -1)) { content }
            }
        }
    }
}
