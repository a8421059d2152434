import Postgres
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct ConnectionInfoTests {
    @Test(
        "No part of a password that breaks its URI is shown",
        arguments: [
            "postgresql://u:hunter@two@127.0.0.1:1/db", "postgresql://u:hunter/two@127.0.0.1:1/db",
            "postgresql://me@tenant:huntertwo@127.0.0.1:1/db", "postgresql://u:hunter?two@127.0.0.1:1/db",
            "postgresql://u:hunter%two@127.0.0.1:1/db", "postgre://u:huntertwo@127.0.0.1/db",
            "host=127.0.0.1 port=1 password=a huntertwo", "hunter two", "huntertwo",
        ])
    func brokenPassword(conninfo: String) async throws {
        let error = await #expect(throws: PostgresError.self) { try await Connection.open(conninfo) }
        let text = "\(error!) \(String(reflecting: error!))"
        #expect(!text.contains("hunter") && !text.contains("two"))
    }

    @Test("A password with every odd character works when it is written as it should be")
    func encodedPassword() throws {
        let environment = try ConnectionInfo.environment(
            of: "postgresql://me%40tenant:a%40b%2Fc%3Fd@h:5433/db?sslmode=require")
        #expect(environment["PGUSER"] == "me@tenant" && environment["PGPASSWORD"] == "a@b/c?d")
        #expect(environment["PGHOST"] == "h" && environment["PGPORT"] == "5433" && environment["PGDATABASE"] == "db")
    }

    @Test(
        "A parameter that is set anew is what was given, whatever would end it in the text",
        arguments: ["it's", "'\u{301} host=elsewhere", "a\\\u{301}", "\\'"])
    func setting(password: String) throws {
        let conninfo = try ConnectionInfo.setting(["password": password], in: "host=h dbname=d")
        let environment = try ConnectionInfo.environment(of: conninfo)
        #expect(
            environment["PGPASSWORD"].map { Array($0.utf8) } == Array(password.utf8) && environment["PGHOST"] == "h")
    }

    @Test("A URI with several hosts, none, or an '@' in its options is read")
    func unusual() throws {
        #expect(try ConnectionInfo.environment(of: "postgresql://u:p@a:1,b:2/db")["PGHOST"] == "a,b")
        #expect(
            try ConnectionInfo.environment(of: "postgresql:///db?host=/run/pg&user=me@tenant")["PGUSER"] == "me@tenant")
        #expect(try ConnectionInfo.environment(of: "postgres://[::1]:5432/db")["PGHOST"] == "::1")
    }

    @Test("A server without TLS is refused by a client that requires it, in words")
    func requiresTLS() async throws {
        let relay = try await TCPRelay.toCluster()
        defer { relay.stop() }
        let error = await #expect(throws: PostgresError.self) {
            try await Connection.open("host=127.0.0.1 port=\(relay.port) user=postgres dbname=postgres sslmode=require")
        }
        #expect(error?.message.contains("SSL") == true && error?.isConnectionLoss == true)
        let plain = try await Connection.open(
            "host=127.0.0.1 port=\(relay.port) user=postgres dbname=postgres sslmode=disable")
        await plain.close()
    }
}
