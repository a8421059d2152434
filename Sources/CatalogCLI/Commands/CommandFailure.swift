import ArgumentParser
import Foundation
import Threads

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
    /// What signals mean, one after the other.
    struct Signals: Sendable {
        enum Meaning { case cancel, same, exit }

        /// timeout(1), shells and make send one to the process and another one to its group: nobody has asked twice.
        private static let together = Duration.milliseconds(500)

        private var first: ContinuousClock.Instant?

        mutating func next(at now: ContinuousClock.Instant) -> Meaning {
            guard let first else {
                self.first = now
                return .cancel
            }
            return now - first < Self.together ? .same : .exit
        }
    }

    /// The first signal cancels the task, which then rolls back and says so; a second one, if it is another, ends the process at once.
    static func cancelling<Success: Sendable>(
        _ task: Task<Success, any Error>
    ) async throws -> Success {
        let signals = Locked(Signals())
        let sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                switch signals.withLock({ $0.next(at: .now) }) {
                case .cancel: task.cancel()
                case .same: break
                case .exit: _exit(128 + number)
                }
            }
            source.resume()
            return source
        }
        defer { sources.forEach { $0.cancel() } }
        return try await task.value
    }
}
