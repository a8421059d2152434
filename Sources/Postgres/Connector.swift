/// Opens connections to one database whose password may change, and which may be found at more than one place.
public struct Connector: Sendable {
    private let candidates: @Sendable () async throws -> [String]
    private let renew: @Sendable () async -> Bool
    /// Told of the connections of pools.
    public var observer: (any PoolObserver)?

    /// - Parameters:
    ///   - candidates: asked for each new connection: URIs or `key=value` texts, of which the first that lets us in is taken.
    ///   - renew: called when a connection is refused; tells whether another try may go better, because what `candidates`
    ///     remembers was dropped.
    public init(
        candidates: @escaping @Sendable () async throws -> [String],
        renew: @escaping @Sendable () async -> Bool = { false }
    ) {
        self.candidates = candidates
        self.renew = renew
    }

    /// The same text for all connections.
    public init(_ conninfo: String) {
        self.init(candidates: { [conninfo] })
    }

    /// Connects; once more if it is refused and something was renewed.
    public func open(application: String = "catalog") async throws -> Connection {
        do {
            return try await firstThatWorks { try await Connection.open($0, application: application) }
        } catch let error as PostgresError {
            guard await renew() else { throw error }
            return try await firstThatWorks { try await Connection.open($0, application: application) }
        }
    }

    /// Calls `body`, which connects, with one text after the other until it succeeds.
    /// - Throws: what `body` threw at last; errors of connections alone let it go on.
    public func firstThatWorks<Result>(_ body: (String) async throws -> Result) async throws -> Result {
        let candidates = try await candidates()
        for conninfo in candidates.dropLast() {
            do {
                return try await body(conninfo)
            } catch is PostgresError {
                try Task.checkCancellation()
            }
        }
        guard let last = candidates.last else { throw PostgresError(message: "no database is named") }
        return try await body(last)
    }
}
