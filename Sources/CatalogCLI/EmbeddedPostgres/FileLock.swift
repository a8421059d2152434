import Glibc

/// An exclusive lock between processes and threads, released by whatever way the holder ends.
enum FileLock {
    /// Waits for the lock, blocking the thread, and runs `body` under it.
    static func holding<R>(_ path: String, _ body: () throws -> R) throws -> R {
        // A server that inherited the descriptor would hold the lock for as long as it runs.
        let descriptor = try systemCall("open", path) { open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600) }
        defer { close(descriptor) }
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else { throw EmbeddedPostgresError.system(action: "lock", path: path, code: errno) }
        }
        return try body()
    }
}
