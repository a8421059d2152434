import Foundation
import Postgres
import TestSupport
import Testing

@testable import Catalog
@testable import Ingest

/// Keys that a spreadsheet has changed are loaded with a warning.
@Suite(.timeLimit(.minutes(5))) struct SuspiciousKeyTests {
    private func isLikely(_ key: String) -> Bool {
        var key = key
        return key.withUTF8 { SpreadsheetDamage.isLikely(UnsafeRawBufferPointer($0)) }
    }

    @Test(
        "Rounded numbers, error values, columns too narrow and days of a month are suspicious",
        arguments: [
            "4.00639E+12", "4,1E+09", "1.20E-04", "5E+100", "#N/A", "#NV", "#NAME?", "#REF!", "#DIV/0!", "#ÜBERLAUF!",
            "##",
            "########",
            "2-Mar", "31-Dez", "02. Mrz", "Mar-02", "Mrz 02",
        ])
    func suspicious(key: String) {
        #expect(isLikely(key))
    }

    @Test(
        "What a vendor may well call a product is not",
        arguments: [
            "", "#", "#12", "E+12", "4E-12", "4.0E-x", "4.0E12", "4.0E+1", "4.E+12", "12E+12", "32-Mark", "Mar-2",
            "Mar-ab", "2-Mar-x",
            "123-Mar",
            "N/A", "4006390000000", "V001-APP-1", "#x!", "#!",
        ])
    func harmless(key: String) {
        #expect(!isLikely(key))
    }

    @Test(
        "The row is loaded; the warning stands in the report, the history, the counts and the mail under its own name")
    func warning() async throws {
        try await Onboarding.with { onboarding in
            let outcome = try await onboarding.ingest([
                "P1,N,Audio,4.00639E+12,1,1", "P2,N,Audio,S2,1,1", "#N/A,N,Audio,4.00639E+12,free,1",
            ])
            let counts = outcome.counts
            #expect(counts.created == 2 && counts.error == 1 && counts.warned == 2)
            #expect(
                outcome.errors.map { "\($0.rowNumber) \($0.errorMessage)" } == [
                    "1 sku looks as if a spreadsheet had changed it: '4.00639E+12'",
                    "3 Price must be a number with at most 2 decimals: 'free'",
                    "3 Duplicate SKU: 4.00639E+12 already used in row 1",
                    "3 vendor_product_id looks as if a spreadsheet had changed it: '#N/A'",
                    "3 sku looks as if a spreadsheet had changed it: '4.00639E+12'",
                ])
            #expect(outcome.result.errorCounts[.suspiciousKey] == 3)
            #expect(
                try onboarding.object(outcome.result.errorReport).contains(
                    "1,P1,4.00639E+12,N,SUSPICIOUS_KEY,sku looks"))
            let rejected = try onboarding.object(outcome.result.rejectedFile)
            #expect(rejected.contains("#N/A") && !rejected.contains("P1,N"))
        }
    }

    @Test("Warnings alone complete the upload, with a report and without rejected rows")
    func warningsAlone() async throws {
        try await Onboarding.with { onboarding in
            let outcome = try await onboarding.ingest(["P1,N,Audio,2-Mar,1,1"])
            #expect(outcome.status == .completed && outcome.result.errorReport != nil)
            #expect(outcome.result.rejectedFile == nil)
            let mail = onboarding.folder.file("mail")
            let outbox = OutboxDelivery(
                connection: onboarding.connection, store: onboarding.store,
                notifier: FileNotifier(root: URL(fileURLWithPath: mail))
            ) { body in try await onboarding.connection.transaction { try body($0) } }
            #expect(try await outbox.run(for: outcome.result.upload.uploadID) == 1)
            let text = try String(contentsOfFile: "\(mail)/\(outcome.result.upload.uploadID).eml", encoding: .utf8)
            #expect(text.contains("Products with Warnings: 1\r\n") && text.contains("Download Error Report: "))
        }
    }
}
