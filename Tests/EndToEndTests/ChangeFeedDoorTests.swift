import Foundation
import Postgres
import TestSupport
import Testing

/// The change feed as its readers have it: a command that is killed, and HTTP.
@Suite(.timeLimit(.minutes(10))) struct ChangeFeedDoorTests {
    private struct Line: Decodable {
        var cursor, operation: String
        var changeId, productId: Int
    }

    /// Whole lines: the last one may have been cut off by the kill.
    private func lines(_ output: String) throws -> [Line] {
        let whole = output.lastIndex(of: "\n").map { String(output[...$0]) } ?? ""
        return try decodeLines(whole)
    }

    @Test("catalog changes --follow, killed at random with its cursor kept, misses nothing and repeats nothing")
    func killed() async throws {
        let kills = Chaos.isOn ? 200 : 12
        try await CatalogBinary.with { catalog in
            try await catalog.prepare(vendors: ["V1", "V2"])
            async let writing: Void = ChangeWriters.run(
                catalog.conninfo, writers: 4, transactions: kills * 12, seed: 3)
            var (read, cursor) = ([Line](), nil as String?)
            for _ in 0..<kills {
                let process = try catalog.start(
                    arguments: ["changes", "--follow", "--json"] + (cursor.map { ["--after", $0] } ?? []))
                // As many questions to the server as it is let live.
                for _ in 0..<Int.random(in: 5...60) { _ = try await catalog.value("select pg_sleep(0.005)::text") }
                process.signal(SIGKILL)
                read += try lines(try await process.wait().output)
                cursor = read.last?.cursor
            }
            try await writing
            let rest = try await catalog.run(["changes", "--json"] + (cursor.map { ["--after", $0] } ?? []))
            read += try lines(rest.output)
            let expected = try await catalog.rows(ChangeWriters.expected).map { $0[0] }
            #expect(expected.count > kills)
            #expect(read.map { "\($0.changeId) \($0.productId) \($0.operation)" }.sorted() == expected.sorted())
            #expect(Set(read.map(\.cursor)).count == read.count)
        }
    }

    @Test(
        "The command prints a line for each event that a person can read, and refuses a foreign cursor with the remedy")
    func command() async throws {
        try await CatalogBinary.with { catalog in
            try await catalog.prepare()
            let file = try catalog.folder.write(ServiceEnvironment.header + "P1,N,Audio,S1,1,1\n", to: "a.csv")
            let upload = try await catalog.ingest(file)
            let output = try await catalog.succeed("changes", "--vendor", "V001")
            #expect(output.hasSuffix("V001  P1  created  by \(upload.uploadId)\n"), "\(output)")
            #expect(try await catalog.succeed("changes", "--vendor", "V002") == "")
            let refused = try await catalog.run("changes", "--after", "7-00000000")
            #expect(refused.status == 1)
            #expect(
                refused.error
                    == "catalog: the cursor 7-00000000 is of another history: read the catalogue anew, then go on from audit.changes_head()\n"
            )
        }
    }

    @Test("GET /changes goes on from its cursor, waits for what is yet to come, and shows a vendor its own")
    func http() async throws {
        try await APIEnvironment.with { api in
            let start = try #require(try await api.call("GET", "/changes?after=now")["nextCursor"])
            async let waiting = api.call("GET", "/changes?after=\(start)&wait=30")
            try await api.upload("FOREIGN", as: "V002")
            try await api.upload("OWN")
            let answer = try await waiting
            #expect(answer["items", "vendorProductId"] == "OWN-1")
            #expect(answer["items", "operation"] == "created")
            #expect(answer["items", "after", "sku"] == "OWN-sku-1")
            #expect(!answer.text.contains("FOREIGN"))
            let next = try #require(answer["nextCursor"])
            let rest = try await api.call("GET", "/changes?after=\(next)")
            #expect(rest["items", "cursor"] == nil && rest["nextCursor"] != nil)
            for (caller, count) in [("operator", 2), ("auditor", 2), ("V001", 1)] {
                let all = try await api.call("GET", "/changes", as: caller)
                #expect(all.text.components(separatedBy: #""operation""#).count - 1 == count, "\(caller)")
            }
            let one = try await api.call("GET", "/changes?vendor=V002&limit=1", as: "operator")
            #expect(one["items", "vendorId"] == "V002" && one["items", "cursor"] == one["nextCursor"])
            let refused = try await api.call("GET", "/changes?after=7-00000000")
            #expect(refused.status == 400 && refused.problem == "invalid-parameter")
        }
    }
}
