/// Sees what pools do with their connections, for metrics. Called while somebody waits: must not block.
public protocol PoolObserver: Sendable {
    /// - Parameter application: as the pool names itself to the server.
    func opened(_ application: String)
    func closed(_ application: String)
    /// A piece of work may use a connection now.
    /// - Parameter duration: how long it waited for others to give theirs back.
    func waited(_ application: String, for duration: Duration)
}
