import TestSupport
import Testing

@testable import Postgres

@Suite(.timeLimit(.minutes(2))) struct AnnouncerTests {
    /// Runs `body` with a pool, and returns what a listener to `news` heard until `end`.
    private static func heard(
        announces: Bool, _ body: (Pool) async throws -> Void
    ) async throws -> [String] {
        try await withDatabase { conninfo in
            let stream = try await Listener.listen(conninfo, channels: ["news"])
            var connector = Connector(conninfo)
            if announces { connector.announcer = Announcer(Connector(conninfo)) }
            try await Pool(connector, maximum: 4).closing { try await body($0) }
            var heard: [String] = []
            for try await notification in stream {
                if notification.payload == "end" { break }
                heard.append(notification.payload)
            }
            return heard
        }
    }

    @Test(
        "What a transaction tells is heard after its commit, once, and not at all if it is rolled back",
        arguments: [true, false])
    func afterCommit(announces: Bool) async throws {
        struct Refused: Error {}
        let heard = try await Self.heard(announces: announces) { pool in
            await #expect(throws: Refused.self) {
                try await pool.transaction { session in
                    session.tell("news", "undone")
                    throw Refused()
                }
            }
            try await pool.transaction { session in
                for text in ["first", "second", "first"] { session.tell("news", text) }
            }
            try await pool.run { $0.tell("news", "end") }
        }
        #expect(heard == ["first", "second"])
    }

    @Test("A hundred commits that tell the same are heard as a few, the last of them included")
    func together() async throws {
        let heard = try await Self.heard(announces: true) { pool in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<100 { group.addTask { try await pool.transaction { $0.tell("news", "wake") } } }
                try await group.waitForAll()
            }
            try await pool.run { $0.tell("news", "end") }
        }
        #expect((1...50).contains(heard.count))
        #expect(Set(heard) == ["wake"])
    }

    @Test("A session that has nobody to tell for it tells by itself, and a failed one costs the work nothing")
    func alone() async throws {
        try await withDatabase { conninfo in
            let connection = try await Connection.open(conninfo)
            try await connection.run { session in
                try session.execute("create table work (n integer)")
                try session.transaction {
                    try session.execute("insert into work values (1)")
                    // The server takes no such channel.
                    session.tell(String(repeating: "x", count: 64))
                }
            }
            #expect(try await connection.run { try $0.first("select count(*) as n from work")!.get("n") } == 1)
            await connection.close()
        }
    }
}
