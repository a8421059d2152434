import Foundation
import Postgres
import TestSupport
import Testing

/// Whoever changes something through a door of the product leaves one row that says so.
@Suite(.timeLimit(.minutes(10))) struct ActionTests {
    private static let newest: Statement = """
        select count(*) over (), action, coalesce(object, ''), actor, coalesce(before::text, ''), coalesce(after::text, ''),
            request_id is not null
        from catalog.actions order by action_id desc limit 1
        """

    // MARK: The HTTP interface

    /// A route and a call of it that changes something.
    private struct RouteCall {
        var route: String
        var prepare: @Sendable (APIEnvironment) async throws -> (path: String, json: String?, csv: String?)
        var caller = "operator"
    }

    private static func announce(_ api: APIEnvironment) async throws -> APIEnvironment.Answer {
        try await api.call("POST", "/uploads", json: #"{"fileName": "a.csv"}"#)
    }

    private static func path(_ url: String) -> String { URL(string: url)?.path ?? "" }

    private static let uploadCalls: [RouteCall] = [
        RouteCall(
            route: "POST /uploads", prepare: { _ in ("/uploads?fileName=x.csv", nil, APIEnvironment.file("x")) },
            caller: "V001"),
        RouteCall(
            route: "PUT /uploads/{uploadId}/content/{token}",
            prepare: { api in
                (path(try #require(try await announce(api)["uploadUrl"])), nil, APIEnvironment.file("y"))
            }, caller: "V001"),
        RouteCall(
            route: "POST /uploads/{uploadId}/revert",
            prepare: { api in ("/uploads/\(try await api.upload("z"))/revert", nil, nil) }, caller: "V001"),
        RouteCall(
            route: "POST /uploads/{uploadId}/cancel",
            prepare: { api in ("/uploads/\(try #require(try await announce(api)["uploadId"]))/cancel", nil, nil) },
            caller: "V001"),
        RouteCall(
            route: "POST /uploads/{uploadId}/load",
            prepare: { api in ("/uploads/\(try await api.upload("c", "&dryRun=true"))/load", nil, nil) }, caller: "V001"
        ),
        RouteCall(
            route: "POST /uploads/{uploadId}/retry",
            prepare: { api in
                let answer = try await api.call("POST", "/uploads?fileName=e.csv", csv: "no,header\n")
                let uploadID = try #require(answer["uploadId"])
                try await api.end(of: uploadID)
                return ("/uploads/\(uploadID)/retry", nil, nil)
            }, caller: "V001"),
    ]

    private static let staffCalls: [RouteCall] = [
        RouteCall(
            route: "POST /vendors",
            prepare: { _ in ("/vendors", #"{"vendorId": "V9", "vendorName": "Nine", "email": "n@example.com"}"#, nil) }),
        RouteCall(
            route: "PATCH /vendors/{vendorId}", prepare: { _ in ("/vendors/V9", #"{"status": "suspended"}"#, nil) }),
        RouteCall(route: "POST /vendors/{vendorId}/tokens", prepare: { _ in ("/vendors/V9/tokens", "{}", nil) }),
        RouteCall(
            route: "DELETE /vendors/{vendorId}/tokens/{tokenId}",
            prepare: { api in
                let token = try await api.call("POST", "/vendors/V9/tokens", as: "operator", json: "{}")
                return ("/vendors/V9/tokens/\(try #require(token["tokenId"]))", nil, nil)
            }),
        RouteCall(
            route: "PUT /categories/{categoryName}",
            prepare: { _ in ("/categories/Toys", #"{"isActive": false}"#, nil) }),
        RouteCall(
            route: "PUT /vendors/{vendorId}/mappings/{name}",
            prepare: { _ in ("/vendors/V9/mappings/m", #"{"columns": {}}"#, nil) }),
        RouteCall(
            route: "DELETE /vendors/{vendorId}/mappings/{name}", prepare: { _ in ("/vendors/V9/mappings/m", nil, nil) }),
        RouteCall(route: "POST /queues/{queue}/pause", prepare: { _ in ("/queues/notify/pause", nil, nil) }),
        RouteCall(route: "POST /queues/{queue}/resume", prepare: { _ in ("/queues/notify/resume", nil, nil) }),
        RouteCall(
            route: "PUT /routes/{bucket}",
            prepare: { _ in ("/routes/inbox?prefix=late/", #"{"pipeline": "onboard", "mode": "upsert"}"#, nil) }),
        RouteCall(
            route: "DELETE /routes/{bucket}", prepare: { _ in ("/routes/inbox?prefix=late/", nil, nil) }),
        RouteCall(
            route: "PATCH /providers/{name}",
            prepare: { api in
                try await api.service.catalog.succeed("provider", "add", "spare", "--kind", "mock")
                return ("/providers/spare", #"{"perSecond": 2.5, "credits": null}"#, nil)
            }),
        RouteCall(route: "DELETE /providers/{name}", prepare: { _ in ("/providers/spare", nil, nil) }),
        RouteCall(
            route: "POST /relay/flush",
            prepare: { api in
                _ = try await api.service.catalog.rows(
                    """
                    insert into relay.windows (opens_at, closes_at, state)
                    select minute, minute + interval '1 minute', 'open' from (select date_trunc('minute', now()) as minute) m
                    returning opens_at
                    """)
                return ("/relay/flush", nil, nil)
            }),
        RouteCall(
            route: "POST /relay/replay",
            prepare: { api in
                _ = try await api.service.catalog.rows(
                    """
                    insert into relay.windows
                        (opens_at, closes_at, state, member_count, byte_count, missing_count, sealed_at, delivered_at, verified_at)
                    values ('2026-01-01T00:00:00Z', '2026-01-01T00:01:00Z', 'verified', 0, 0, 0, now(), now(), now()),
                        ('2026-01-02T00:00:00Z', '2026-01-02T00:01:00Z', 'verified', 1, 1, 1, now(), now(), now())
                    returning opens_at
                    """)
                return ("/relay/replay?from=2026-01-01T00:00:00Z", nil, nil)
            }),
        RouteCall(
            route: "POST /relay/missing/skip",
            prepare: { api in
                let opens = try await api.service.catalog.value(
                    """
                    with window_of_test as (
                        insert into relay.windows
                            (opens_at, closes_at, state, member_count, byte_count, sealed_at, waits_for, failed_at, retry_at)
                        select minute, minute + interval '1 minute', 'sealed', 1, 1, now(), 'source', now(), now() + interval '1 hour'
                        from (select date_trunc('minute', now()) - interval '5 minutes' as minute) m
                        returning opens_at
                    )
                    insert into relay.members (window_at, bucket, object_key, object_version, etag, tries)
                    select opens_at, 'inbox', 'k', '1', '1', 1 from window_of_test
                    returning to_char(window_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
                    """)
                return ("/relay/missing/skip?window=\(opens)", nil, nil)
            }),
        RouteCall(route: "POST /relay/missing/retry", prepare: { _ in ("/relay/missing/retry", nil, nil) }),
        RouteCall(
            route: "PUT /enrichment/mappings/{name}",
            prepare: { _ in ("/enrichment/mappings/m", #"{"email": "E"}"#, nil) }),
        RouteCall(
            route: "DELETE /enrichment/mappings/{name}", prepare: { _ in ("/enrichment/mappings/m", nil, nil) }),
        RouteCall(
            route: "PUT /rules/{name}", prepare: { _ in ("/rules/r", #"{"column": "brand", "required": true}"#, nil) }),
        RouteCall(route: "DELETE /rules/{name}", prepare: { _ in ("/rules/r", nil, nil) }),
        RouteCall(
            route: "POST /jobs/{jobId}/retry",
            prepare: { api in
                let id = try await api.service.catalog.value(
                    "insert into jobs.jobs (queue, kind, payload, state) values ('none', 'none', '{}', 'dead') returning job_id"
                )
                return ("/jobs/\(id)/retry", nil, nil)
            }),
        RouteCall(
            route: "POST /enrichment",
            prepare: { _ in ("/enrichment?providers=mock&fields=contact", nil, "email\na@example.com\n") }),
        RouteCall(
            route: "POST /process",
            prepare: { _ in ("/process?providers=mock&fields=contact", nil, "email\nb@example.com\n") }),
        RouteCall(
            route: "DELETE /enrichment/{requestId}",
            prepare: { api in
                // One whose list never comes: another may be over before it is cancelled.
                let order = #"{"upload": true, "providers": "mock", "fields": "contact"}"#
                let place = try await api.call("POST", "/enrichment", as: "operator", json: order)
                return ("/enrichment/\(try #require(place["requestId"]))", nil, nil)
            }),
        RouteCall(
            route: "POST /enrichment/{requestId}/retry",
            prepare: { api in
                let id = try await api.service.catalog.value(
                    """
                    update enrichment.requests set status = 'cancelled'
                    where request_id = (select request_id from enrichment.requests order by created_at limit 1) returning request_id
                    """)
                return ("/enrichment/\(id)/retry", nil, nil)
            }),
        RouteCall(
            route: "PUT /enrichment/{requestId}/content",
            prepare: { api in
                let order = #"{"upload": true, "providers": "mock", "fields": "contact"}"#
                let place = try await api.call("POST", "/enrichment", as: "operator", json: order)
                return (
                    "/enrichment/\(try #require(place["requestId"]))/content", nil, "email\nc@example.com\n"
                )
            }),
    ]

    @Test(
        "Every route that changes something leaves exactly one row, with the caller, in the same transaction as the change"
    )
    func routes() async throws {
        try await APIEnvironment.with { api in
            try await api.service.catalog.succeed("provider", "add", "mock", "--kind", "mock")
            let calls = Self.uploadCalls + Self.staffCalls
            // Arrivals are rows of intake.object_events, each with its source.
            #expect(
                try await Self.changingRoutes(api)
                    == Set(calls.map(\.route)).union([
                        "POST /events/s3", "POST /mappings/suggest", "POST /enrichment/estimate",
                    ]))
            for call in calls {
                let (path, json, csv) = try await call.prepare(api)
                let before = Int(try await api.service.catalog.value("select count(*) from catalog.actions")) ?? 0
                let method = String(call.route.prefix { $0 != " " })
                let answer = try await api.call(method, path, as: call.caller, json: json, csv: csv)
                #expect((200...299).contains(answer.status), "\(call.route): \(answer.status) \(answer.text)")
                #expect(TimestampForms.others(in: answer.text) == [:], "\(call.route)")
                let row = try await api.service.catalog.rows(Self.newest)[0]
                #expect(row[0] == "\(before + 1)" && row[1] == call.route, "\(call.route): \(row)")
                let id = api.tokens[call.caller]?.split(separator: "_")[1] ?? ""
                let actor = call.route.hasSuffix("{token}") ? "anybody: \(call.route)" : "token:\(id)"
                #expect(row[3] == actor && row[6] == "t" && !row[2].isEmpty, "\(call.route): \(row)")
            }
            try await Self.checkWhatIsRecorded(api)
        }
    }

    private static func changingRoutes(_ api: APIEnvironment) async throws -> Set<String> {
        let document = try await api.call("GET", "/openapi.json", as: nil).text
        let object = try JSONSerialization.jsonObject(with: Data(document.utf8)) as? [String: Any]
        let paths = try #require(object?["paths"] as? [String: [String: Any]])
        return Set(
            paths.flatMap { path, operations in operations.keys.map { "\($0.uppercased()) \(path)" } }
                .filter { !$0.hasPrefix("GET ") })
    }

    private static func checkWhatIsRecorded(_ api: APIEnvironment) async throws {
        let catalog = api.service.catalog
        #expect(
            try await catalog.rows(
                "select object, before ->> 'status', after ->> 'status' from audit.actions where action = 'PATCH /vendors/{vendorId}'"
            ) == [["V9", "active", "suspended"]])
        let uploads = try await catalog.rows(
            """
            select split_part(action, '/', 4), before ->> 'status', after ->> 'status', coalesce(before ->> 'failureType', ''),
                coalesce(after ->> 'failureType', ''), coalesce(after ->> 'attempt', ''), coalesce(after ->> 'deleted', '')
            from audit.actions where action ~ '/(revert|cancel|retry)$' and action like 'POST /uploads%' order by 1
            """)
        #expect(
            uploads == [
                ["cancel", "queued", "failed", "", "CANCELLED", "1", ""],
                ["retry", "failed", "queued", "MISSING_COLUMN", "", "2", ""],
                ["revert", "partial", "reverted", "", "", "", "1"],
            ])
        #expect(
            try await catalog.rows(
                "select before ->> 'state', after ->> 'state', after ->> 'jobs' from audit.actions where action = 'POST /jobs/{jobId}/retry'"
            ) == [["dead", "ready", "1"]])
        // The secret of a token, its hash and that of a link are nowhere.
        #expect(
            try await catalog.value(
                """
                select count(*) from catalog.api_tokens t, audit.row_versions v
                where strpos(concat(v.before, v.after), t.secret_sha256) > 0 or concat(v.before, v.after) like '%secret_sha%'
                """) == "0")
        #expect(
            try await catalog.value("select count(*) from audit.row_versions where table_name = 'catalog.api_tokens'")
                != "0")
        // A refusal, a repetition that changes nothing and a read leave none.
        let before = try await catalog.value("select count(*) from catalog.actions")
        #expect(try await api.call("PATCH", "/vendors/nobody", as: "operator", json: "{}").status == 404)
        #expect(try await api.call("GET", "/uploads", as: "auditor").status == 200)
        #expect(try await catalog.value("select count(*) from catalog.actions") == before)
        // The cause of what a worker wrote, and who made the upload.
        let made = try await catalog.rows(
            """
            select distinct u.uploaded_by like 'token:%', c.actor = 'job:onboard ' || u.upload_id
            from audit.uploads u join catalog.changes c using (upload_id) where u.kind = 'file'
            """)
        #expect(made == [["t", "t"]])
    }

    @Test("What staff reads leaves a row where that is switched on, what a vendor reads of its own leaves none")
    func reads() async throws {
        try await APIEnvironment.with(roles: "api", ["CATALOG_AUDIT_READS": "on"]) { api in
            for caller in ["auditor", "operator", "V001"] {
                #expect(try await api.call("GET", "/uploads?vendor=V002", as: caller).status == 200)
            }
            let rows = try await api.service.catalog.rows(
                "select object, split_part(actor, ':', 1) from audit.actions where action = 'GET /uploads'")
            #expect(rows == [["V002", "token"], ["V002", "token"]])
        }
    }

    // MARK: The command line

    /// Commands that change nothing, or whose change has records of its own (migrations.applied, the tick), or that need stores.
    private static let others: Set<String> = [
        "upload list", "upload show", "upload errors", "vendor list", "mapping list", "mapping show", "mapping suggest",
        "rule list",
        "rule show", "rule test",
        "category list", "token list", "route list",
        "provider list", "naics search", "relay status", "relay verify", "jobs status", "jobs dead", "retention status",
        "audit verify", "serve", "worker", "psql", "postgres start", "postgres stop", "postgres status",
        "vendor subscribe", "relay lifecycle", "retention restore", "demo contacts", "changes", "relay missing",
        "relay retry",
        "relay skip", "health", "template", "export", "enrich list", "enrich show",
        "enrich mapping list", "enrich mapping show",
    ]

    private static func calls(_ files: TemporaryFolder) throws -> [(command: String, arguments: [String])] {
        let products = try files.write(
            "vendor_product_id,product_name,category,sku,price,stock_quantity\nP1,N,Audio,S1,1,1\n", to: "p.csv")
        let mapping = try files.write(#"{"columns": {}}"#, to: "m.json")
        let categories = try files.write("Games\nBooks\n", to: "categories.txt")
        let contacts = try files.write("email\na@example.com\n", to: "contacts.csv")
        let codes = try files.write("2022 NAICS Code,2022 NAICS Title\n238160,Roofing Contractors\n", to: "codes.csv")
        return [
            ("vendor add", ["V1", "--name", "One", "--email", "one@example.com"]), ("vendor suspend", ["V1"]),
            ("vendor activate", ["V1"]), ("vendor encoding", ["V1", "windows-1250"]),
            ("vendor attributes", ["V1", "keep"]), ("vendor token", ["V1"]),
            ("mapping add", ["V1", "m", mapping]), ("mapping default", ["V1", "m"]), ("mapping remove", ["V1", "m"]),
            ("rule add", ["r", "--column", "brand", "--required"]), ("rule remove", ["r"]),
            ("category add", ["Audio"]), ("category import", [categories]), ("category remove", ["Books"]),
            ("token add", ["--role", "auditor"]), ("token revoke", ["TOKEN"]),
            ("route add", ["s3://inbox/landing/", "relay"]), ("route remove", ["s3://inbox/landing/"]),
            ("provider add", ["mock", "--kind", "mock"]),
            ("enrich file", [contacts, "--provider", "mock", "--output", files.file("out.csv")]),
            ("enrich refresh", ["REQUEST"]), ("enrich cancel", ["OPEN"]), ("enrich retry", ["OPEN"]),
            ("enrich mapping add", ["m", "--column", "email=E"]), ("enrich mapping remove", ["m"]),
            ("enrich forget", ["--email", "a@example.com"]),
            ("provider test", ["mock", "--email", "a@example.com"]),
            ("provider set", ["mock", "--per-second", "20"]), ("provider remove", ["mock"]),
            ("naics import", [codes]), ("ingest", [products, "--vendor", "V1"]), ("upload revert", ["UPLOAD"]),
            ("upload load", ["CHECKED"]), ("upload cancel", ["QUEUED"]), ("upload retry", ["FAILED"]),
            ("jobs pause", ["notify"]), ("jobs resume", ["notify"]), ("jobs retry", ["--all"]), ("relay flush", []),
            ("relay replay", ["2026-01-01T00:00:00Z"]), ("retention run", []),
        ]
    }

    @Test(
        "Every command that changes something leaves exactly one row, with the user of the operating system, and says what it did as JSON"
    )
    func commands() async throws {
        try await CatalogBinary.with { catalog in
            let calls = try Self.calls(catalog.folder)
            let leaves = try await Self.leaves(catalog).filter {
                !$0.hasPrefix("migrate ") && !$0.hasPrefix("reference")
            }
            #expect(Set(leaves).subtracting(calls.map(\.command)).subtracting(Self.others) == [])
            try await Self.seed(catalog)
            for (command, arguments) in calls {
                let known =
                    [
                        "REQUEST": "select request_id from enrichment.requests where status = 'completed'",
                        "QUEUED": "select upload_id from catalog.upload_history where status = 'queued'",
                        "FAILED": """
                        insert into catalog.upload_history
                            (upload_id, vendor_id, file_name, status, failure_type, failure_message, bucket, object_key, object_version,
                             total_records, valid_records, error_records, completed_at)
                        values ('FAILED', 'V1', 'f.csv', 'failed', 'INTERRUPTED', 'm', 'b', 'f', '1', 0, 0, 0, now()) returning upload_id
                        """,
                        "OPEN": "select request_id from enrichment.requests where source = 'api'",
                        "TOKEN": "select token_id from catalog.api_tokens order by created_at limit 1",
                        "UPLOAD": "select upload_id from catalog.upload_history limit 1",
                        "CHECKED": """
                        insert into catalog.upload_history
                            (upload_id, vendor_id, file_name, status, dry_run, keeps_file, bucket, object_key, object_version,
                             total_records, valid_records, error_records, created_records, updated_records, unchanged_records, completed_at)
                        values ('CHECKED', 'V1', 'c.csv', 'completed', true, true, 'b', 'k', '1', 1, 1, 0, 1, 0, 0, now()) returning upload_id
                        """,
                    ] as [String: Statement]
                var words: [String] = []
                for word in arguments {
                    if let statement = known[word] {
                        words.append(try await catalog.value(statement))
                    } else {
                        words.append(word)
                    }
                }
                let before = Int(try await catalog.value("select count(*) from catalog.actions")) ?? 0
                let outcome = try await catalog.run(command.split(separator: " ").map(String.init) + words + ["--json"])
                for line in outcome.output.split(separator: "\n") {
                    let value = try? JSONSerialization.jsonObject(with: Data(line.utf8))  // nil is the finding
                    #expect(value != nil, "\(command): \(line)")
                }
                #expect(!outcome.output.isEmpty, "\(command)")
                #expect(TimestampForms.others(in: outcome.output) == [:], "\(command)")
                #expect(outcome.status == 0, "\(command): \(outcome.error)\(outcome.output)")
                let row = try await catalog.rows(Self.newest)[0]
                #expect(row[0] == "\(before + 1)" && row[1] == command && row[3].hasPrefix("os:"), "\(command): \(row)")
            }
        }
    }

    /// Their output is JSON in any case, a file, a page for a browser, or somebody else's; or they go on until they are stopped.
    private static let withoutJSON: Set<String> = [
        "demo", "demo contacts", "serve", "worker", "psql", "health", "template", "export", "mapping show", "rule show",
        "enrich mapping show", "relay lifecycle", "postgres start", "postgres stop",
    ]

    @Test("Every other command has --json")
    func json() async throws {
        try await CatalogBinary.with { catalog in
            for command in try await Self.leaves(catalog) where !command.hasPrefix("reference") {
                let help = try await catalog.run(command.split(separator: " ").map(String.init) + ["--help"])
                let hasFlag = help.output.contains("--json")
                #expect(hasFlag != Self.withoutJSON.contains(command), "\(command)")
            }
        }
    }

    /// What retries and replays need.
    private static func seed(_ catalog: CatalogBinary) async throws {
        _ = try await catalog.rows(
            "insert into jobs.jobs (queue, kind, payload, state) values ('none', 'none', '{}', 'dead') returning job_id"
        )
        _ = try await catalog.rows(
            """
            insert into relay.windows
                (opens_at, closes_at, state, member_count, byte_count, sealed_at, delivered_at, verified_at)
            values ('2026-01-01T00:00:00Z', '2026-01-01T00:01:00Z', 'verified', 0, 0, now(), now(), now()),
                (date_trunc('minute', now()), date_trunc('minute', now()) + interval '1 minute', 'open', null, null, null, null, null)
            returning opens_at
            """)
        // A request that is under way, of which everything is done but the writing.
        _ = try await catalog.rows(
            """
            insert into enrichment.requests (source, status, format, output_key, options, plan, columns)
            values ('api', 'processing', 'csv', 'enhanced/open.csv', '{"providers": ["mock"], "minimumConfidence": 0}',
                '{"providers": {"contact": ["mock"]}, "fields": {"contact": ["email"]}, "minimumConfidence": 0}', '{email}')
            returning request_id
            """)
    }

    /// Such as `vendor suspend`.
    private static func leaves(_ catalog: CatalogBinary) async throws -> [String] {
        struct Command: Decodable {
            var commandName: String
            var subcommands: [Command]?

            var leaves: [String] {
                let below = (subcommands ?? []).filter { $0.commandName != "help" }
                return below.isEmpty ? [commandName] : below.flatMap { $0.leaves.map { "\(commandName) \($0)" } }
            }
        }
        struct Dump: Decodable { var command: Command }
        let text = try await catalog.run("--experimental-dump-help").output
        return try JSONDecoder().decode(Dump.self, from: Data(text.utf8)).command.leaves.map {
            String($0.dropFirst("catalog ".count))
        }
    }
}
