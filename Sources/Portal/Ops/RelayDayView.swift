import HTML
import Relay

/// A day as 1,440 cells, an hour to a line, coloured by state; the numbers beside it say the same.
struct RelayDayView: Component {
    let day: String
    let windows: [RelayDayWindow]

    var body: HTML {
        h1(.class("unseen")) { Texts.relay }
        Tabs.ops(Texts.relay)
        section(.class("card")) {
            form(.class("choices"), .named("method", "get"), .action(RelayPages.path)) {
                label {
                    span { Texts.day }
                    input(.type("date"), .name("day"), .value(day))
                }
                button { Texts.show }
            }
            if windows.isEmpty { p(.class("empty")) { Texts.noWindows } }
            cells
        }
        section(.class("card")) {
            h2 { Texts.windows }
            Listing(Texts.windows, [.text(Texts.state), .text(Texts.windows)]) {
                for state in Texts.windowStates {
                    tr {
                        td { span(.class("pill \(Self.tone(state))")) { Texts.name(ofWindow: state) } }
                        td { words(state) }
                    }
                }
            }
        }
    }

    private func words(_ state: String) -> String {
        let those = windows.filter { $0.state == state }
        return Texts.windowsOfDay(those.count, those.reduce(0) { $0 + $1.objects })
    }

    private static func tone(_ state: String) -> String {
        switch state {
        case "verified": "good"
        case "lost": "bad"
        case "delivered", "packing": "busy"
        case "sealed": "warn"
        default: "plain"
        }
    }

    private var cells: HTML {
        let tones = tones
        return svg(
            .class("day"), .named("viewBox", "0 0 660 240"), .named("role", "img"),
            .label(Texts.windowsOfDay(windows.count, windows.reduce(0) { $0 + $1.objects }))
        ) {
            // One path for each tone: an element for each cell would be most of the page's weight.
            for tone in Set(tones).sorted() {
                void("path", [.class(tone), .named("d", Self.path(of: tones.indices.filter { tones[$0] == tone }))])
            }
            for hour in 0..<24 where hour.isMultiple(of: 3) {
                element("text", [.named("x", 52), .named("y", hour * 10 + 9)]) { "\(hour):00" }
            }
        }
    }

    private static func path(of minutes: [Int]) -> String {
        minutes.map { "M\(60 + $0 % 60 * 10) \($0 / 60 * 10)h9v9h-9z" }.joined()
    }

    /// The tone of each minute: the worst, where routes have windows of their own.
    private var tones: [String] {
        let order = ["track", "good", "plain", "busy", "warn", "bad"]
        func worse(_ one: String, _ other: String) -> String {
            // A tone that is not there would be as good as none.
            (order.firstIndex(of: one) ?? 0) < (order.firstIndex(of: other) ?? 0) ? other : one
        }
        var tones = Array(repeating: "track", count: 1440)
        for window in windows {
            let tone = window.missing > 0 && window.state == "verified" ? "warn" : Self.tone(window.state)
            for minute in window.minute..<min(1440, window.minute + window.minutes) {
                tones[minute] = worse(tones[minute], tone)
            }
        }
        return tones
    }
}
