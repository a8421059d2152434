import HTML

/// Shares of a whole, or how far something is: drawn by SVG, since a strict policy allows no style in an attribute.
struct Bar: Component {
    struct Piece {
        /// In thousandths of the bar.
        var share: Int
        var tone: String
    }

    let pieces: [Piece]
    /// The same in words.
    let words: String

    var body: HTML {
        svg(
            .class("meter"), .named("viewBox", "0 0 1000 8"), .named("preserveAspectRatio", "none"),
            .named("role", "img"), .label(words)
        ) {
            rect(.class("track"), .named("width", 1000), .named("height", 8))
            for (index, piece) in pieces.enumerated() {
                rect(
                    .class(piece.tone), .named("x", pieces[..<index].reduce(0) { $0 + $1.share }),
                    .named("width", piece.share), .named("height", 8))
            }
        }
    }
}
