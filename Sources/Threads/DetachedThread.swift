import CPthread
import Glibc

/// Runs `body` on a new thread that nobody waits for: a place for calls that block.
/// - Parameter name: shown by `top -H` and debuggers; cut to 15 bytes as Linux wants it.
package func detachThread(named name: String, _ body: @escaping @Sendable () -> Void) {
    var thread = pthread_t()
    let context = Unmanaged.passRetained(ThreadBody(body)).toOpaque()
    let status = pthread_create(
        &thread, nil,
        { context in
            Unmanaged<ThreadBody>.fromOpaque(context!).takeRetainedValue().run()
            return nil
        }, context)
    precondition(status == 0, "cannot create a thread: \(String(cString: strerror(status)))")
    pthread_setname_np(thread, String(decoding: name.utf8.prefix(15), as: UTF8.self))
    pthread_detach(thread)
}

/// Runs what blocks, or keeps a core busy, outside Swift's pool. It is part of the task's work (`WorkProgress`).
package func onThread<Result: Sendable>(
    named name: String, _ body: @escaping @Sendable () throws -> Result
) async throws -> Result {
    let report = WorkProgress.report
    return try await withCheckedThrowingContinuation { continuation in
        detachThread(named: name) {
            continuation.resume(with: Swift.Result { try WorkProgress.$report.withValue(report) { try body() } })
        }
    }
}

/// A closure that travels through a C pointer.
private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) {
        self.run = run
    }
}
