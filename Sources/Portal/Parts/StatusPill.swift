import HTML

/// A state in a word; the colour only repeats it.
struct StatusPill: Component {
    let state: UploadState
    var tone: String?

    var body: HTML {
        span(.class("pill \(tone ?? state.tone)")) { Texts.name(of: state) }
    }
}

/// How an upload stands, as people see it.
enum UploadState: String {
    case queued, processing, completed, partial, failed, reverted
    /// And not loaded.
    case checked

    init(_ status: String, isDryRun: Bool) {
        let state = UploadState(rawValue: status) ?? .failed
        self = isDryRun && [.completed, .partial].contains(state) ? .checked : state
    }

    var tone: String {
        switch self {
        case .queued, .reverted: "plain"
        case .processing: "busy"
        case .completed, .checked: "good"
        case .partial: "warn"
        case .failed: "bad"
        }
    }

    var isUnderWay: Bool { self == .queued || self == .processing }
}
