package import Foundation

/// A value from somewhere else that is good for a while: kept, renewed in time, fetched once however many callers want it.
///
/// While its source is away, the old value goes on being handed out for as long as it is valid: a cache that forgets by age
/// alone locks everybody out when the source has a bad ten minutes.
package actor ExpiringValue<Value: Sendable> {
    /// What a source gave.
    package struct Fetched: Sendable {
        package var value: Value
        /// From here on a newer one is asked for.
        package var renewAt: Date
        /// From here on it is of no use; nil stays good until it is refused.
        package var validUntil: Date?

        package init(_ value: Value, renewAt: Date, validUntil: Date? = nil) {
            self.value = value
            self.renewAt = renewAt
            self.validUntil = validUntil
        }
    }

    /// How long to leave a source alone that failed, in seconds.
    package struct Pauses: Sendable {
        package var whileValid: TimeInterval
        package var withoutValue: TimeInterval

        /// - Parameters:
        ///   - whileValid: the old value is still good.
        ///   - withoutValue: callers get the failure again meanwhile.
        package init(whileValid: TimeInterval = 30, withoutValue: TimeInterval = 0) {
            self.whileValid = whileValid
            self.withoutValue = withoutValue
        }
    }

    private let pauses: Pauses
    private let now: @Sendable () -> Date
    private let fetch: @Sendable () async throws -> Fetched
    private var kept: Fetched?
    private var fetching: Task<Fetched, any Error>?
    private var failure: (error: any Error, at: Date)?
    private var lastTry = Date.distantPast

    package init(
        pauses: Pauses = Pauses(), now: @escaping @Sendable () -> Date = { Date() },
        fetch: @escaping @Sendable () async throws -> Fetched
    ) {
        self.pauses = pauses
        self.now = now
        self.fetch = fetch
    }

    /// What is kept, or a newer one when its time has come. One caller waits for the renewal; the others get the old one
    /// as long as it is valid.
    /// - Throws: what the source threw, if nothing valid is kept.
    package func value() async throws -> Value {
        switch next {
        case .use(let value): return value
        case .fail(let error): throw error
        case .fetch: return try await renewed()
        case .renew(let old):
            do {
                return try await renewed()
            } catch {
                guard isValid(old) else { throw error }
                return old.value
            }
        }
    }

    /// A newer value, because the one handed out lacks something.
    /// - Parameter pause: seconds since the last try, successful or not, before which the source is left alone.
    /// - Returns: what is kept if the source was asked just now.
    /// - Throws: what the source threw.
    package func renew(atMostEvery pause: TimeInterval) async throws -> Value? {
        guard fetching != nil || now().timeIntervalSince(lastTry) >= pause else { return kept?.value }
        return try await renewed()
    }

    /// Fetches again at the next call, because the value was refused.
    /// - Parameter isRefused: false leaves alone what has taken the place of the refused one already.
    package func invalidate(where isRefused: @Sendable (Value) -> Bool = { _ in true }) {
        guard kept.map({ isRefused($0.value) }) ?? true else { return }
        kept = nil
        // What is on its way may have been read before the change.
        fetching = nil
        failure = nil
    }

    // MARK: What to do now

    private enum Step {
        case use(Value)
        case renew(old: Fetched)
        case fetch
        case fail(any Error)
    }

    private var next: Step {
        guard let kept, isValid(kept) else {
            if fetching == nil, let failure, isResting(after: failure.at, pauses.withoutValue) {
                return .fail(failure.error)
            }
            return .fetch
        }
        let isDue = now() >= kept.renewAt && fetching == nil
        let isPausing = failure.map { isResting(after: $0.at, pauses.whileValid) } ?? false
        return isDue && !isPausing ? .renew(old: kept) : .use(kept.value)
    }

    private func isValid(_ fetched: Fetched) -> Bool { fetched.validUntil.map { now() < $0 } ?? true }

    private func isResting(after failure: Date, _ pause: TimeInterval) -> Bool {
        now().timeIntervalSince(failure) < pause
    }

    /// A task of its own, so that a cancelled caller does not take the value away from the others.
    private func renewed() async throws -> Value {
        if let fetching { return try await fetching.value.value }
        let task = Task { [fetch] in try await fetch() }
        fetching = task
        lastTry = now()
        do {
            let fetched = try await task.value
            // Unless what was kept was refused while this was on its way.
            if fetching == task { (kept, fetching, failure) = (fetched, nil, nil) }
            return fetched.value
        } catch {
            if fetching == task { (fetching, failure) = (nil, (error, now())) }
            throw error
        }
    }
}
