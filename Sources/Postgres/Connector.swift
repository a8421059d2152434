/// Opens connections to one database whose password may change, and which may be found at more than one place.
public struct Connector: Sendable {
    private let candidates: @Sendable () async throws -> [String]
    private let renew: (@Sendable () async -> Void)?
    /// Tells listeners what connections of pools have committed; nil leaves it to each connection.
    public var announcer: Announcer?
    /// Told of the connections of pools.
    public var observer: (any PoolObserver)?

    /// - Parameters:
    ///   - candidates: asked for each new connection: URIs or `key=value` texts, of which the first that lets us in is taken.
    ///   - renew: called when a server has refused the password, and only then: reads anew what `candidates` remembers. Many connections may
    ///     be refused at once, and again and again: it decides how often it asks.
    public init(
        candidates: @escaping @Sendable () async throws -> [String], renew: (@Sendable () async -> Void)? = nil
    ) {
        self.candidates = candidates
        self.renew = renew
    }

    /// The same text for all connections.
    public init(_ conninfo: String) {
        self.init(candidates: { [conninfo] })
    }

    /// Connects; once more if the password was refused and another one is known by then.
    public func open(application: String = "catalog") async throws -> Connection {
        let texts = try await candidates()
        do {
            return try await Self.first(of: texts) { try await Connection.open($0, application: application) }
        } catch let error as PostgresError where error.isLoginRefused {
            guard let renew else { throw error }
            await renew()
            let renewed = try await candidates()
            guard renewed != texts else { throw error }
            return try await Self.first(of: renewed) { try await Connection.open($0, application: application) }
        }
    }

    /// Calls `body`, which connects, with one text after the other until it succeeds.
    /// - Throws: what `body` threw at last; errors of connections alone let it go on.
    public func firstThatWorks<Result>(_ body: (String) async throws -> Result) async throws -> Result {
        try await Self.first(of: try await candidates(), body)
    }

    private static func first<Result>(
        of candidates: [String], _ body: (String) async throws -> Result
    ) async throws -> Result {
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
