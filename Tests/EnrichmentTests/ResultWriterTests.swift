import Foundation
import Postgres
import TestSupport
import Testing
import Text

@testable import Enrichment
@testable import Storage
@testable import Tabular

/// What a record brought comes back as it came.
@Suite(.timeLimit(.minutes(5))) struct ResultWriterTests {
    @Test("Types, nulls, nesting and a member of the name of ours survive JSON")
    func types() async throws {
        let list = """
            [{"email": "a@b.example", "n": 1.5, "big": 12345678901234567890, "yes": true, "none": null, "text": "007",
              "nested": {"a": [1, {"b": null}], "c": {}}, "enrichment": {"status": "mine"}}]
            """
        try await Enrichment.with { enrichment in
            let (_, output) = try await enrichment.run(list, format: .json)
            let given = try #require(JSONValue(Array(list.utf8))?.elements?.first?.members)
            let found = try #require(JSONValue(Array(output.utf8))?.elements?.first?.members)
            for (name, value) in given { #expect(found[name] == value, "\(name)") }
            #expect(Set(found.keys).subtracting(given.keys) == ["enrichment_2"])
            #expect(found["enrichment_2"]?["status"] != nil)
        }
    }

    @Test("Cells without a column have one of their own, and a column of the name of ours stays")
    func surplus() async throws {
        let list = "email,enrichment_status,surplus_fields\na@b.example,mine,kept\nb@b.example,mine,kept,\"x, y\",z\n"
        try await Enrichment.with([.mock("mock", #"{"matchPercent": 0}"#)]) { enrichment in
            let (_, output) = try await enrichment.run(list)
            let script = "import csv, json, sys; print(json.dumps(list(csv.DictReader(open(sys.argv[1], newline='')))))"
            let file = try enrichment.folder.write(output, to: "out.csv")
            let outcome = try await Subprocess.run("/usr/bin/env", ["python3", "-c", script, file])
            let rows = try JSONDecoder().decode([[String: String]].self, from: Data(outcome.output.utf8))
            #expect(rows.map { $0["enrichment_status"] } == ["mine", "mine"])
            #expect(rows.map { $0["enrichment_status_2"] } == ["no_match", "not_asked"])
            #expect(rows.map { $0["surplus_fields"] } == ["kept", "kept"])
            #expect(rows.map { $0["surplus_fields_2"] } == ["", "\"x, y\",z"])
        }
    }

    @Test("Columns that somebody names are read, and the confidence stands beside the fields where it is wanted")
    func namedColumns() async throws {
        let list = "Adresse 1;Vorname\na@b.example;Ada\n"
        try await Enrichment.with([.mock("mock", #"{"matchPercent": 100, "capabilities": ["contact_enrich"]}"#)]) {
            enrichment in
            func request(_ column: String) async throws -> EnrichmentRequest {
                let options = EnrichmentOptions(providers: ["mock"], columns: ["email": column], showsConfidence: true)
                let new = NewEnrichment(source: .api, options: options)
                let spool = try ContactSpool.read(TextSource(list), limits: .init())
                _ = try await enrichment.pipeline.create(new, spool, reusing: false)
                return try await enrichment.finish(new.requestID)
            }
            let output = try String(
                contentsOfFile: enrichment.output.path(of: try await request("Adresse 1").outputKey), encoding: .utf8)
            let lines = output.split(separator: "\r\n").map {
                $0.split(separator: ",", omittingEmptySubsequences: false)
            }
            let place = try #require(lines[0].firstIndex(of: "enriched_contact_confidence"))
            #expect((Double(lines[1][place]) ?? 0) >= 0.5 && lines[1][place + 1] == "matched")
            let failure = await #expect(throws: EnrichmentFailure.self) { try await request("Adresse 2") }
            #expect(failure?.description == "There is no column 'Adresse 2' in the list (did you mean 'Adresse 1'?).")
        }
    }
}
