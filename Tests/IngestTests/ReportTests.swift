import Foundation
import Postgres
import TestSupport
import Testing

@testable import Catalog
@testable import Ingest

/// What the vendor gets back.
@Suite(.timeLimit(.minutes(5))) struct ReportTests {
    @Test("The error report is the contract to the byte")
    func errorReport() async throws {
        try await Onboarding.with { onboarding in
            let outcome = try await onboarding.ingest([
                "P1,\"Speaker, big\",Audio,S1,-10.00,1", "=cmd(),@N,Audio,+S2,+5,-3.5", "P3,N,Audio,S3,1,1",
                "P4,N,Audio,S4",
            ])
            let key = "errors/V1/\(outcome.result.upload.uploadID)_errors.csv"
            #expect(outcome.result.errorReport == key)
            #expect(
                try onboarding.object(key)
                    == [
                        "\u{FEFF}Row Number,Vendor Product ID,SKU,Product Name,Error Type,Error Message,Price,Stock Quantity",
                        "1,P1,S1,\"Speaker, big\",INVALID_PRICE,Price must be at least 0.01,-10.00,1",
                        "2,'=cmd(),'+S2,'@N,INVALID_STOCK_QUANTITY,Stock quantity must be a whole number: '-3.5',+5,-3.5",
                        "4,P4,S4,N,MALFORMED_ROW,\"Row has 4 fields, the header has 6\",,", "",
                    ].joined(separator: "\r\n"))
        }
    }

    @Test("The rejected rows, corrected, load as they are: original columns, order and unknown columns")
    func rejectedRows() async throws {
        try await Onboarding.with { onboarding in
            let outcome = try await onboarding.ingest(
                text: "sku;Shelf;vendor_product_id;product_name;category;price;stock_quantity\n"
                    + "S1;\"A \"\"1\"\"\";P1;Größe;Audio;x;1\nS2;B;P2;N;Audio;1;1\n")
            let rejected = try onboarding.object(outcome.result.rejectedFile)
            #expect(
                rejected
                    == [
                        "\u{FEFF}sku,Shelf,vendor_product_id,product_name,category,price,stock_quantity,_row,_line,_errors",
                        "S1,\"A \"\"1\"\"\",P1,Größe,Audio,x,1,1,2,Price must be a number with at most 2 decimals: 'x'",
                        "",
                    ].joined(separator: "\r\n"))
            let unchanged = try await onboarding.ingest(text: rejected)
            #expect(
                try onboarding.object(unchanged.result.rejectedFile) == rejected, "our own columns are not added again")
            let again = try await onboarding.ingest(text: rejected.replacing("Audio,x,", with: "Audio,7.50,"))
            #expect(again.status == .completed && again.counts.created == 1)
        }
    }

    @Test("A row with surplus values comes back whole, with its physical line")
    func surplus() async throws {
        try await Onboarding.with { onboarding in
            let outcome = try await onboarding.ingest(
                text: Onboarding.header
                    + ",brand\n\nP1,\"two\nlines\",Audio,S-1,5.00,1,Acme\nP5,Lamp, large,Audio,S-5,5.00,1,Acme\n")
            let rejected = try onboarding.object(outcome.result.rejectedFile)
            #expect(rejected.contains("P5,Lamp,\" large\",Audio,S-5,5.00,1,2,5,"))
            #expect(rejected.contains("the line is: P5,Lamp,\"\" large\"\",Audio,S-5,5.00,1,Acme"))
        }
    }

    @Test("Rows that could not be split come back with their line")
    func malformedRows() async throws {
        try await Onboarding.with { onboarding in
            let outcome = try await onboarding.ingest(["P1,\"N\"x,Audio,S1,1,1", "P2,N,Audio,S2,1,1,extra"])
            let original = try await onboarding.column(
                "select original_data::text from catalog.validation_errors order by row_number")
            #expect(original[0] == #"{"_line": "P1,\"N\"x,Audio,S1,1,1"}"#)
            #expect(original[1]?.contains(#""_extra": ["extra"]"#) == true)
            #expect(try onboarding.object(outcome.result.rejectedFile).contains("the line is: P1,"))
        }
    }

    @Test("A file with more columns than a statement of PostgreSQL may have gets its report and its rows back")
    func manyColumns() async throws {
        try await Onboarding.with { onboarding in
            let names = (0..<1700).map { "a\($0)" }
            let cells = (0..<1700).map { "\($0)" }.joined(separator: ",")
            let text = [
                Onboarding.header + "," + names.joined(separator: ","), "P1,N,Audio,S1,free,1," + cells,
                "P2,N,Audio,S2,1,1," + cells, "",
            ].joined(separator: "\n")
            let outcome = try await onboarding.ingest(text: text)
            #expect(outcome.status == .partial && outcome.messages.count == 1)
            #expect(try onboarding.object(outcome.result.errorReport).contains("1,P1,S1,N,INVALID_PRICE"))
            let rejected = try onboarding.object(outcome.result.rejectedFile)
            #expect(rejected.contains("P1,N,Audio,S1,free,1," + cells + ",1,"))
            let again = try await onboarding.ingest(text: rejected.replacing("S1,free,", with: "S1,7.50,"))
            #expect(again.status == .completed && again.counts.created == 1)
        }
    }

    @Test("A mail that fails again and again waits longer each time, and does not keep others from being sent")
    func poisoned() async throws {
        try await Onboarding.with { onboarding in
            // Each would fail, as their reports cannot be stored.
            for number in 0..<101 {
                let outcome = try await onboarding.ingest(["P\(number),N,Audio,S\(number),1,1"])
                try await onboarding.execute(
                    """
                    update catalog.notifications set created_at = now() - interval '10 minutes', attempts = 4
                    where upload_id = \(outcome.result.upload.uploadID)::text
                    """)
            }
            let left = try await onboarding.ingest(["PX,N,Audio,SX,1,1"])
            try await onboarding.execute(
                "update catalog.notifications set created_at = now() - interval '2 minutes' where attempts = 0")
            let claimed = try await onboarding.connection.transaction { try $0.claimNotifications(for: nil) }
            #expect(claimed.map(\.uploadID) == [left.result.upload.uploadID])
        }
    }

    @Test("The original row is stored as the vendor wrote it, whatever it holds")
    func originalData() async throws {
        try await Onboarding.with { onboarding in
            _ = try await onboarding.ingest(
                text: Onboarding.header + ",Notes\nP1,\"a\nb \"\"q\"\" \\ \t🎧\u{1}\",Audio,S1,x,1, kept \n")
            let value = try await onboarding.value(
                "select original_data ->> 'product_name' from catalog.validation_errors")
            #expect(value == "a\nb \"q\" \\ \t🎧\u{1}")
            #expect(
                try await onboarding.value("select original_data ->> 'Notes' from catalog.validation_errors")
                    == " kept ")
        }
    }

    @Test("A report lost by a crash after the commit is made again before the mail")
    func lostReport() async throws {
        try await Onboarding.with { onboarding in
            let outcome = try await onboarding.ingest(["P1,N,Audio,S1,x,1", "P2,N,Audio,S2,1,1"])
            let report = try onboarding.object(outcome.result.errorReport)
            try FileManager.default.removeItem(atPath: onboarding.folder.file("objects"))
            try await onboarding.execute(
                "update catalog.upload_history set error_file_s3_key = null, rejected_file_s3_key = null")
            let mail = onboarding.folder.file("mail")
            let outbox = OutboxDelivery(
                connection: onboarding.connection, store: onboarding.store,
                notifier: FileNotifier(root: URL(fileURLWithPath: mail)),
                elsewhere: { _ in Issue.record("the connection did not break") })
            #expect(try await outbox.run(for: outcome.result.upload.uploadID) == 1)
            #expect(try onboarding.object(outcome.result.errorReport) == report)
            #expect(try await outbox.run(for: outcome.result.upload.uploadID) == 0, "one mail per upload")
            let text = try String(contentsOfFile: "\(mail)/\(outcome.result.upload.uploadID).eml", encoding: .utf8)
            #expect(text.contains("To: V1@example.com\r\n") && text.contains("Valid Products: 1 (50%)\r\n"))
        }
    }

    @Test("A mail that cannot be written stays in the outbox with its reason")
    func undeliverable() async throws {
        try await Onboarding.with { onboarding in
            let outcome = try await onboarding.ingest(["P2,N,Audio,S2,1,1"])
            let blocked = try onboarding.folder.write("a file where a folder is wanted", to: "mail")
            let outbox = OutboxDelivery(
                connection: onboarding.connection, store: onboarding.store,
                notifier: FileNotifier(root: URL(fileURLWithPath: blocked)),
                elsewhere: { _ in Issue.record("nothing was sent") })
            #expect(try await outbox.run(for: outcome.result.upload.uploadID) == 0)
            #expect(
                try await onboarding.value(
                    "select state || ' ' || attempts || ' ' || (last_error <> '') from catalog.notifications")
                    == "pending 1 true")
        }
    }

    @Test(
        "Formulas are guarded, numbers are not",
        arguments: [
            ("=1+1", "'=1+1"), ("+5", "+5"), ("-10.00", "-10.00"), ("-a", "'-a"), ("@x", "'@x"), ("+", "'+"),
            ("a=b", "a=b"),
            ("", ""), ("-1.2.3", "'-1.2.3"), ("+1e5", "'+1e5"),
        ])
    func formulas(text: String, expected: String) {
        #expect(Spreadsheet.guarded(text) == expected)
    }
}
