import Postgres
import TestSupport
import Testing

@testable import Catalog

@Suite(.timeLimit(.minutes(2))) struct TriedCategoryTests {
    private static func fail(_ session: Session, _ id: String, _ vendor: String, _ names: [String], stored: Bool) throws
    {
        try session.queueUpload(
            Upload(uploadID: id, vendorID: vendor, fileName: "\(id).csv", bucket: "b", objectKey: "k"), source: "api")
        try session.execute(
            """
            insert into catalog.validation_errors
                (upload_id, row_number, line_number, error_type, error_message, field, rejected_value, original_data)
            select \(id)::text, n, n, 'INVALID_CATEGORY', 'x', 'category', name, '{}'
            from unnest(\(names)::text[]) with ordinality as t (name, n)
            """)
        try session.execute(
            """
            update catalog.upload_history
            set status = 'failed', total_records = \(names.count)::integer, valid_records = 0, error_records = \(names.count)::integer,
                completed_at = clock_timestamp(), failure_type = 'NO_VALID_ROWS', failure_message = 'x',
                object_version = case when \(stored)::boolean then '1' end
            where upload_id = \(id)::text
            """)
    }

    @Test("The names that were tried most come first, without those that are approved since, and lead to their uploads")
    func tried() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.transaction { session in
                try session.seed()
                try Self.fail(session, "A", "V1", ["Sport", "Sport", "Gardn", "Audio"], stored: true)
                try Self.fail(session, "B", "V2", ["Sport"], stored: false)
                let names = try session.triedCategories()
                #expect(names.first == TriedCategory(name: "Sport", rows: 3, uploads: 2, vendors: 2))
                #expect(names.map(\.name).contains("Gardn"))
                let uploads = try session.uploads(thatTried: "Sport")
                #expect(Set(uploads.map(\.uploadID)) == ["A", "B"])
                #expect(uploads.first { $0.uploadID == "A" }.map { $0.isRetryable && $0.rows == 2 } == true)
                #expect(uploads.first { $0.uploadID == "B" }?.isRetryable == false)
                _ = try session.putCategory("Sport", isActive: true)
                #expect(try !session.triedCategories().map(\.name).contains("Sport"))
                #expect(try session.uploads(thatTried: "Sport").count == 2)
            }
        }
    }

    @Test("A vendor's weeks have the share of good rows, and nothing where no file came")
    func weeks() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.transaction { session in
                try session.seed()
                try Self.fail(session, "A", "V1", ["Sport"], stored: true)
                let quality = try session.vendorQuality(limit: 10)
                let mine = try #require(quality.first { $0.vendorID == "V1" })
                #expect(mine.weeks.count == 12 && mine.weeks.last == .some(.some(0)) && mine.weeks.first == .some(nil))
                #expect(mine.failedUploads == 1 && mine.rejectedRows >= 1)
                #expect(try session.vendorQuality(after: "V1", limit: 10).map(\.vendorID) == ["V2"])
            }
        }
    }
}
