import Postgres
import TestSupport
import Testing

@testable import Catalog

@Suite(.timeLimit(.minutes(2))) struct CorrectionTests {
    @Test("What was sent is forgotten; a row that somebody changed meanwhile keeps its change")
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
            try await connection.transaction { try $0.execute(CorrectedRow.put("U1", [2], cells: [#"{"sku": "c"}"#])) }
            let left = try await connection.transaction { session in
                try session.deleteCorrections(of: "U1", sent)
                var skus: [String?] = []
                _ = try session.forEachCorrection(of: "U1") { skus.append($0["sku"]) }
                return skus
            }
            #expect(left == ["c"])
        }
    }
}
