/// What became of an event.
package enum ArrivalOutcome: Sendable, Equatable {
    /// A new object version: its pipeline made work of it.
    case accepted(Work)
    /// The object version was seen before: nothing changed.
    case seen
    /// Below a route, but no input.
    case ignored(reason: String)
    /// No route leads here.
    case unrouted

    /// What a pipeline made of an object.
    package struct Work: Sendable, Equatable {
        /// What the id is of, as logs and tables name it: `upload_id`, `request_id`, `window`.
        package var name: String
        package var id: String
    }

    /// An object that belongs to this from now on.
    package static func accepted(_ name: String, _ id: String) -> ArrivalOutcome { .accepted(Work(name: name, id: id)) }

    /// The id of the work, if it is of this kind.
    package func id(_ name: String) -> String? {
        guard case .accepted(let work) = self, work.name == name else { return nil }
        return work.id
    }

    /// Work was made of it.
    var isNew: Bool {
        if case .accepted = self { true } else { false }
    }
}

extension ArrivalOutcome {
    /// What may become of an event, as metrics say it.
    package static let names = ["accepted", "seen", "ignored", "unrouted"]

    var name: String {
        switch self {
        case .accepted: "accepted"
        case .seen: "seen"
        case .ignored: "ignored"
        case .unrouted: "unrouted"
        }
    }
}

/// As logs say it.
extension ArrivalOutcome: CustomStringConvertible {
    package var description: String {
        switch self {
        case .accepted: "accepted"
        case .seen: "seen"
        case .ignored(let reason): "ignored: \(reason)"
        case .unrouted: "unrouted"
        }
    }
}

/// A route leads to a pipeline that nobody registered.
package struct UnknownPipeline: Error, Equatable {
    package var name: String
    package var route: String
}
