import Foundation
import Threads

/// An answer that is at most two seconds old, made once however many ask for it: what anybody may call must not become work
/// for the database and the store.
struct RecentCheck<Value: Sendable>: Sendable {
    /// How old an answer may be, in seconds.
    static var lifetime: TimeInterval { 2 }

    private let outcome: ExpiringValue<Result<Value, any Error>>

    /// - Parameter check: a failure is an answer too, and as old as any.
    init(now: @escaping @Sendable () -> Date = { Date() }, _ check: @escaping @Sendable () async throws -> Value) {
        outcome = ExpiringValue(now: now) {
            let outcome: Result<Value, any Error>
            do {
                outcome = .success(try await check())
            } catch {
                outcome = .failure(error)
            }
            let end = now().addingTimeInterval(Self.lifetime)
            return .init(outcome, renewAt: end, validUntil: end)
        }
    }

    /// - Throws: what the check threw.
    func value() async throws -> Value { try await outcome.value().get() }
}
