import ArgumentParser
import Foundation

/// A command cannot do what was asked: one line on standard error and an exit code.
struct CommandFailure: Error, CustomStringConvertible {
    var description: String
    var code: Int32

    init(_ description: String, code: Int32 = 1) {
        self.description = description
        self.code = code
    }
}

/// Ctrl-C and SIGTERM.
enum Interruption {
    /// The first signal cancels the task, which then rolls back and says so; the second ends the process at once.
    static func cancelling<Success: Sendable>(
        _ task: Task<Success, any Error>
    ) async throws -> Success {
        let sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                if task.isCancelled { _exit(128 + number) }
                task.cancel()
            }
            source.resume()
            return source
        }
        defer { sources.forEach { $0.cancel() } }
        return try await task.value
    }
}
