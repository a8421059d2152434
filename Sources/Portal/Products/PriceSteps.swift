import Foundation
import HTML

/// The price of a product as steps over time; the same numbers stand in the table of versions.
struct PriceSteps: Component {
    /// Oldest first.
    let versions: [ProductVersion]

    private static let height = 160.0

    private struct Step {
        var begin, end, price: Double
    }

    private var steps: [Step] {
        let format = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        return versions.compactMap { version in
            // Every version has begun, and costs something.
            guard let from = version.from, let begin = try? format.parse(from), let price = Double(version.price) else {
                return nil
            }
            let end = version.to.flatMap { try? format.parse($0) } ?? Date()  // the present one has no end
            return Step(begin: begin.timeIntervalSince1970, end: end.timeIntervalSince1970, price: price)
        }
    }

    var body: HTML {
        let steps = steps
        if let first = steps.first, let last = steps.last {
            let (lowest, highest) = (steps.map(\.price).min() ?? 0, steps.map(\.price).max() ?? 1)
            let span = max(1, last.end - first.begin)
            let range = highest > lowest ? highest - lowest : 1
            let points = steps.flatMap { step -> [String] in
                let y = highest > lowest ? 12 + (highest - step.price) / range * (Self.height - 24) : Self.height / 2
                return [step.begin, step.end].map { time in
                    String(format: "%.1f,%.1f", (time - first.begin) / span * 1000, y)
                }
            }
            svg(
                .class("steps"), .named("viewBox", "0 0 1000 160"), .named("preserveAspectRatio", "none"),
                .named("role", "img"), .label(Texts.priceRange(lowest, highest))
            ) { polyline(.named("points", points.joined(separator: " "))) }
            p(.class("hint")) { Texts.priceRange(lowest, highest) }
        }
    }
}
