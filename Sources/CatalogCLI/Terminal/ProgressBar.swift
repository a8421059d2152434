import Foundation
import Ingest
import Jobs
import Threads

/// One line that tells how far an upload is, on a terminal; nothing in a pipe.
final class ProgressBar: Sendable {
    private struct State {
        var lastDrawn: ContinuousClock.Instant?
        var isDrawn = false
    }

    private static let width = 24
    private let label: String
    private let started = ContinuousClock.now
    private let style: Style
    private let isShown: Bool
    private let state = Locked(State())

    init(label: String, isShown: Bool) {
        self.label = label
        self.isShown = isShown && isatty(STDERR_FILENO) == 1
        style = Style(descriptor: STDERR_FILENO)
    }

    /// Draws at most ten times a second.
    func update(_ progress: OnboardingProgress) {
        draw { Self.line(label, progress, elapsed: $0, style, columns: $1) }
    }

    /// Draws at most ten times a second.
    /// - Parameter done: from 0 to 1; nil if it is not known.
    func update(_ phase: String, done: Double?, rows: Int) {
        draw { Self.line(label, phase, done: done, rows: rows, elapsed: $0, style, columns: $1) }
    }

    private func draw(_ line: (Duration, Int) -> TerminalText) {
        guard isShown else { return }
        state.withLock { state in
            let now = ContinuousClock.now
            if let last = state.lastDrawn, now - last < .milliseconds(100) { return }
            state.lastDrawn = now
            state.isDrawn = true
            write("\r\u{1B}[2K" + line(now - started, Terminal.columns(of: STDERR_FILENO) ?? 80).text)
        }
    }

    /// Removes the line.
    func finish() {
        state.withLock { state in
            if state.isDrawn { write("\r\u{1B}[2K") }
            state.isDrawn = false
        }
    }

    /// - Parameter columns: a line that is longer would be broken, and the next one would not take its place.
    static func line(
        _ label: String, _ progress: OnboardingProgress, elapsed: Duration, _ style: Style, columns: Int
    ) -> TerminalText {
        line(
            label, progress.phase.rawValue, done: overall(progress), rows: progress.rows, elapsed: elapsed, style,
            columns: columns)
    }

    private static func line(
        _ label: String, _ phase: String, done: Double?, rows: Int, elapsed: Duration, _ style: Style, columns: Int
    ) -> TerminalText {
        let plain = Style(environment: ["NO_COLOR": "1"])
        let width = parts(phase, done, rows, elapsed, plain).joined(separator: "  ").text.count
        let rest = parts(phase, done, rows, elapsed, style)
        let room = columns - 1 - width - 2
        // So narrow that not even a short name has room: only how far it is.
        guard room >= 4 else { return done.map { "\(Int($0 * 100))%" as TerminalText } ?? "" }
        return (["\(shortened(TerminalText.escaped(label), to: room))"] + rest).joined(separator: "  ")
    }

    /// The middle goes: names of files differ at their ends.
    private static func shortened(_ text: String, to length: Int) -> String {
        guard text.count > length else { return text }
        return text.prefix((length - 1) / 2) + "…" + text.suffix(length - 1 - (length - 1) / 2)
    }

    private static func parts(
        _ phase: String, _ done: Double?, _ rows: Int, _ elapsed: Duration, _ style: Style
    ) -> [TerminalText] {
        let seconds = elapsed.seconds
        var parts: [TerminalText] = ["\(phase)"]
        if let done {
            let filled = Int(done * Double(width))
            let rest = style.dim("\(String(repeating: "░", count: width - filled))")
            parts.append("\(String(repeating: "█", count: filled))\(rest) \(Int(done * 100))%")
            if done > 0.05 { parts.append("\(Int((seconds / done - seconds).rounded(.up))) s left") }
        }
        if rows > 0, seconds > 0 {
            parts.append("\(Int(Double(rows) / seconds).grouped) rows/s")
        }
        return parts
    }

    /// Share of each phase in the whole, as measured on a file of a million rows.
    private static func overall(_ progress: OnboardingProgress) -> Double? {
        guard let fraction = progress.fraction.map({ min(1, max(0, $0)) }) else { return nil }
        return switch progress.phase {
        case .reading: 0.04 * fraction
        case .checking: 0.04 + 0.11 * fraction
        case .loading: 0.15 + 0.80 * fraction
        case .reporting: 0.95 + 0.05 * fraction
        }
    }

    private func write(_ text: String) {
        StandardStream.error.write(text)
    }
}
