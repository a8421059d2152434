import Catalog
import HTML

/// One upload: what happened in a sentence, then what to do about it, then the details.
struct UploadView: Component {
    let line: UploadLine
    let groups: [ErrorGroup]
    let events: [TimelineEntry]
    let mayWrite: Bool

    var body: HTML {
        div(.id("upload")) {
            p(.class("crumb")) { a(.href(UploadListPages.path)) { Texts.uploads } }
            div(.class("heading")) {
                h1 { line.fileName }
                if mayWrite { buttons }
            }
            section(.class("card summary")) {
                p(.class("lead"), .id("sentence")) { sentence }
                standing
            }
            if !groups.isEmpty {
                ErrorGroupTable(
                    groups: groups, line: line, isCut: groups.count == UploadPages.mostGroups,
                    fix: canFix ? line.path / "fix" : nil
                )
            }
            if line.errorsKey != nil || line.rejectedKey != nil { files }
            div(.class("pair")) {
                Timeline(entries: events)
                UploadFacts(line: line)
            }
        }
    }

    private var canFix: Bool { mayWrite && line.canBeFixed }

    private var sentence: String {
        if line.isRevert { return Texts.ofRevert(line) }
        return switch line.state {
        case .queued: Texts.waitsForWorker
        case .processing: Texts.inProgress
        case .reverted: Texts.undone
        case .failed: Texts.failed(line.failureMessage ?? "")
        case .completed, .partial, .checked: Texts.finished(line)
        }
    }

    /// Loads the whole of this part again when the upload has ended.
    private var standing: HTML {
        guard !line.isFinal else {
            return div(.class("standing wide")) { UploadStanding(line: line, progress: nil) }
        }
        return div(
            .named("hx-ext", "sse"), .named("sse-connect", line.path / "events"), .named("sse-close", "done"),
            .named("hx-get", line.path), .named("hx-trigger", "sse:ended"), .named("hx-select", "#upload"),
            .named("hx-target", "#upload"), .named("hx-swap", "outerHTML")
        ) {
            div(
                .class("standing wide"), .named("sse-swap", "standing"), .named("hx-target", "this"),
                .named("hx-swap", "innerHTML")
            ) { UploadStanding(line: line, progress: nil) }
        }
    }

    private var buttons: HTML {
        div(.class("buttons")) {
            if line.state.isUnderWay { PostForm(to: line.path / "cancel") { button { Texts.cancel } } }
            if line.canBeLoaded {
                PostForm(to: line.path / "load") { button(.class("primary")) { Texts.loadChecked } }
            }
            if line.state == .failed { PostForm(to: line.path / "retry") { button { Texts.retry } } }
            if canFix { a(.class("button primary"), .href(line.path / "fix")) { Texts.fixHere } }
            if line.canBeUndone { a(.class("button"), .href(line.path / "undo")) { Texts.undo } }
        }
    }

    private var files: HTML {
        section(.class("card")) {
            h2 { Texts.files }
            ul(.class("files")) {
                if line.rejectedKey != nil { li { a(.href(line.path / "rejected")) { Texts.rejectedRows } } }
                if line.errorsKey != nil { li { a(.href(line.path / "errors")) { Texts.errorReport } } }
            }
        }
    }
}
