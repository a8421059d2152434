/// Opens connections to one database whose password may change.
public struct Connector: Sendable {
    /// URI or `key=value` text for the next connection.
    public let conninfo: @Sendable () async throws -> String
    private let renew: @Sendable () async -> Bool

    /// - Parameters:
    ///   - conninfo: asked for each new connection.
    ///   - renew: called when a connection is refused; tells whether another try may go better, because what `conninfo`
    ///     remembers was dropped.
    public init(
        conninfo: @escaping @Sendable () async throws -> String, renew: @escaping @Sendable () async -> Bool = { false }
    ) {
        self.conninfo = conninfo
        self.renew = renew
    }

    /// The same text for all connections.
    public init(_ conninfo: String) {
        self.init(conninfo: { conninfo })
    }

    /// Connects; once more if it is refused and something was renewed.
    public func open(application: String = "catalog") async throws -> Connection {
        do {
            return try await Connection.open(try await conninfo(), application: application)
        } catch let error as PostgresError {
            guard await renew() else { throw error }
            return try await Connection.open(try await conninfo(), application: application)
        }
    }
}
