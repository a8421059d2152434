import TestSupport
import Testing
import Threads

@testable import Postgres

@Suite(.timeLimit(.minutes(2))) struct ListenerTests {
    /// How many connections of the listener the server knows.
    private func listeners(_ connection: Connection) async throws -> Int {
        try await connection.run { session in
            try session.query(
                """
                select count(*) as n from pg_stat_activity
                where datname = current_database() and application_name = 'catalog-listen'
                """)[0].get("n")
        }
    }

    @Test("Notifications arrive in order, with channel, payload and sender, and only those of the channels")
    func receives() async throws {
        try await withDatabase { conninfo in
            let stream = try await Listener.listen(conninfo, channels: ["one", "Two \"quoted\""])
            let sender = try await Connection.open(conninfo)
            let pid = try await sender.run { $0.backendPID }
            try await sender.run { session in
                try session.execute("notify one")
                try session.execute("notify another, 'unheard'")
                try session.execute("select pg_notify('Two \"quoted\"', \("é 🎧\nnext line")::text)")
                try session.execute("select pg_notify('one', \("last")::text)")
            }
            var received: [Listener.Notification] = []
            for try await notification in stream {
                received.append(notification)
                if notification.payload == "last" { break }
            }
            #expect(
                received == [
                    .init(channel: "one", payload: "", backendPID: pid),
                    .init(channel: "Two \"quoted\"", payload: "é 🎧\nnext line", backendPID: pid),
                    .init(channel: "one", payload: "last", backendPID: pid),
                ])
            await sender.close()
        }
    }

    @Test("What is taken on the connection's thread wakes nobody who reads the stream")
    func taken() async throws {
        try await withDatabase { conninfo in
            let taken = Locked<[String]>([])
            let take: @Sendable (Listener.Notification) -> Bool = { notification in
                guard notification.channel == "mine" else { return false }
                taken.withLock { $0.append(notification.payload) }
                return true
            }
            let stream = try await Listener.listen(conninfo, channels: ["mine", "yours"], take: take)
            let sender = try await Connection.open(conninfo)
            try await sender.run { session in
                for payload in ["1", "2"] { try session.execute("select pg_notify('mine', \(payload)::text)") }
                try session.execute("notify yours, 'last'")
            }
            await sender.close()
            var received: [String] = []
            for try await notification in stream {
                received.append(notification.payload)
                if notification.payload == "last" { break }
            }
            #expect(received == ["last"])
            #expect(taken.withLock(\.self) == ["1", "2"])
        }
    }

    @Test("Ten thousand notifications arrive, also those nobody was waiting for")
    func many() async throws {
        try await withDatabase { conninfo in
            let stream = try await Listener.listen(conninfo, channels: ["numbers"])
            let sender = try await Connection.open(conninfo)
            try await sender.run {
                try $0.execute("select pg_notify('numbers', n::text) from generate_series(1, 10000) n")
            }
            await sender.close()
            var next = 1
            for try await notification in stream {
                #expect(notification.payload == String(next))
                if next == 10_000 { break }
                next += 1
            }
            #expect(next == 10_000)
        }
    }

    @Test("A killed server process ends the stream with a lost connection")
    func killed() async throws {
        try await withDatabase { conninfo in
            let stream = try await Listener.listen(conninfo, channels: ["any"])
            let killer = try await Connection.open(conninfo)
            try await killer.run { session in
                try session.execute(
                    """
                    select pg_terminate_backend(pid) from pg_stat_activity
                    where datname = current_database() and application_name = 'catalog-listen'
                    """)
            }
            let error = await #expect(throws: PostgresError.self) { for try await _ in stream {} }
            #expect(error?.isConnectionLoss == true)
            await killer.close()
        }
    }

    @Test("Cancelling the reading task ends the stream and closes its connection")
    func cancelled() async throws {
        try await withDatabase { conninfo in
            let watcher = try await Connection.open(conninfo)
            let stream = try await Listener.listen(conninfo, channels: ["any"])
            let before = try await listeners(watcher)
            #expect(before == 1)
            let reader = Task { for try await _ in stream {} }
            reader.cancel()
            try await reader.value
            try await eventually { try await listeners(watcher) == 0 }
            await watcher.close()
        }
    }

    @Test("A stream that nobody keeps closes its connection")
    func dropped() async throws {
        try await withDatabase { conninfo in
            let watcher = try await Connection.open(conninfo)
            _ = try await Listener.listen(conninfo, channels: ["any"])
            try await eventually { try await listeners(watcher) == 0 }
            await watcher.close()
        }
    }

    @Test("A server that cannot be reached is an error of the call, not of the stream")
    func unreachable() async throws {
        let error = await #expect(throws: PostgresError.self) {
            try await Listener.listen("host=/nowhere", channels: ["any"])
        }
        #expect(error?.isConnectionLoss == true)
    }
}
