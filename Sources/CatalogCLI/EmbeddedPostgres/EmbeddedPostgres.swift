import Dispatch
import Foundation

/// The private PostgreSQL cluster of a working directory, for use without a configured database.
///
/// Nobody but its owner (and root) reaches it: no TCP, a socket in a directory of mode 0700. Settings are PostgreSQL's defaults, so
/// that what is committed survives a crash. The server goes on running after the command that started it. Calls may be made
/// at the same time by any number of processes.
struct EmbeddedPostgres: Sendable {
    enum Status: Equatable, Sendable {
        case notCreated
        case stopped
        case running(pid: Int32, conninfo: String)
    }

    /// The directory as given; `start` makes it.
    let base: String

    init(base: String = ".catalog") {
        self.base = base
    }

    /// Creates and starts the cluster where that is still to be done.
    ///
    /// - Returns: how to connect, as libpq's `key=value` text: database and role `catalog`, a superuser of this cluster.
    /// - Throws: ``EmbeddedPostgresError``.
    func start() async throws -> String {
        try await blocking { path in
            try makeDirectory(path, mode: 0o755)
            let base = Path.real(path) ?? path
            if let running = try Cluster(base).runningConninfo() { return running }
            // Under the lock everything is looked at again: another command may have created the cluster meanwhile.
            return try FileLock.holding(ClusterLayout.lock(base)) { try Cluster(base).start() }
        }
    }

    /// Stops the server, ending its sessions; does nothing when it is not running.
    func stop() async throws {
        try await blocking { path in
            guard let base = Path.real(path) else { return }
            try FileLock.holding(ClusterLayout.lock(base)) { try Cluster(base).stop() }
        }
    }

    /// Changes nothing.
    func status() async throws -> Status {
        try await blocking { path in
            guard let base = Path.real(path) else { return .notCreated }
            return try Cluster(base).status()
        }
    }

    /// On a thread of libdispatch: starting a server takes a second, and the cooperative pool has one thread per core.
    private func blocking<R: Sendable>(_ body: @escaping @Sendable (_ path: String) throws -> R) async throws -> R {
        let path = base.hasPrefix("/") ? base : FileManager.default.currentDirectoryPath + "/" + base
        return try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(with: Result { try body(path) }) }
        }
    }
}
