import Postgres
import TestSupport
import Testing

@testable import Catalog

@Suite(.timeLimit(.minutes(2))) struct FormerErrorTests {
    /// One attempt, which fails for one row.
    private static func fail(_ session: Session, rejected: String) throws {
        _ = try session.startUpload("U1")
        try session.execute(
            """
            insert into catalog.validation_errors
                (upload_id, row_number, line_number, error_type, error_message, rejected_value, original_data)
            values ('U1', 1, 2, 'INVALID_PRICE', 'x', \(rejected)::text, '{}')
            """)
        try session.execute(
            """
            update catalog.upload_history set status = 'failed', completed_at = now(), total_records = 1,
                valid_records = 0, error_records = 1, failure_type = 'NO_VALID_ROWS', failure_message = 'x'
            where upload_id = 'U1'
            """)
    }

    @Test("An upload that is tried again keeps the errors of each attempt, and reports have those of the newest alone")
    func attempts() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.transaction { session in
                try session.seed()
                var upload = Upload(uploadID: "U1", vendorID: "V1", fileName: "f", bucket: "b", objectKey: "f")
                upload.objectVersion = "1"
                try session.queueUpload(upload, source: "test")
            }
            for rejected in ["A", "B", "C"] {
                try await connection.transaction { try Self.fail($0, rejected: rejected) }
                guard rejected != "C" else { break }
                #expect(try await connection.transaction { try $0.requeueUpload("U1", by: "token:abc") } == "V1")
            }
            let read: @Sendable (Statement) async throws -> [[String?]] = { statement in
                try await connection.run { session in try session.query(statement).map { [$0[0], $0[1], $0[2]] } }
            }
            let all = try await read(
                "select attempt::text, rejected_value, is_newest::text from audit.errors_of_attempts where upload_id = 'U1' order by attempt"
            )
            #expect(all == [["1", "A", "false"], ["2", "B", "false"], ["3", "C", "true"]])
            let newest = try await read("select rejected_value, error_type, upload_id from audit.upload_errors")
            #expect(newest == [["C", "INVALID_PRICE", "U1"]])
        }
    }
}
