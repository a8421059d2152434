import Curl
import Foundation
import Postgres
import TestSupport
import Testing

/// A dry run over HTTP, whose file is then loaded without being sent again.
@Suite(.timeLimit(.minutes(5))) struct CheckAndLoadTests {
    private static func check(_ mark: String, _ api: APIEnvironment, _ parameters: String = "") async throws -> String {
        try await api.upload(mark, "&dryRun=true\(parameters)")
    }

    private static func path(of uploadID: String, _ mark: String, _ api: APIEnvironment) -> String {
        api.service.catalog.folder.file("objects") + "/buckets/uploads/api-uploads/V001/\(uploadID)/\(mark).csv"
    }

    /// As if the check had ended earlier.
    private static func age(_ uploadID: String, by interval: String, _ api: APIEnvironment) async throws {
        let statement: Statement = """
            update catalog.upload_history set completed_at = completed_at - \(interval)::interval
            where upload_id = \(uploadID)::text
            """
        try await api.service.pool.run { _ = try $0.execute(statement) }
    }

    private static func sweep(_ api: APIEnvironment) async throws {
        _ = try await api.service.value(
            "insert into jobs.jobs (queue, kind, payload) values ('notify', 'upkeep.expiry', '{}') returning job_id")
        try await api.service.wait(for: "0", "select count(*) from jobs.jobs where kind = 'upkeep.expiry'")
    }

    @Test("What was checked is loaded from the kept bytes, once, by as many as ask, and is judged the same")
    func loaded() async throws {
        try await APIEnvironment.with { api in
            let checked = try await Self.check("L", api)
            let check = try await api.call("GET", "/uploads/\(checked)")
            #expect(check["loadableUntil"] != nil && check["createdRecords"] == "1")
            #expect(try await api.service.value("select count(*) from catalog.products") == "0")
            let answers = try await withThrowingTaskGroup(of: APIEnvironment.Answer.self) { group in
                for _ in 0..<8 { group.addTask { try await api.call("POST", "/uploads/\(checked)/load") } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.allSatisfy { $0.status == 202 }, "\(answers.map(\.text))")
            #expect(Set(answers.map { $0["uploadId"] ?? "" }).count == 1)
            let uploadID = try #require(answers[0]["uploadId"])
            try await api.end(of: uploadID)
            let upload = try await api.call("GET", "/uploads/\(uploadID)")
            #expect(upload["status"] == "partial" && upload["checkedUploadId"] == checked, "\(upload.text)")
            #expect(upload["verdictChange", "changed"] == "0" && upload["fileSha256"] == check["fileSha256"])
            #expect(try await api.call("GET", "/products")["items", "sku"] == "L-sku-1")
            #expect(try await api.call("GET", "/uploads/\(checked)")["loadableUntil"] == nil)
            // The file is the load's now, and stays as those of other uploads do.
            try await Self.age(checked, by: "2 hours", api)
            try await Self.sweep(api)
            #expect(FileManager.default.fileExists(atPath: Self.path(of: checked, "L", api)))
        }
    }

    @Test("A load says what the catalogue changed since the check: rows rejected now, rows accepted now")
    func changed() async throws {
        try await APIEnvironment.with { api in
            let first = try await Self.check("C", api)
            _ = try await api.call("PUT", "/categories/Audio", as: "operator", json: #"{"isActive": false}"#)
            let refused = try #require(try await api.call("POST", "/uploads/\(first)/load")["uploadId"])
            try await api.end(of: refused)
            let failed = try await api.call("GET", "/uploads/\(refused)")
            #expect(failed["failureType"] == "NO_VALID_ROWS" && failed["verdictChange", "changed"] == "1")
            #expect(failed["verdictChange", "rejectedSince"] == "1" && failed["verdictChange", "acceptedSince"] == "0")

            // A check that no row passed can be loaded, too: the category comes later.
            let second = try await Self.check("D", api)
            _ = try await api.call("PUT", "/categories/Audio", as: "operator", json: "{}")
            let accepted = try #require(try await api.call("POST", "/uploads/\(second)/load")["uploadId"])
            try await api.end(of: accepted)
            let loaded = try await api.call("GET", "/uploads/\(accepted)")
            #expect(loaded["status"] == "partial" && loaded["verdictChange", "acceptedSince"] == "1", "\(loaded.text)")
            let line = try await api.service.value(
                "select detail ->> 'checked' || ' ' || (detail ->> 'changed') from catalog.upload_events where upload_id = \(accepted)::text and event = 'compared'"
            )
            #expect(line == "\(second) true")
        }
    }

    @Test(
        "A check that did not come to a verdict, an upload and a check whose hour is over are not loaded; the remedy is said"
    )
    func refused() async throws {
        try await APIEnvironment.with { api in
            let ordinary = try await api.upload("O")
            let place = try await api.call("POST", "/uploads", json: #"{"fileName": "p.csv", "dryRun": true}"#)
            let waiting = try #require(place["uploadId"])
            for uploadID in [ordinary, waiting] {
                let answer = try await api.call("POST", "/uploads/\(uploadID)/load")
                #expect(answer.problem == "conflict" && answer.text.contains("dryRun=true"), "\(answer.text)")
            }
            _ = try await api.call("POST", "/uploads/\(waiting)/cancel")
            #expect(try await api.call("POST", "/uploads/\(waiting)/load").problem == "conflict")
            let checked = try await Self.check("E", api)
            try await Self.age(checked, by: "61 minutes", api)
            let late = try await api.call("POST", "/uploads/\(checked)/load")
            #expect(late.problem == "conflict" && late.text.contains("send it again"), "\(late.text)")
            #expect(try await api.call("POST", "/uploads/\(checked)/load", as: "V002").status == 404)
            #expect(try await api.call("POST", "/uploads/\(checked)/load", as: "auditor").status == 403)
        }
    }

    @Test(
        "Kept bytes are deleted after their hour; while the store is away they stay due, and nothing is left behind then"
    )
    func expired() async throws {
        try await APIEnvironment.with { api in
            let (old, young) = (try await Self.check("OLD", api), try await Self.check("YOUNG", api))
            try await Self.age(old, by: "2 hours", api)
            let folder = Self.path(of: old, "OLD", api).split(separator: "/").dropLast().joined(separator: "/")
            // A file stands where the folder should be: nothing in it can be deleted.
            try FileManager.default.moveItem(atPath: "/\(folder)", toPath: "/\(folder).away")
            try Data().write(to: URL(filePath: "/\(folder)"))
            try await Self.sweep(api)
            #expect(try await api.service.value("select count(*) from catalog.upload_history where keeps_file") == "2")
            try FileManager.default.removeItem(atPath: "/\(folder)")
            try FileManager.default.moveItem(atPath: "/\(folder).away", toPath: "/\(folder)")
            try await Self.sweep(api)
            #expect(!FileManager.default.fileExists(atPath: Self.path(of: old, "OLD", api)))
            #expect(FileManager.default.fileExists(atPath: Self.path(of: young, "YOUNG", api)))
            #expect(
                try await api.service.value("select upload_id from catalog.upload_history where keeps_file") == young)
        }
    }

    @Test("The same Idempotency-Key gives the same answer, and one load; a second key gives the same upload")
    func idempotent() async throws {
        try await APIEnvironment.with(roles: "api,worker") { api in
            let checked = try await Self.check("I", api)
            let answers = try await ["a", "a", "b"].asyncMap {
                try await api.call("POST", "/uploads/\(checked)/load", headers: [("Idempotency-Key", $0)])
            }
            #expect(answers[1].headers["Idempotency-Replayed"] == "true" && answers[1].text == answers[0].text)
            #expect(answers[2].status == 202 && answers[2]["uploadId"] == answers[0]["uploadId"])
            let loads = try await api.service.value(
                "select count(*) from catalog.upload_history where checked_upload_id is not null")
            #expect(loads == "1")
        }
    }

    @Test("Whose worker is killed in the middle, a load is finished by another one, with each row once")
    func killed() async throws {
        try await APIEnvironment.with(roles: "api") { api in
            let elsewhere = ["CATALOG_HTTP_ADDRESS": "127.0.0.1:0"]
            let doomed = try api.service.start("serve", "--roles", "worker", setting: elsewhere)
            let checked = try await Self.check("K", api)
            try await api.service.block("insert on catalog.products", when: "new.sku = 'K-sku-1'")
            let gate = try await Gate(api.service.catalog.conninfo)
            let uploadID = try #require(try await api.call("POST", "/uploads/\(checked)/load")["uploadId"])
            try await gate.isReached(api.service)
            doomed.signal(SIGKILL)
            _ = try await doomed.wait()
            try await gate.open()
            try await api.service.running("serve", "--roles", "worker", setting: elsewhere) {
                try await api.end(of: uploadID)
            }
            let upload = try await api.call("GET", "/uploads/\(uploadID)")
            #expect(upload["status"] == "partial" && upload["createdRecords"] == "1", "\(upload.text)")
            #expect(upload["verdictChange", "changed"] == "0")
            #expect(try await api.service.value("select count(*) from catalog.products") == "1")
            #expect(try await api.call("POST", "/uploads/\(checked)/load")["uploadId"] == uploadID)
        }
    }

    @Test("A load reads the file with the version of the mapping that the check used")
    func mappingVersion() async throws {
        try await APIEnvironment.with { api in
            let mapping = { (name: String) in
                let others = ["vendor_product_id", "category", "sku", "price", "stock_quantity"].map {
                    #""\#($0)": {"from": ["\#($0)"]}, "#
                }
                return #"{"columns": {\#(others.joined())"product_name": {"from": ["\#(name)"]}}}"#
            }
            let path = "/vendors/V001/mappings/m"
            _ = try await api.call("PUT", path, as: "operator", json: mapping("product_name"))
            let checked = try await Self.check("M", api, "&mapping=m")
            #expect(try await api.call("GET", "/uploads/\(checked)")["mappingVersion"] == "1")
            #expect(try await api.call("PUT", path, as: "operator", json: mapping("sku"))["version"] == "2")
            let uploadID = try #require(try await api.call("POST", "/uploads/\(checked)/load")["uploadId"])
            try await api.end(of: uploadID)
            let upload = try await api.call("GET", "/uploads/\(uploadID)")
            #expect(upload["mappingVersion"] == "1" && upload["verdictChange", "changed"] == "0", "\(upload.text)")
            #expect(try await api.call("GET", "/products")["items", "productName"] == "M name")
        }
    }

    @Test("The command shows each mistake once with what was probably meant, and loads what was checked")
    func command() async throws {
        try await APIEnvironment.with { api in
            let rows = (1...12).map { "P\($0),Name,Audioo,S\($0),1.00,1\n" } + ["Q,Name,Audio,T,free,1\n"]
            let csv = ServiceEnvironment.header + rows.joined() + "R,Name,Audio,U,1.00,1\n"
            let answer = try await api.call("POST", "/uploads?fileName=g.csv&dryRun=true", csv: csv)
            let checked = try #require(answer["uploadId"])
            try await api.end(of: checked)
            let catalog = api.service.catalog
            let grouped = try await catalog.succeed("upload", "errors", checked, "--grouped")
            #expect(grouped.contains("12 rows: category 'Audioo', did you mean 'Audio'?"), "\(grouped)")
            #expect(grouped.contains("'free' (row 13)"), "\(grouped)")
            let groups = try await api.call("GET", "/uploads/\(checked)/errors/groups?limit=1")
            #expect(groups["items", "rows"] == "12" && groups["items", "suggestion"] == "Audio", "\(groups.text)")
            let next = try #require(groups["nextCursor"])
            let rest = try await api.call("GET", "/uploads/\(checked)/errors/groups?limit=1&cursor=\(next)")
            #expect(rest["items", "rejectedValue"] == "free" && rest["nextCursor"] == nil, "\(rest.text)")
            #expect(try await api.call("GET", "/uploads/\(checked)/errors/groups", as: "V002").status == 404)

            let loaded = try await catalog.succeed("upload", "load", checked, "--json")
            let uploadID = try #require(
                loaded.split(separator: "\"").first { $0.hasPrefix("UPLOAD_") }.map(String.init))
            try await api.end(of: uploadID)
            #expect(try await api.call("GET", "/uploads/\(uploadID)")["createdRecords"] == "1")
            let unknown = try await catalog.run("upload", "load", uploadID)
            #expect(unknown.status == 1 && unknown.error.contains("no dry run"), "\(unknown.error)")
        }
    }
}

extension Array {
    fileprivate func asyncMap<Result>(_ transform: (Element) async throws -> Result) async rethrows -> [Result] {
        var results: [Result] = []
        for element in self { results.append(try await transform(element)) }
        return results
    }
}
