package import Postgres

/// What becomes of the objects below a route. The composition root registers all of them; nothing else knows their names.
package protocol Pipeline: Sendable {
    /// As routes name it, in `intake.routes.pipeline`.
    var name: String { get }

    /// Turns what a user said of a route into what is kept with it.
    /// - Parameter given: by name, such as `mode`, in the order given.
    /// - Throws: `RouteOptionError`.
    func options(_ given: [String: [String]]) throws -> RouteOptions

    /// Makes work of a new object, in the transaction that records its arrival.
    func begin(_ event: ObjectEvent, below route: Route, _ session: Session) throws -> ArrivalOutcome
}

/// All pipelines of this program, by name.
package struct Pipelines: Sendable {
    private let all: [any Pipeline]

    package init(_ all: [any Pipeline]) {
        self.all = all
    }

    package var names: [String] { all.map(\.name) }

    package subscript(name: String) -> (any Pipeline)? { all.first { $0.name == name } }
}

/// What a pipeline cannot do with the options of a route.
package enum RouteOptionError: Error, Equatable {
    case unknown(name: String, pipeline: String, known: [String])
    case invalid(name: String, value: String, expected: [String])
}
