import Foundation
import TestSupport
import Testing

@testable import Postgres

/// Against a whole server that is stopped, not ended: its host takes connections, and nobody ever answers on them.
@Suite(.timeLimit(.minutes(2))) struct ServerWatchTests {
    @Test("A server that hangs is given up: work that has no limit fails, idle connections are shut, news ends")
    func hangs() async throws {
        try await FreezableServer.with { server in
            let pool = Pool(server.conninfo, maximum: 2)
            let idle = try await Connection.open(server.conninfo)
            let news = try await Listener.listen(server.conninfo, channels: ["nothing"])
            let pid = try await pool.run { $0.backendPID }
            #expect(pid > 0)
            try server.freeze()
            let error = await #expect(throws: PostgresError.self) {
                try await pool.run { _ = try $0.execute("select 1") }
            }
            #expect(error?.isConnectionLost == true)
            #expect(error?.description.contains("the server hangs") == true)
            await #expect(throws: PostgresError.self) { for try await _ in news {} }
            try await eventually { idle.isBroken }
            try server.thaw()
            let next = try await pool.run { $0.backendPID }
            #expect(next != pid)
            await idle.close()
            await pool.close()
        }
    }

    @Test("A statement that takes long is left alone, and so is one whose own server process hangs: the server answers")
    func slow() async throws {
        try await withDatabase { conninfo in
            let watch = ServerWatch(patience: .milliseconds(100), limit: .seconds(30))
            let (slow, stuck) = try await (
                Connection.open(conninfo, watch: watch), Connection.open(conninfo, watch: watch)
            )
            let pid = try await stuck.run { $0.backendPID }
            kill(pid, SIGSTOP)
            let waiting = Task { try await stuck.run { try $0.query("select 1").count } }
            // Long enough for dozens of questions.
            #expect(try await slow.run { try $0.query("select pg_sleep(3)").count } == 1)
            kill(pid, SIGCONT)
            #expect(try await waiting.value == 1)
            #expect(!slow.isBroken && !stuck.isBroken)
            await slow.close()
            await stuck.close()
        }
    }

    @Test("A port where nobody listens any more, or that a proxy closes at once, is an answer")
    func refused() async throws {
        let relay = try await TCPRelay.toCluster()
        let conninfo = try await TestCluster.conninfo(database: "postgres")
        let rest = conninfo.split(separator: " ").filter { !$0.hasPrefix("host=") && !$0.hasPrefix("port=") }
        let watch = ServerWatch(patience: .milliseconds(100), limit: .seconds(30))
        let connection = try await Connection.open(
            "host=127.0.0.1 port=\(relay.port) \(rest.joined(separator: " "))", watch: watch)
        relay.stop()
        #expect(try await connection.run { try $0.query("select pg_sleep(1)").count } == 1)
        await connection.close()
    }

    @Test("One question without answer is not enough, two in a row are; who does not answer is asked again")
    func decision() throws {
        let server = try #require(Self.address())
        var suspicions = ServerSuspicions()
        var asked: [Set<ServerAddress>] = []
        var isGivenUp: [Bool] = []
        func ask(waiting: Bool) { asked.append(suspicions.toAsk(waiting: waiting ? [server] : [], present: [server])) }
        func note(isAnswered: Bool) { isGivenUp.append(suspicions.note(server, isAnswered: isAnswered)) }
        ask(waiting: false)
        ask(waiting: true)
        ask(waiting: true)
        #expect(asked == [[], [server], []], "while it is being asked, nobody else asks")
        note(isAnswered: false)
        ask(waiting: false)
        note(isAnswered: true)
        ask(waiting: false)
        #expect(asked.suffix(2) == [[server], []], "a doubt is followed up although nobody waits any more")
        ask(waiting: true)
        note(isAnswered: false)
        ask(waiting: true)
        note(isAnswered: false)
        #expect(isGivenUp == [false, false, false, true])
        ask(waiting: false)
        #expect(asked.last == [])
    }

    /// Of some socket that is connected.
    private static func address() -> ServerAddress? {
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0 else { return nil }
        defer { ends.forEach { close($0) } }
        return ServerAddress(peerOf: ends[0])
    }
}
