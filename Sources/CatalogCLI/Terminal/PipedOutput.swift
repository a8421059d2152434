import Foundation
import Postgres

/// Whoever read standard output has gone.
struct ClosedPipe: Error {}

/// Standard output for what is long: a reader that goes away ends the work, and so does an interruption while nobody reads.
enum PipedOutput {
    /// - Throws: `ClosedPipe`, `CancellationError`; `CommandFailure` where the disk behind it is full.
    static func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes
        while !rest.isEmpty {
            try waitUntilRead()
            // A pipe that can be written takes so much at once (pipe(7), "PIPE_BUF").
            let count = Glibc.write(STDOUT_FILENO, rest.baseAddress, min(rest.count, Int(PIPE_BUF)))
            guard count >= 0 || errno == EINTR || errno == EAGAIN else {
                if errno == EPIPE { throw ClosedPipe() }
                throw CommandFailure(StandardStream.unwritten(errno))
            }
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(max(0, count)))
        }
    }

    private static func waitUntilRead() throws {
        var descriptor = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
        repeat { try Task.checkCancellation() } while poll(&descriptor, 1, 200) == 0
    }
}
