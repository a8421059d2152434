/// A variable of the environment: what it may hold, and what the documentation says of it.
///
/// `make docs` writes what is described here into docs/reference/settings.md.
struct Setting: Sendable {
    /// What its text must be, as far as a type can say it.
    enum Form: Sendable {
        case text
        case whole(ClosedRange<Int>)
        case seconds(ClosedRange<Int>)
        /// One of these words, in any case.
        case words([String])
    }

    let name: String
    let form: Form
    /// What holds without it, in words; empty for nothing.
    let fallback: String
    /// A fragment in Markdown.
    let meaning: String
    let example: String

    init(_ name: String, _ form: Form = .text, fallback: String = "", meaning: String, example: String) {
        self.name = name
        self.form = form
        self.fallback = fallback
        self.meaning = meaning
        self.example = example
    }
}

extension Setting {
    /// What holds without any variable: each default stands where it is used, and here it is only told.
    static let defaults = try! Settings(environment: [:], directory: ".")  // because nothing that was set can be wrong

    static func seconds(_ duration: Duration) -> String { "\(duration.components.seconds)" }
}

extension Setting.Form {
    /// A day at most.
    static let secondsOfADay = Self.seconds(1...86_400)

    /// The words of an enumeration.
    static func words<Choice: RawRepresentable<String> & CaseIterable>(of type: Choice.Type) -> Self {
        .words(type.allCases.map(\.rawValue))
    }

    static let switched = Self.words(["on", "off"])

    /// What the documentation adds to the meaning; nil where the meaning says it all.
    var bounds: String? {
        switch self {
        case .text: nil
        case .whole(let range) where range.upperBound == .max: nil
        case .whole(let range), .seconds(let range): "\(range.lowerBound) to \(range.upperBound)"
        case .words(let words): words.map { "`\($0)`" }.joined(separator: ", ")
        }
    }
}
