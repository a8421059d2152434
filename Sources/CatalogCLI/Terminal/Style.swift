import Foundation

/// Colours, only where a person sees them and does not object (https://no-color.org), and the room that there is.
struct Style: Sendable {
    let isEnabled: Bool
    /// How long a line may be; nil if it is read by no person, or may be as long as it likes.
    let columns: Int?

    /// - Parameter descriptor: 1 for output, 2 for progress and errors.
    init(
        descriptor: Int32 = STDOUT_FILENO, environment: [String: String] = ProcessInfo.processInfo.environment,
        columns: Int? = nil
    ) {
        self.columns = columns ?? Terminal.columns(of: descriptor)
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
