import Postgres
import TestSupport
import Testing

@testable import Catalog

@Suite(.timeLimit(.minutes(2))) struct CorrectionTests {
    @Test(
        "Rows are sent once, and not at all if one was changed meanwhile; they come back if their upload fails or is undone"
    )
    func sent() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.transaction { session in
                try session.seed()
                try session.beginUpload(Upload(uploadID: "U1", vendorID: "V1", fileName: "f", objectKey: "f"))
                try session.execute(CorrectedRow.put("U1", [1, 2], cells: [#"{"sku": "a"}"#, #"{"sku": "b"}"#]))
            }
            let (sent, read) = try await connection.transaction { session in
                var skus: [String?] = []
                let sent = try session.forEachCorrection(of: "U1") { skus.append($0["sku"]) }
                return (sent, skus)
            }
            #expect(read == ["a", "b"])
            try await connection.transaction { session in
                try session.execute(CorrectedRow.put("U1", [2], cells: [#"{"sku": "c"}"#]))
                try session.beginUpload(Upload(uploadID: "U2", vendorID: "V1", fileName: "f", objectKey: "g"))
            }
            #expect(try await connection.transaction { try $0.sendCorrections(of: "U1", sent, by: "U2") } == false)
            try await connection.transaction { session in
                _ = try session.execute("update catalog.corrections set sent_upload_id = null")
                let now = try session.forEachCorrection(of: "U1") { _ in }
                #expect(try session.sendCorrections(of: "U1", now, by: "U2"))
                #expect(try !session.sendCorrections(of: "U1", now, by: "U2"))
            }
            for (status, expected) in [
                ("processing", []), ("failed", ["a", "c"]), ("reverted", ["a", "c"]), ("completed", []),
            ] {
                let left = try await connection.transaction { session in
                    try session.execute("set local session_replication_role = replica")
                    try session.execute(
                        """
                        update catalog.upload_history
                        set status = \(status)::text, completed_at = now(), total_records = 1, valid_records = 1, error_records = 0,
                            created_records = 1, updated_records = 0, unchanged_records = 0,
                            failure_type = case \(status)::text when 'failed' then 'CANCELLED' end,
                            failure_message = case \(status)::text when 'failed' then 'it was cancelled' end
                        where upload_id = 'U2'
                        """)
                    // What was sent is no draft any more.
                    try session.execute(CorrectedRow.put("U1", [1], cells: [#"{"sku": "a"}"#]))
                    var skus: [String?] = []
                    _ = try session.forEachCorrection(of: "U1") { skus.append($0["sku"]) }
                    try session.execute("update catalog.corrections set sent_upload_id = 'U2'")
                    return skus
                }
                #expect(left == expected, "\(status)")
            }
        }
    }
}
