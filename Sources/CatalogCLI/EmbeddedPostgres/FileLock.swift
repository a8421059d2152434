import Glibc

/// An exclusive lock between processes, released at the end of the scope, by whatever way the process ends.
struct FileLock: ~Copyable {
    private let descriptor: Int32

    /// Waits for the lock; blocks the thread. The server must not inherit the descriptor, or it would hold the lock for ever.
    init(_ path: String) throws {
        let opened = try systemCall("open", path) { open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600) }
        while flock(opened, LOCK_EX) != 0 {
            guard errno == EINTR else {
                let code = errno
                close(opened)
                throw EmbeddedPostgresError.system(action: "lock", path: path, code: code)
            }
        }
        descriptor = opened
    }

    deinit {
        close(descriptor)
    }
}
