import HTML
import Ingest

/// How an upload stands: in a word, as a bar, in numbers.
struct UploadStanding: Component {
    let line: UploadLine
    /// What is being done, while it is at work.
    let progress: UploadAnnouncement?

    var body: HTML {
        StatusPill(state: line.state, tone: line.tone)
        // A picture has words in any case.
        Bar(pieces: pieces, words: words.isEmpty ? Texts.name(of: line.state) : words)
        span(.class("words")) { words }
    }

    private var words: String {
        if line.state.isUnderWay {
            guard let progress, let phase = progress.phase else { return "" }
            return Texts.name(of: phase) + (progress.rows.map { " · " + Texts.count($0, "row") } ?? "")
        }
        if let message = line.failureMessage { return message }
        guard !line.isRevert, let total = line.total, let valid = line.valid else { return "" }
        return Texts.loaded(valid, of: total) + (line.toCorrect > 0 ? " · " + Texts.toCorrect(line.toCorrect) : "")
            + (line.sent > 0 ? " · " + Texts.corrected(line.sent) : "")
            + (line.isDryRun ? " · " + Texts.checkedOnly : "")
    }

    private var pieces: [Bar.Piece] {
        if line.state.isUnderWay {
            return [.init(share: progress.map(Self.share) ?? (line.state == .queued ? 0 : 20), tone: "busy")]
        }
        guard let total = line.total, total > 0, let valid = line.valid else {
            return [.init(share: 1000, tone: line.state == .failed ? "bad" : line.state.tone)]
        }
        // Few mistakes among many rows are to be seen, too.
        let errors = line.errors ?? 0
        let wrong = errors == 0 ? 0 : max(12, errors * 1000 / total)
        let good = line.state == .reverted ? "plain" : "good"
        return [
            .init(share: valid == 0 ? 0 : 1000 - wrong, tone: good),
            .init(share: valid == 0 ? 1000 : wrong, tone: line.state == .failed ? "bad" : "warn"),
        ]
    }

    /// Phases take about these parts of the time.
    private static func share(_ progress: UploadAnnouncement) -> Int {
        let spans = ["reading": (20, 200), "checking": (200, 550), "loading": (550, 950), "reporting": (950, 1000)]
        let (begin, end) = spans[progress.phase ?? ""] ?? (20, 20)
        return begin + Int(Double(end - begin) * min(1, max(0, progress.fraction ?? 0)))
    }
}
