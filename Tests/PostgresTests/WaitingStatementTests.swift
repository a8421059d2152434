import TestSupport
import Threads
import Testing

@testable import Postgres

@Suite(.timeLimit(.minutes(2))) struct WaitingStatementTests {
    private struct Refused: Error {}

    /// With a table `t (n integer primary key)`.
    private func withTable(_ body: (Connection) async throws -> Void) async throws {
        try await withConnection { connection in
            try await connection.run { try $0.executeScript("create table t (n integer primary key)") }
            try await body(connection)
        }
    }

    private func expect(_ rows: [Int], in connection: Connection, at place: SourceLocation = #_sourceLocation)
        async throws
    {
        let found = try await connection.run {
            try $0.query("select n from t order by n").map { try $0.get("n", as: Int.self) }
        }
        #expect(found == rows, sourceLocation: place)
    }

    private static func insert(_ number: Int) -> Statement { "insert into t values (\(number)::integer)" }

    private static func divide(_ number: Int) -> Statement { "select 6 / \(number)::integer" }

    // MARK: What is sent when

    @Test(
        "A transaction costs as many round trips as answers are waited for, and one for its commit with all that waits")
    func roundTrips() async throws {
        try await withDatabase { conninfo in
            let relay = try TCPRelay(to: conninfo)
            defer { relay.stop() }
            let connection = try await Connection.open(relay.conninfo(conninfo))
            try await connection.run { session in
                try session.executeScript("create table t (n integer primary key)")
                _ = try session.query(("select 1" as Statement).prepared())
            }
            func cost(
                _ expected: Int, at place: SourceLocation = #_sourceLocation, _ body: @Sendable (Session) throws -> Void
            ) async throws {
                let before = relay.roundTrips
                let context = TransactionContext(settings: ["catalog.actor": "a"])
                try await TransactionContext.$current.withValue(context) {
                    try await connection.transaction { try body($0) }
                }
                let found = relay.roundTrips - before
                #expect(found == expected, sourceLocation: place)
            }
            try await cost(0) { _ in }
            try await cost(2) { try $0.execute(Self.insert(1)) }
            try await cost(1) { for number in 2...9 { try $0.executeLater(Self.insert(number).prepared()) } }
            try await cost(1) { session in
                try session.executeLater(Self.insert(10))
                session.tell("news")
            }
            try await cost(2) { session in
                try session.executeLater(Self.insert(11)) { #expect($0.affected == 1) }
                try session.executeLater(Self.insert(12))
            }
            try await cost(2) { session in
                try session.executeLater(Self.insert(13))
                try session.savepoint { try session.execute(Self.insert(14)) }
            }
            try await expect(Array(1...14), in: connection)
            await connection.close()
        }
    }

    @Test("Outside a transaction a statement does not wait")
    func outside() async throws {
        try await withTable { connection in
            try await connection.run { session in
                try session.executeLater(Self.insert(1))
                let error = #expect(throws: PostgresError.self) { try session.executeLater(Self.insert(1)) }
                #expect(error?.isUniqueViolation == true)
            }
            try await expect([1], in: connection)
        }
    }

    @Test("What waits is done before a script, a stream, a COPY and a second connection's work")
    func order() async throws {
        try await withDatabase { conninfo in
            let connection = try await Connection.open(conninfo)
            try await connection.run { try $0.executeScript("create table t (n integer primary key)") }
            let counts = try await connection.transaction { session in
                var counts: [Int] = []
                try session.executeLater(Self.insert(1))
                try session.executeScript("delete from t; insert into t values (2)")
                try session.executeLater(Self.insert(3))
                try session.stream("select n from t order by n") { counts.append(try $0.get("n")) }
                try session.executeLater(Self.insert(4))
                try session.copyOut("copy (select count(*) from t) to stdout") { _ in counts.append(0) }
                try session.executeLater("delete from t")
                try session.copyIn("copy t from stdin") {
                    $0.field(1)
                    try $0.endRow()
                }
                try session.executeLater("select pg_advisory_xact_lock(7)")
                try session.withCompanion(conninfo, application: "other") { other in
                    let isFree: Bool = try other.query("select pg_try_advisory_xact_lock(7) as free")[0].get("free")
                    #expect(!isFree)
                }
                return counts
            }
            #expect(counts == [2, 3, 0])
            try await expect([1], in: connection)
            await connection.close()
        }
    }

    // MARK: Failures

    @Test("The error is that of the statement that failed, wherever it is sent, and nothing is done", arguments: 0..<4)
    func failure(place: Int) async throws {
        try await withTable { connection in
            let error = await #expect(throws: PostgresError.self) {
                try await connection.transaction { session in
                    try session.executeLater(Self.insert(1))
                    try session.executeLater(Self.divide(0).prepared())
                    try session.executeLater(Self.insert(2))
                    switch place {
                    case 0: _ = try session.query("select from t")
                    case 1: try session.executeScript("insert into t values (3)")
                    case 2: session.tell("news")
                    default: try session.savepoint { try session.execute(Self.insert(4)) }
                    }
                }
            }
            #expect(error?.sqlState == "22012" && error?.statement == Self.divide(0).sql)
            try await expect([], in: connection)
            let value = try await connection.run { try $0.query(Self.divide(3).prepared())[0][0] }
            #expect(value == "2")
        }
    }

    @Test(
        "A transaction whose closure kept the error to itself fails with it, and does nothing more",
        arguments: [true, false])
    func keptError(insideSavepoint: Bool) async throws {
        try await withTable { connection in
            let error = await #expect(throws: PostgresError.self) {
                try await connection.transaction { session in
                    try session.executeLater(Self.divide(0))
                    #expect(throws: PostgresError.self) {
                        if insideSavepoint {
                            try session.savepoint { try session.execute(Self.insert(1)) }
                        } else {
                            try session.execute(Self.insert(1))
                        }
                    }
                    #expect(throws: PostgresError.self) { try session.execute(Self.insert(2)) }
                }
            }
            #expect(error?.sqlState == "22012")
            try await expect([], in: connection)
        }
    }

    @Test(
        "What a check throws keeps the transaction from committing, also out of a savepoint that is caught",
        arguments: 0..<3)
    func check(place: Int) async throws {
        try await withTable { connection in
            await #expect(throws: Refused.self) {
                try await connection.transaction { session in
                    try session.executeLater("update t set n = 2") { answer in
                        guard answer.affected == 1 else { throw Refused() }
                    }
                    switch place {
                    case 0: break
                    case 1: try session.execute(Self.insert(1))
                    default:
                        #expect(throws: Refused.self) { try session.savepoint { try session.execute(Self.insert(1)) } }
                    }
                }
            }
            try await expect([], in: connection)
        }
    }

    @Test("A begin that is refused ends the transaction, even if its closure goes on")
    func refusedBegin() async throws {
        let connection = try await Connection.open(try await TestCluster.standbyConninfo())
        let error = await #expect(throws: PostgresError.self) {
            try await connection.transaction(.init(isolation: .serializable)) { session in
                for _ in 0..<2 { #expect(throws: PostgresError.self) { try session.execute("select 1") } }
            }
        }
        #expect(error?.sqlState == "0A000" && error?.isReadOnlyServer == true)
        await connection.close()
    }

    @Test("A text with NUL is refused where it is given, and the transaction goes on")
    func nul() async throws {
        try await withTable { connection in
            try await connection.transaction { session in
                try session.executeLater(Self.insert(1))
                #expect(throws: PostgresError.self) { try session.executeLater("select \("a\0b")::text") }
                #expect(throws: PostgresError.self) { _ = try session.query("select \("a\0b")::text") }
            }
            try await expect([1], in: connection)
        }
    }

    @Test("A COPY that is no COPY to the session is refused behind what waits, too")
    func misplacedCopy() async throws {
        try await withTable { connection in
            for copy in ["copy t from stdin", "copy t to stdout"] {
                let error = await #expect(throws: PostgresError.self) {
                    try await connection.transaction { session in
                        try session.execute(Self.insert(1))
                        try session.executeLater(Self.insert(2))
                        try session.execute("\(raw: copy)")
                    }
                }
                #expect(error?.sqlState == "42601")
            }
            try await expect([], in: connection)
        }
    }

    @Test("What the server forgot fails one transaction, and is prepared anew for the next")
    func stale() async throws {
        try await withTable { connection in
            @Sendable func work(_ session: Session) throws {
                try session.executeLater(Self.insert(1).prepared())
                try session.executeLater("delete from t")
            }
            try await connection.transaction { try work($0) }
            try await connection.run { try $0.executeScript("deallocate all") }
            let error = await #expect(throws: PostgresError.self) { try await connection.transaction { try work($0) } }
            #expect(error?.sqlState == "26000")
            try await connection.transaction { try work($0) }
        }
    }

    // MARK: Savepoints

    @Test("A failure inside a savepoint is undone with it, and the transaction goes on")
    func savepoint() async throws {
        try await withTable { connection in
            try await connection.transaction { session in
                try session.executeLater(Self.insert(1))
                let error = #expect(throws: PostgresError.self) {
                    try session.savepoint {
                        try session.executeLater(Self.insert(2))
                        try session.executeLater(Self.insert(1))
                    }
                }
                #expect(error?.isUniqueViolation == true)
                #expect(throws: Refused.self) {
                    try session.savepoint {
                        try session.executeLater(Self.insert(3))
                        throw Refused()
                    }
                }
                try session.savepoint {
                    try session.executeLater(Self.insert(4))
                    try session.savepoint { try session.executeLater(Self.insert(5)) }
                    try session.savepoint {}
                }
                try session.savepoint { try session.execute(Self.insert(6)) }
                try session.executeLater(Self.insert(7))
            }
            try await expect([1, 4, 5, 6, 7], in: connection)
        }
    }

    @Test("An error that a savepoint's closure kept to itself undoes the savepoint")
    func savepointKeptError() async throws {
        try await withTable { connection in
            try await connection.transaction { session in
                #expect(throws: PostgresError.self) {
                    try session.savepoint {
                        try session.executeLater(Self.insert(1))
                        _ = try? session.execute(Self.divide(0))  // The savepoint does not forget it.
                    }
                }
                try session.execute(Self.insert(2))
            }
            try await expect([2], in: connection)
        }
    }

    // MARK: Cancellation and lost connections

    @Test("A cancellation ends the statement that waited, nothing is done, and the connection stays usable")
    func cancellation() async throws {
        try await withDatabase { conninfo in
            let connection = try await Connection.open(conninfo)
            try await connection.run { try $0.executeScript("create table t (n integer primary key)") }
            let pid = try await connection.run { $0.backendPID }
            let task = Task {
                try await connection.transaction { session in
                    try session.executeLater(Self.insert(1))
                    try session.executeLater("select pg_sleep(600)")
                    try session.executeLater(Self.insert(2))
                }
            }
            try await ServerActivity.watch(conninfo) { try await $0.untilAsleep(pid) }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            try await expect([], in: connection)
            await connection.close()
        }
    }

    @Test("A task that is cancelled does not commit what waits")
    func cancelledBeforeCommit() async throws {
        try await withTable { connection in
            let task = Task {
                try await connection.transaction { session in
                    try session.executeLater(Self.insert(1))
                    withUnsafeCurrentTask { $0?.cancel() }
                }
            }
            await #expect(throws: CancellationError.self) { try await task.value }
            try await expect([], in: connection)
        }
    }

    @Test("A connection that is lost with what was sent is an error that says so")
    func lost() async throws {
        try await withDatabase { conninfo in
            let connection = try await Connection.open(conninfo)
            let pid = try await connection.run { $0.backendPID }
            let task = Task {
                try await connection.transaction { session in
                    try session.executeLater("select pg_sleep(600)")
                    session.tell("news")
                }
            }
            try await ServerActivity.watch(conninfo) { activity in
                try await activity.untilAsleep(pid)
                try await activity.terminate(pid)
            }
            let error = await #expect(throws: PostgresError.self) { try await task.value }
            #expect(error?.isConnectionLoss == true)
            #expect(connection.isBroken)
            await connection.close()
        }
    }

    // MARK: Observers

    @Test("An observer's statement goes out with the commit, and the observer hears of both", arguments: [true, false])
    func observer(commits: Bool) async throws {
        final class Observer: TransactionObserver {
            let events = Locked<[String]>([])
            func willCommit(_ session: Session) throws -> Bool {
                try session.queryLater("insert into t values (2) returning n") { rows in
                    self.events.withLock { $0.append("answer \(rows.first?[0] ?? "")") }
                }
                return true
            }
            func didEnd(isCommitted: Bool) { events.withLock { $0.append("committed \(isCommitted)") } }
        }
        try await withTable { connection in
            let observer = Observer()
            let context = TransactionContext(settings: ["catalog.actor": "a"], observer: observer)
            let outcome = await Result {
                try await TransactionContext.$current.withValue(context) {
                    try await connection.transaction { try $0.executeLater(Self.insert(commits ? 1 : 2)) }
                }
            }
            #expect(((try? outcome.get()) != nil) == commits)  // which error it is, is said elsewhere
            #expect(
                observer.events.withLock { $0 } == (commits ? ["answer 2", "committed true"] : ["committed false"]))
            try await expect((commits ? [1, 2] : []), in: connection)
        }
    }
}

extension Result where Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
