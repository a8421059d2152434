import Threads

/// Small transactions of many tasks over few connections: those that wait when a connection is free go out together, in one visit
/// to its thread and one round trip to the server.
///
/// Each stays a transaction of its own, which fails alone. They are answered in order, so that a slow one holds up those behind
/// it: for reads that a key finds, not for searches.
public final class SharedPipelines: Sendable {
    private struct Unit {
        let number: Int
        let statements: [Statement]
        let end: @Sendable (Result<[Rows], any Error>) -> Void
    }

    private struct State {
        var waiting: [Unit] = []
        var last = 0
        /// Connections under way.
        var lanes = 0
    }

    /// How long a lane stays with one connection while somebody waits: the pool may have a limit for each piece of work.
    private static let stay = Duration.seconds(1)

    private let pool: Pool
    private let lanes: Int
    private let atOnce: Int
    private let state = Locked(State())

    /// - Parameters:
    ///   - lanes: connections of the pool at most.
    ///   - atOnce: transactions in one round trip at most.
    public init(_ pool: Pool, lanes: Int = 2, atOnce: Int = 16) {
        self.pool = pool
        self.lanes = lanes
        self.atOnce = atOnce
    }

    /// Runs statements as one transaction: see `Session.pipeline`.
    /// - Parameter body: runs on the connection's thread, with the rows of each statement.
    /// - Throws: what `body` throws, the error of the first statement that failed, what keeps a connection from being opened;
    ///   `CancellationError` if the task was cancelled before its statements went out.
    public func run<Value: Sendable>(
        _ statements: [Statement], _ body: @escaping @Sendable ([Rows]) throws -> Value
    ) async throws -> Value {
        let number = state.withLock { state in
            state.last += 1
            return state.last
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                enter(
                    Unit(number: number, statements: statements) { rows in
                        continuation.resume(with: Result { try body(rows.get()) })
                    })
            }
        } onCancel: {
            leave(number)
        }
    }

    private func enter(_ unit: Unit) {
        let (isRefused, opensLane) = state.withLock { state in
            // Asked under the lock: `leave` comes after the flag is set, so it finds the unit or the unit finds the flag.
            if Task.isCancelled { return (true, false) }
            state.waiting.append(unit)
            guard state.lanes < lanes else { return (false, false) }
            state.lanes += 1
            return (false, true)
        }
        if isRefused { unit.end(.failure(CancellationError())) }
        if opensLane { Task { await serve() } }
    }

    private func leave(_ number: Int) {
        let unit = state.withLock { state in
            state.waiting.firstIndex { $0.number == number }.map { state.waiting.remove(at: $0) }
        }
        unit?.end(.failure(CancellationError()))
    }

    /// A lane: works as long as somebody waits.
    private func serve() async {
        repeat {
            do {
                try await pool.run { session in
                    let begin = ContinuousClock.now
                    while !session.isBroken, .now - begin < Self.stay, let units = take(atOnce) {
                        for (unit, rows) in zip(units, session.pipelines(units.map(\.statements))) { unit.end(rows) }
                    }
                }
            } catch {
                for unit in take(.max) ?? [] { unit.end(.failure(error)) }
            }
        } while !closeLane()
    }

    private func take(_ count: Int) -> [Unit]? {
        state.withLock { state in
            let units = state.waiting.prefix(count)
            state.waiting.removeFirst(units.count)
            return units.isEmpty ? nil : Array(units)
        }
    }

    /// - Returns: false if somebody came meanwhile.
    private func closeLane() -> Bool {
        state.withLock { state in
            guard state.waiting.isEmpty else { return false }
            state.lanes -= 1
            return true
        }
    }
}
