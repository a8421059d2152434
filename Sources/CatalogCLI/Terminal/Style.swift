import Foundation

/// Colours, only where a person sees them and does not object (https://no-color.org).
struct Style: Sendable {
    let isEnabled: Bool

    /// - Parameter descriptor: 1 for output, 2 for progress and errors.
    init(descriptor: Int32 = STDOUT_FILENO, environment: [String: String] = ProcessInfo.processInfo.environment) {
        let isRefused = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        isEnabled = isatty(descriptor) == 1 && !isRefused && environment["TERM"] != "dumb"
    }

    func bold(_ text: TerminalText) -> TerminalText { wrap(text, "1") }
    func dim(_ text: TerminalText) -> TerminalText { wrap(text, "2") }
    func red(_ text: TerminalText) -> TerminalText { wrap(text, "31") }
    func green(_ text: TerminalText) -> TerminalText { wrap(text, "32") }
    func yellow(_ text: TerminalText) -> TerminalText { wrap(text, "33") }

    private func wrap(_ text: TerminalText, _ code: String) -> TerminalText {
        isEnabled ? TerminalText(escape: code, around: text) : text
    }
}
