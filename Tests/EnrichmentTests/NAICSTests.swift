import Foundation
import Postgres
import TestSupport
import Testing

@testable import Enrichment
@testable import Storage
@testable import Tabular

/// The files of the Census Bureau as they are published.
@Suite(.timeLimit(.minutes(2)), .sharedData) struct NAICSTests {
    private static func load(_ name: String, _ enrichment: Enrichment) async throws -> NAICSImport.Outcome {
        let source = try LocalFile(path: SharedData.file("naics/\(name)"))
        let spool = try ContactSpool.read(source, limits: FileLimits())
        return try await enrichment.pool.transaction { try NAICSImport().load(spool, $0) }
    }

    @Test("The files are loaded with their blemishes, again without doubling, and give codes, sectors and words")
    func importing() async throws {
        try await Enrichment.with([ProviderRow(name: "naics", kind: "naics")]) { enrichment in
            let sectors = try await enrichment.value("select count(*) from enrichment.naics_sectors")
            #expect(sectors == "20")
            let codes = try await Self.load("naics_2022.csv", enrichment)
            #expect(codes == .init(kind: .codes, rows: 2122, skipped: 22))
            let index = try await Self.load("2022_NAICS_Index_File.csv", enrichment)
            #expect(index.kind == .index && index.skipped == 25)
            let again = try await Self.load("2022_NAICS_Index_File.csv", enrichment)
            #expect(again.rows == 0)
            let marked = try await enrichment.value(
                "select count(*) from enrichment.naics_codes where title ~ '([a-z)]T| )$' or code ~ '-'")
            #expect(marked == "0")
            let withoutCode = try await enrichment.value(
                "select count(*) from enrichment.naics_codes c where not exists (select from enrichment.naics_sectors s where s.sector = c.sector)"
            )
            #expect(withoutCode == "0")

            let words = [
                "soybean farming": "111110", "Roofing contractors": "238160", "Restaurants": "7225",
                "Software publishers": "513210",
            ]
            for (question, code) in words {
                let best = try await enrichment.pool.run { try $0.naicsMatches(question, limit: 1) }
                #expect(best.first?.code.hasPrefix(code) == true, "\(question): \(best)")
            }
            let nothing = try await enrichment.pool.run { try $0.naicsMatches("xyzzy the of") }
            #expect(nothing.isEmpty)

            let list =
                "company,naics_code,industry\nA,NAICS 722511 - Restaurants,\nB,,Roofing contractors\nC,999999,\nD,,of the\nE,31,\n"
            let (request, output) = try await enrichment.run(list, providers: ["naics"], groups: [.industry])
            #expect(request.status == .completed)
            let lines = output.split(separator: "\r\n")
            #expect(lines[1].contains(",722511,Full-Service Restaurants,72,Accommodation and Food Services,matched,"))
            #expect(lines[2].contains(",238160,Roofing Contractors,23,Construction,matched,"))
            #expect(lines[3].hasSuffix(",no_match,,") && lines[4].hasSuffix(",no_match,,"))
        }
    }

    @Test("Names of industries as contact lists have them lead to the right sector, and what is said to be sure is")
    func sectors() async throws {
        try await Enrichment.with([ProviderRow(name: "naics", kind: "naics")]) { enrichment in
            _ = try await Self.load("naics_2022.csv", enrichment)
            _ = try await Self.load("2022_NAICS_Index_File.csv", enrichment)
            let labels = try String(contentsOfFile: Project.file("Tests/Oracle/naics_names.tsv"), encoding: .utf8)
                .split(separator: "\n").dropFirst().map { $0.split(separator: "\t").map(String.init) }
            #expect(labels.count >= 300)
            let found = try await enrichment.pool.run { session in
                let names = labels.map { $0[0] }
                let statement = NAICS.classify(codes: names.map { _ in "" }, words: names, minimum: 0.6)
                return try session.query(statement).map { row in
                    (
                        isRight: try row.get("sector", as: String.self)
                            == labels[row.get("place", as: Int.self) - 1][1],
                        confidence: try row.get("confidence", as: Double.self)
                    )
                }
            }
            let right = found.count(where: \.isRight)
            #expect(Double(found.count) >= 0.85 * Double(labels.count), "\(found.count)")
            #expect(Double(right) >= 0.9 * Double(found.count), "\(right) of \(found.count)")
            for (low, high) in [(0.6, 0.8), (0.8, 0.9), (0.9, 1.0)] {
                let said = found.filter { $0.confidence >= low && $0.confidence < high }
                let share = Double(said.count(where: \.isRight)) / Double(max(1, said.count))
                #expect(share >= low, "\(said.count) said \(low) to \(high), of which \(share) are right")
            }
        }
    }

    @Test(
        "Real lists of contacts and companies go through, every record once and in order",
        arguments: ["us-500.csv", "csv_example_messy_input.csv"])
    func realLists(_ name: String) async throws {
        try await Enrichment.with { enrichment in
            let path = SharedData.file("contacts/\(name)")
            let text = try String(contentsOfFile: path, encoding: .utf8)
            let (request, _) = try await enrichment.run(text, groups: [.contact, .company])
            #expect(request.status == .completed)
            let script = """
                import csv, sys
                before, after = (list(csv.DictReader(open(path, newline="", encoding="utf-8"))) for path in sys.argv[1:3])
                print(len(before) == len(after) and all(
                    other[name] == value for one, other in zip(before, after) for name, value in one.items() if name))
                """
            let outcome = try await Subprocess.run(
                "/usr/bin/env", ["python3", "-c", script, path, enrichment.output.path(of: request.outputKey)])
            #expect(outcome.output == "True\n", "\(outcome.error)")
        }
    }
}
