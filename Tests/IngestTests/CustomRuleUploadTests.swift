import Catalog
import Foundation
import Postgres
import Storage
import TestSupport
import Testing

@testable import Ingest

/// Uploads whose rows have to meet rules of one's own.
@Suite(.timeLimit(.minutes(5))) struct CustomRuleUploadTests {
    private static let header = "vendor_product_id,product_name,category,sku,price,stock_quantity,brand\n"

    private func put(_ onboarding: Onboarding, _ rules: [String: String]) async throws {
        try await onboarding.connection.transaction { session in
            for (name, json) in rules.sorted(by: { $0.key < $1.key }) {
                _ = try session.putRule(name, try CustomRule(json: Data(json.utf8)))
            }
        }
    }

    @Test(
        "An error rejects its row, a warning loads it, both are reported with the rule's name, and the upload names the versions"
    )
    func severities() async throws {
        try await Onboarding.with { onboarding in
            try await put(
                onboarding,
                [
                    "brand":
                        #"{"column": "brand", "required": true, "severity": "warning", "message": "Whose is it?"}"#,
                    "cheap": #"{"column": "price", "minimum": 5}"#,
                    "toys": #"{"column": "sku", "pattern": "T.*", "category": "Toys"}"#,
                    "other": #"{"column": "brand", "required": true, "vendorId": "V2"}"#,
                ])
            let text =
                Self.header
                + "P1,N,Audio,S1,9,1,B\nP2,N,Audio,S2,4,1,\nP3,N,Toys,S3,9,1,\nP4,N,Audio,S4,9,1,\nP5,N,Audio,S5,x,1,B\n"
            let outcome = try await onboarding.ingest(text: text)
            #expect(outcome.status == .partial && outcome.counts.valid == 2 && outcome.counts.error == 3)
            #expect(outcome.counts.warned == 3)
            #expect(
                outcome.errors.map { "\($0.rowNumber) \($0.errorType) \($0.rule ?? "") \($0.errorMessage)" } == [
                    "2 CUSTOM_RULE cheap price must be at least 5: '4' (rule 'cheap')",
                    "2 CUSTOM_WARNING brand Whose is it? (rule 'brand')",
                    "3 CUSTOM_RULE toys sku must have the form T.*: 'S3' (rule 'toys')",
                    "3 CUSTOM_WARNING brand Whose is it? (rule 'brand')",
                    "4 CUSTOM_WARNING brand Whose is it? (rule 'brand')",
                    "5 INVALID_PRICE  Price must be a number with at most 2 decimals: 'x'",
                ])
            #expect(outcome.result.errorCounts == [.customRule: 2, .customWarning: 3, .invalidPrice: 1])
            #expect(
                try await onboarding.column("select sku from catalog.products order by sku") == ["S1", "S4"])
            #expect(
                try await onboarding.column(
                    "select name || ' ' || version || ' ' || severity from audit.upload_rules order by name")
                    == ["brand 1 warning", "cheap 1 error", "toys 1 error"])
            #expect(
                try await onboarding.value("select detail ->> 'rules' from catalog.upload_events where event = 'ruled'")
                    == #"[{"name": "brand", "rows": 3, "version": 1}, {"name": "cheap", "rows": 1, "version": 1}, {"name": "toys", "rows": 1, "version": 1}]"#
            )
            // A row with nothing but a warning is not among the rejected ones.
            let rejected = try onboarding.object(outcome.result.rejectedFile)
            #expect(rejected.contains("P3") && !rejected.contains("P4"))
            #expect(
                try onboarding.object(outcome.result.errorReport).contains("CUSTOM_WARNING,Whose is it? (rule 'brand')")
            )
        }
    }

    @Test("A change makes a version, the same again does not, and what is removed is not asked for any more")
    func versions() async throws {
        try await Onboarding.with { onboarding in
            let cheap = try CustomRule(.price, .range(minimum: 5, maximum: nil))
            let cheaper = try CustomRule(.price, .range(minimum: 4, maximum: nil))
            let versions = try await onboarding.connection.transaction { session in
                try [cheap, cheap, cheaper].map { try session.putRule("cheap", $0).0.version }
            }
            #expect(versions == [1, 1, 2])
            let row = ["P1,N,Audio,S1,3,1"]
            #expect(try await onboarding.ingest(row).types == ["CUSTOM_RULE"])
            #expect(try await onboarding.connection.transaction { try $0.removeRule("cheap") })
            #expect(try await onboarding.connection.transaction { try !$0.removeRule("cheap") })
            #expect(try await onboarding.ingest(row).status == .completed)
            #expect(try await onboarding.column("select version from audit.upload_rules") == ["2"])
            #expect(
                try await onboarding.column(
                    "select version || ' ' || (replaced_at is null) from audit.rules order by 1")
                    == ["1 false", "2 false"])
            let former = try await onboarding.connection.run { try $0.rule("cheap", version: 1)?.rule }
            #expect(former == cheap)
        }
    }

    @Test("An update is not asked for what its file does not have")
    func update() async throws {
        try await Onboarding.with { onboarding in
            _ = try await onboarding.ingest(["P1,N,Audio,S1,9,1"])
            try await put(onboarding, ["brand": #"{"column": "brand", "required": true}"#])
            let stock = try await onboarding.ingest(text: "vendor_product_id,stock_quantity\nP1,5\n", mode: .update)
            #expect(stock.status == .completed && stock.counts.updated == 1, "\(stock.messages)")
            let empty = "vendor_product_id,brand\nP1,\n"
            #expect(try await onboarding.ingest(text: empty, mode: .update).types == ["CUSTOM_RULE"])
            #expect(try await onboarding.ingest(text: empty, mode: .update, empty: .keep).status == .completed)
        }
    }

    @Test("A rule is tried on a file without a trace, read as an upload would read it")
    func trial() async throws {
        try await Onboarding.with { onboarding in
            let pipeline = OnboardingPipeline(connection: onboarding.connection, store: onboarding.store)
            let text = Onboarding.header + "\nP1,N,Audio,S1,3,1\nP2,N,Audio,S2,7,1\nP3,N,Audio,S3,\"4,1\n"
            let file = try LocalFile(path: onboarding.folder.write(Array(text.utf8), to: "f.csv"))
            let upload = Upload(uploadID: "", vendorID: "V1", fileName: "f.csv", objectKey: "f.csv")
            let rule = try CustomRule(.price, .range(minimum: 5, maximum: nil))
            let trial = try await pipeline.tryRules([StoredRule("tried", rule)], on: upload, from: file)
            #expect(trial.rows == 2 && trial.findings.count == 1 && trial.findings[0].rows == 1)
            #expect(trial.findings[0].first.map(\.lineNumber) == [2])
            #expect(trial.findings[0].first[0].message == "price must be at least 5: '3' (rule 'tried')")
            #expect(try await onboarding.value("select count(*) from catalog.upload_history") == "0")
            await #expect(throws: UploadFailure.self) {
                let nobody = Upload(uploadID: "", vendorID: "V9", fileName: "f.csv", objectKey: "f.csv")
                _ = try await pipeline.tryRules(nil, on: nobody, from: file)
            }
        }
    }
}
