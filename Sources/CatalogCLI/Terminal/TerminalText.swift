import Catalog
import Text

/// Text for whoever reads the output: what is interpolated is foreign, and cannot steer a terminal.
///
/// Literals stay as they are, and so does text that was made here. In any other value control characters, signs that turn
/// the direction of text, and line separators are written as `<U+001B>`.
struct TerminalText: ExpressibleByStringInterpolation, Equatable, Sendable {
    /// Safe to print.
    private(set) var text: String

    init(stringLiteral text: String) {
        self.text = text
    }

    init(stringInterpolation: StringInterpolation) {
        text = stringInterpolation.text
    }

    /// Foreign text of several lines, such as the description of an error: line breaks stay.
    init(lines foreign: String) {
        // By scalars: CR LF is one character, and its line feed breaks a line all the same.
        text = foreign.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
            .map { Self.escaped(String($0)) }.joined(separator: "\n")
    }

    /// A sequence that only our own code may send, around text.
    init(escape code: String, around inner: TerminalText) {
        text = "\u{1B}[\(code)m\(inner.text)\u{1B}[0m"
    }

    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + 16 * interpolationCount)
        }

        mutating func appendLiteral(_ literal: String) { text += literal }

        mutating func appendInterpolation(_ own: TerminalText) { text += own.text }

        mutating func appendInterpolation(_ foreign: some Any) { text += escaped(String(describing: foreign)) }
    }

    static func + (a: TerminalText, b: TerminalText) -> TerminalText { "\(a)\(b)" }

    /// Characters, as a person counts them.
    var width: Int { text.count }

    var isEmpty: Bool { text.isEmpty }

    /// What cannot be seen, or moves what can, by its name.
    static func escaped(_ foreign: String) -> String {
        guard foreign.unicodeScalars.contains(where: isDangerous) else { return foreign }
        return foreign.unicodeScalars.reduce(into: "") { safe, scalar in
            if isDangerous(scalar) { safe += Invisible.name(scalar) } else { safe.unicodeScalars.append(scalar) }
        }
    }

    /// Control characters, and format characters but the joiners, which are part of words in some scripts.
    static func isDangerous(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value >= 0x20 && scalar.value < 0x7F { return false }
        return switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        case .format: scalar != "\u{200C}" && scalar != "\u{200D}" && scalar.value < 0xE0000
        default: false
        }
    }
}

extension [TerminalText] {
    func joined(separator: TerminalText) -> TerminalText {
        guard let first else { return "" }
        return dropFirst().reduce(first) { $0 + separator + $1 }
    }
}

/// Prints a line. Hides Swift's own `print`, which would let a vendor's text through: this one takes nothing else.
func print(_ line: TerminalText) {
    Swift.print(line.text)
}

@available(*, unavailable, message: "a foreign text may steer the terminal: print(\"\\(text)\") shows it safely")
func print(_ items: Any..., separator: String = " ", terminator: String = "\n") {}
