import Foundation
import Postgres
import TestSupport
import Testing

/// What a person at the command line meets.
@Suite(.timeLimit(.minutes(15))) struct CommandTests {
    @Test("The version names the commit that was built")
    func version() async throws {
        let outcome = try await Subprocess.run(Project.binary("catalog"), ["--version"])
        #expect(
            outcome.output.wholeMatch(of: /\d+\.\d+\.\d+ \((unknown|[0-9a-f]{12})\)\n/) != nil, "\(outcome.output)")
    }

    @Test("A queue that nobody works on is not paused, and the nearest name is told; a known one is, and goes on again")
    func queues() async throws {
        try await CatalogBinary.with { catalog in
            for command in ["pause", "resume"] {
                let outcome = try await catalog.run("jobs", command, "notfy")
                #expect(outcome.status == 1 && outcome.output.isEmpty)
                #expect(
                    outcome.error == "catalog: no queue is called 'notfy': did you mean 'notify'?\n", "\(outcome.error)"
                )
            }
            #expect(try await catalog.value("select count(*) from jobs.paused_queues") == "0")
            try await catalog.succeed("jobs", "pause", "notify")
            #expect(try await catalog.value("select queue from jobs.paused_queues") == "notify")
            try await catalog.succeed("jobs", "resume", "notify")
            #expect(try await catalog.value("select count(*) from jobs.paused_queues") == "0")
        }
    }

    @Test("Misspelled commands and variables are answered with the nearest one, on standard error")
    func nearMisses() async throws {
        let outcome = try await Subprocess.run(
            Project.binary("catalog"), ["uplod", "list"], environment: ["CATALOG_STOER": "file:/nowhere"])
        #expect(outcome.status == 64 && outcome.output.isEmpty)
        #expect(outcome.error.contains("Did you mean 'upload'?"), "\(outcome.error)")
        #expect(outcome.error.contains("did you mean CATALOG_STORE?"), "\(outcome.error)")
    }

    private static let header = "vendor_product_id,product_name,category,sku,price,stock_quantity\n"

    @Test("Exit codes tell completed, partial, failed and misuse apart, and the worst of several files wins")
    func exitCodes() async throws {
        try await CatalogBinary.with { catalog in
            try await catalog.prepare()
            let good = try catalog.folder.write(Self.header + "P1,N,Audio,S1,1,1\n", to: "good.csv")
            let partial = try catalog.folder.write(
                Self.header + "P2,N,Audio,S2,1,1\nP3,N,Audio,S3,x,1\n", to: "partial.csv")
            let failed = try catalog.folder.write("nothing,of,use\n", to: "failed.csv")
            #expect(try await catalog.run("ingest", good, "--vendor", "V001").status == 0)
            #expect(try await catalog.run("ingest", partial, "--vendor", "V001").status == 2)
            #expect(try await catalog.run("ingest", failed, "--vendor", "V001").status == 3)
            let all = try await catalog.run("ingest", good, partial, failed, "--vendor", "V001", "--mode", "upsert")
            #expect(all.status == 3 && all.output.contains("UNCHANGED"))
            #expect(try await catalog.run("ingest", good).status == 64)
            #expect(try await catalog.run("ingest", good, "--vendor", "V001", "--mode", "replace").status == 64)
        }
    }

    @Test("--json prints exactly the public keys, one object a file, and nothing for a terminal")
    func json() async throws {
        try await CatalogBinary.with { catalog in
            try await catalog.prepare()
            let file = try catalog.folder.write(
                Self.header + "P2,N,Audio,S2,1,1\nP3,N,Audio,S3,x,1\n", to: "partial.csv")
            let outcome = try await catalog.run("ingest", file, "--vendor", "V001", "--json")
            let object = try #require(
                try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
            #expect(
                Set(object.keys) == [
                    "uploadId", "vendorId", "fileName", "status", "totalRecords", "validRecords", "errorRecords",
                    "createdRecords", "updatedRecords", "unchangedRecords", "errorCounts", "errorReport",
                    "rejectedFile", "encoding",
                    "durationSeconds",
                ])
            #expect(object["errorCounts"] as? [String: Int] == ["INVALID_PRICE": 1])
            #expect(outcome.error.isEmpty && !outcome.output.contains("\u{1B}"))
        }
    }

    @Test("The demo tells whoever has no sample files here how to name theirs")
    func demo() async throws {
        try await CatalogBinary.with { catalog in
            let outcome = try await catalog.run("demo")
            #expect(outcome.status == 1 && outcome.error.contains("--examples"), "\(outcome.error)")
        }
    }

    @Test(
        "Files that cannot be opened stop the command before anything is loaded",
        arguments: [
            ("missing.csv", "there is no such file"), (".", "it is a directory"),
        ])
    func unopenable(name: String, reason: String) async throws {
        try await CatalogBinary.with { catalog in
            try await catalog.prepare()
            let good = try catalog.folder.write(Self.header + "P1,N,Audio,S1,1,1\n", to: "good.csv")
            let outcome = try await catalog.run("ingest", good, name, "--vendor", "V001")
            #expect(outcome.status == 1 && outcome.error.contains(reason))
            #expect(try await catalog.value("select count(*) from catalog.upload_history") == "0")
        }
    }

    @Test("A line of 200 MB is refused in the memory of an ordinary file")
    func endlessLine() async throws {
        try await CatalogBinary.with { catalog in
            try await catalog.prepare()
            let made = try await Subprocess.run(
                "/bin/sh",
                [
                    "-c",
                    "{ printf '\(Self.header.dropLast())\\nP1,'; head -c 200000000 /dev/zero | tr '\\0' x; printf '\\nP2,N,Audio,S2,1,1\\n'; } > \(catalog.folder.file("long.csv"))",
                ])
            #expect(made.status == 0)
            let refused = try await catalog.ingest(catalog.folder.file("long.csv"))
            #expect(refused.failureType == "FILE_TOO_LARGE")
            let outcome = try await Subprocess.run(
                "/usr/bin/env",
                [
                    "python3", "-c",
                    """
                    import resource, subprocess, sys
                    print(subprocess.run(sys.argv[1:], capture_output=True, text=True).stdout)
                    print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
                    """,
                    Project.binary("catalog"), "ingest", catalog.folder.file("long.csv"), "--vendor", "V001", "--json",
                ], environment: catalog.environment.merging(["CATALOG_MAX_FILE_BYTES": "1000000000"]) { $1 })
            let lines = outcome.output.split(separator: "\n")
            #expect(lines[0].contains(#""createdRecords":1"#) && lines[0].contains(#""MALFORMED_ROW":1"#))
            #expect(Int(lines[1])! < 150, "megabytes, of a debug build")
        }
    }

    @Test("Suspended and unknown vendors are told so")
    func vendors() async throws {
        try await CatalogBinary.with { catalog in
            try await catalog.prepare()
            let good = try catalog.folder.write(Self.header + "P1,N,Audio,S1,1,1\n", to: "good.csv")
            #expect(try await catalog.ingest(good, vendor: "NOBODY").failureType == "UNKNOWN_VENDOR")
            try await catalog.succeed("vendor", "suspend", "V001")
            #expect(try await catalog.ingest(good).failureType == "VENDOR_SUSPENDED")
            try await catalog.succeed("vendor", "activate", "V001")
            #expect(try await catalog.ingest(good).status == "completed")
            let twice = try await catalog.run("vendor", "add", "V001", "--name", "x", "--email", "a@b")
            #expect(twice.status == 1 && twice.error.contains("exists already"))
            #expect(
                try await catalog.run("vendor", "add", "../x", "--name", "x", "--email", "a@b").error.contains(
                    "letters, digits"))
            #expect(
                try await catalog.run("vendor", "add", ".x", "--name", "x", "--email", "a@b").error.contains(
                    "begin with a letter or digit"))
        }
    }

    @Test("An upload can be listed, shown with its timeline, its errors read, and undone")
    func uploads() async throws {
        try await CatalogBinary.with { catalog in
            try await catalog.prepare()
            let file = try catalog.folder.write(
                Self.header + "P2,N,Audio,S2,1,1\nP3,N,Audio,S3,x,1\n", to: "partial.csv")
            let line = try await catalog.ingest(file)
            #expect(try await catalog.succeed("upload", "list", "--status", "partial").contains(line.uploadId))
            #expect(!(try await catalog.succeed("upload", "list").contains("dry run")))
            let tried = try await catalog.ingest(file, "--dry-run")
            for command in [["list"], ["show", tried.uploadId]] {
                #expect(try await catalog.run(["upload"] + command).output.contains("(dry run)"))
            }
            #expect(!(try await catalog.succeed("upload", "list", "--vendor", "V002").contains(line.uploadId)))
            let shown = try await catalog.succeed("upload", "show", line.uploadId)
            #expect(shown.contains("INVALID_PRICE") && shown.contains("report.written") && shown.contains("notified"))
            #expect(
                try await catalog.succeed("upload", "errors", line.uploadId)
                    == "row 2 (line 3): INVALID_PRICE: Price must be a number with at most 2 decimals: 'x'\n")
            #expect(try await catalog.succeed("upload", "revert", line.uploadId).contains("is reverted"))
            let again = try await catalog.run("upload", "revert", line.uploadId)
            #expect(again.status == 1 && again.error.contains("only a completed or partial upload"))
            #expect(try await catalog.value("select count(*) from catalog.products") == "0")
            for command in ["show", "revert", "load", "retry", "cancel"] {
                let outcome = try await catalog.run("upload", command, "NONE")
                #expect(
                    outcome.error == "catalog: no upload 'NONE': catalog upload list shows the newest\n", "\(command)")
            }
        }
    }

    @Test("An upload names each bad row once by type, and the detail of its events as JSON")
    func showUpload() async throws {
        try await CatalogBinary.with { catalog in
            try await catalog.prepare()
            let file = try catalog.folder.write(Self.header + "P2,N,Audio,S2,1,1\nP3,N,Audio,S3,x,1\n", to: "a.csv")
            let id = try await catalog.ingest(file).uploadId
            _ = try await catalog.rows(
                """
                insert into catalog.validation_errors (upload_id, row_number, line_number, error_type, error_message, original_data)
                select \(id)::text, row, row + 1, 'INVALID_VALUE', 'x', '{}' from generate_series(1, 6) row, generate_series(1, 3)
                """)
            #expect(
                try await catalog.succeed("upload", "show", id).contains(
                    /INVALID_VALUE +18 +1 \(line 2\), 2 \(line 3\), 3 \(line 4\), 4 \(line 5\), 5 \(line 6\), …/))
            let shown = try await catalog.succeed("upload", "show", id, "--json")
            let object = try #require(try JSONSerialization.jsonObject(with: Data(shown.utf8)) as? [String: Any])
            let group = try #require((object["errorGroups"] as? [[String: Any]])?.first)
            #expect(group["count"] as? Int == 18 && group["rows"] as? Int == 6)
            #expect((object["errorCounts"] as? [String: Int])?["INVALID_VALUE"] == 18)
            let events = try #require(object["events"] as? [[String: Any]])
            let checked = events.first { $0["event"] as? String == "checked" }
            #expect((checked?["detail"] as? [String: Any])?["rows"] as? Int == 2, "\(shown)")
        }
    }

    @Test("What is kept as JSON is no text within the JSON of a command: payloads of jobs, settings of providers")
    func nestedJSON() async throws {
        try await CatalogBinary.with { catalog in
            _ = try await catalog.rows(
                "insert into jobs.jobs (queue, kind, payload, state) values ('none', 'none', '{\"a\": {\"uploadID\": 1}}', 'dead')"
            )
            #expect(try await catalog.succeed("jobs", "dead", "--json").contains(#""payload":{"a":{"uploadID":1}}"#))
            let made = try await catalog.succeed(
                "provider", "add", "m", "--kind", "mock", "--json", "--settings", #"{"capabilities": ["industry"]}"#)
            for line in [made, try await catalog.succeed("provider", "list", "--json")] {
                #expect(line.contains(#""settings":{"capabilities":["industry"]}"#), "\(line)")
            }
        }
    }

    @Test("An announced upload whose file never came says so when it is given up")
    func neverCame() async throws {
        try await CatalogBinary.with { catalog in
            try await catalog.prepare()
            _ = try await catalog.rows(
                """
                insert into catalog.upload_history
                    (upload_id, vendor_id, file_name, status, mode, policy, bucket, object_key, upload_timestamp)
                values ('U1', 'V001', 'f', 'queued', 'create', 'load-valid', 'b', 'k', now() - interval '25 hours')
                """)
            // Each upload gives up those that nobody has.
            _ = try await catalog.ingest(try catalog.folder.write(Self.header + "P1,N,Audio,S1,1,1\n", to: "a.csv"))
            let shown = try await catalog.succeed("upload", "show", "U1")
            #expect(shown.contains("INTERRUPTED: The file did not come within 24 hours: nothing was loaded."))
            #expect(shown.contains("its file did not come within 24 hours") && !shown.contains("process"), "\(shown)")
        }
    }

    @Test("Categories that are new, known already, or both are told apart")
    func categories() async throws {
        try await CatalogBinary.with { catalog in
            for (names, words) in [
                (["Home", "Garden"], "2 categories added"), (["Pets"], "1 category added"),
                (["Home", "Garden", "Toys"], "1 of 3 categories added; the others were approved already"),
                (["Home", "Books"], "1 of 2 categories added; the other was approved already"),
                (["Home", "Garden"], "none of 2 categories added: they were approved already"),
                (["Home"], "the category was approved already"),
            ] {
                let outcome = try await catalog.run(["category", "add"] + names)
                #expect(outcome.output == words + "\n")
            }
        }
    }

    @Test("A wrong value that shows only when a command runs is answered with the usage of that command")
    func usage() async throws {
        try await CatalogBinary.with { catalog in
            let outcome = try await catalog.run(
                "route", "add", "s3://b/", "relay", "--name", "x", "--archive-bytes", "999999999",
                setting: ["CATALOG_RELAY_TARGET": "file:\(catalog.folder.file("archive"))"])
            #expect(outcome.status == 64 && outcome.error.contains("expected at most 67108864"), "\(outcome.error)")
            #expect(outcome.error.contains("Usage: catalog route add [<options>] <url> <pipeline>"), "\(outcome.error)")
            #expect(outcome.error.contains("See 'catalog route add --help'"), "\(outcome.error)")
            // Who does not relay does not know the setting.
            let elsewhere = try await catalog.succeed(
                "route", "add", "s3://b/", "relay", "--name", "x", "--archive-bytes", "999999999")
            #expect(elsewhere.contains("no larger than CATALOG_RELAY_ARCHIVE_BYTES"))
        }
    }

    @Test(
        "A wrong setting stops the start with its name, its value and the remedy",
        arguments: [
            ("CATALOG_STORE", "ftp://x", "expected file:DIRECTORY"), ("CATALOG_MAX_ROWS", "many", "whole number"),
        ])
    func settings(name: String, value: String, remedy: String) async throws {
        let outcome = try await Subprocess.run(
            Project.binary("catalog"), ["vendor", "list"],
            environment: ["CATALOG_DATABASE_URL": "host=/nowhere", name: value])
        #expect(outcome.status == 1)
        #expect(outcome.error.contains("\(name) is '\(value)'") && outcome.error.contains(remedy))
    }

    @Test("A database that cannot be reached is named without its password")
    func unreachable() async throws {
        let outcome = try await Subprocess.run(
            Project.binary("catalog"), ["vendor", "list"],
            environment: ["CATALOG_DATABASE_URL": "postgresql://user:hunter2@127.0.0.1:1/db"])
        #expect(outcome.status == 1)
        #expect(outcome.error.contains("127.0.0.1") && outcome.error.contains("CATALOG_DATABASE_URL"))
        #expect(!outcome.error.contains("hunter2"))
    }

    @Test("A database that is behind is refused, and the remedy works")
    func behind() async throws {
        try await CatalogBinary.with(migrated: false) { catalog in
            let refused = try await catalog.run("vendor", "list")
            #expect(refused.status == 1 && refused.error.contains("catalog migrate up"))
            try await catalog.succeed("migrate", "up")
            #expect(try await catalog.run("vendor", "list").status == 0)
            #expect(try await catalog.succeed("migrate", "verify").contains("the database is what its migrations make"))
            #expect(try await catalog.succeed("migrate", "status").contains("0001_create_roles"))
        }
    }

    @Test("psql gets the connection without a password in its arguments")
    func psql() async throws {
        try await CatalogBinary.with { catalog in
            let conninfo = catalog.conninfo + " password=hunter2"
            let outcome = try await catalog.run(
                "psql", "-X", "-At", "-c", "select 40 + 2", "-c", "\\! cat /proc/$PPID/cmdline | tr '\\0' ' '",
                setting: ["CATALOG_DATABASE_URL": conninfo])
            #expect(outcome.output.hasPrefix("42\n"))
            #expect(outcome.output.contains("psql -X -At") && !outcome.output.contains("hunter2"))
        }
    }

    @Test("Every command explains itself")
    func help() async throws {
        for words in [
            [], ["ingest"], ["upload"], ["upload", "revert"], ["vendor", "add"], ["category", "import"], ["migrate"],
            ["psql"], ["postgres"], ["demo"],
        ] {
            let outcome = try await Subprocess.run(Project.binary("catalog"), words + ["--help"])
            #expect(outcome.status == 0 && outcome.output.contains("USAGE: catalog"), "\(words)")
        }
        for words in [["mapping", "show"], ["rule", "show"]] {
            let help = try await Subprocess.run(Project.binary("catalog"), words + ["--help"]).output
            #expect(help.split(separator: "\n").count { $0.hasPrefix("  --version") } == 1, "\(help)")
        }
    }
}
