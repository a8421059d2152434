import HTML

/// Numbers over time, the newest at the right, as small columns.
struct Sparkline: Component {
    let values: [Int]
    /// The same in words.
    let words: String

    var body: HTML {
        svg(
            .class("spark"), .named("viewBox", "0 0 \(values.count * 4) 20"), .named("preserveAspectRatio", "none"),
            .named("role", "img"), .label(words)
        ) {
            for (index, value) in values.enumerated() where value > 0 {
                let height = max(1, value * 20 / highest)
                rect(
                    .named("x", index * 4), .named("y", 20 - height), .named("width", 3), .named("height", height))
            }
        }
    }

    private var highest: Int { max(1, values.max() ?? 1) }
}
