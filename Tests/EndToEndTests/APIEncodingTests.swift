import Foundation
import Postgres
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct APIEncodingTests {
    @Test("An upload tells in which encoding it was read, and whether that was said or guessed")
    func encodings() async throws {
        try await APIEnvironment.with(roles: "api,worker,poller") { api in
            let said = try await api.call(
                "POST", "/uploads?fileName=said.csv&encoding=iso-8859-15", csv: APIEnvironment.file("A"))
            let uploadID = try #require(said["uploadId"])
            try await api.service.waitForAll(1)
            let first = try await api.call("GET", "/uploads/\(uploadID)")
            #expect(first["encoding"] == "iso-8859-15" && first["encodingGuessed"] == "0", "\(first.text)")

            let folder = "\(api.service.catalog.folder.file("objects"))/buckets/inbox/uploads/V002"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let text = ServiceEnvironment.header + "P1,Schlüssel,Audio,G-1,1.00,1\n"
            let staged = try api.service.catalog.folder.write(
                Array(text.unicodeScalars.map { UInt8($0.value) }), to: "f")
            try FileManager.default.moveItem(atPath: staged, toPath: "\(folder)/guessed.csv")
            try await api.service.waitForAll(2)
            let guessed = try await api.call("GET", "/uploads?vendor=V002", as: "operator")
            #expect(guessed["items", "encoding"] == "windows-1252", "\(guessed.text)")
            #expect(guessed["items", "encodingGuessed"] == "1")
            let shown = try await api.service.catalog.rows(
                "select encoding, encoding_guessed::text from audit.uploads order by vendor_id")
            #expect(shown == [["iso-8859-15", "false"], ["windows-1252", "true"]])
        }
    }
}
