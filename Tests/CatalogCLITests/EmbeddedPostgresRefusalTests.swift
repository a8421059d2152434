import Foundation
import Testing

@testable import CatalogCLI

@Suite("What the embedded PostgreSQL refuses", .serialized, .timeLimit(.minutes(5)))
struct EmbeddedPostgresRefusalTests {
    @Test("The data of a version that is not installed")
    func otherVersion() async throws {
        try await withEmbedded { embedded in
            try makeData(embedded, [("PG_VERSION", "9\n")])
            let error = await #expect(throws: EmbeddedPostgresError.self) { try await embedded.start() }
            #expect(error?.description.contains("was made by PostgreSQL 9, but installed is 15") == true)
        }
    }

    @Test("A directory that holds something else, which stays as it is")
    func notACluster() async throws {
        try await withEmbedded { embedded in
            try makeData(embedded, [("letters.txt", "dear diary")])
            let path = embedded.base + "/postgres"
            await #expect(throws: EmbeddedPostgresError.notACluster(path: path)) { try await embedded.start() }
            #expect(readText(path + "/letters.txt") == "dear diary")
        }
    }

    @Test("A socket directory that somebody else has opened to all")
    func unsafeSocketDirectory() async throws {
        try await withEmbedded { embedded in
            _ = try await embedded.start()
            try await embedded.stop()
            let path = try ClusterLayout(base: embedded.base).socketDirectory
            #expect(chmod(path, 0o777) == 0)
            await #expect(throws: EmbeddedPostgresError.unsafeSocketDirectory(path: path)) {
                try await embedded.start()
            }
        }
    }

    @Test("Files that belong to root", .enabled(if: geteuid() == 0, "not run: only root can make them"))
    func rootsFiles() async throws {
        try await withEmbedded { embedded in
            try makeDirectory(embedded.base + "/postgres", mode: 0o700)
            let error = await #expect(throws: EmbeddedPostgresError.self) { try await embedded.start() }
            #expect(error?.description.contains("belongs to root, but the database would run as postgres") == true)
        }
    }

    /// A data directory of the user that would run the server.
    private func makeData(_ embedded: EmbeddedPostgres, _ files: [(name: String, text: String)]) throws {
        let user = try ClusterUser.choose(owner: nil)
        try makeDirectory(embedded.base + "/postgres", mode: 0o700)
        try user.adopt(embedded.base + "/postgres")
        for file in files {
            let path = embedded.base + "/postgres/" + file.name
            try Data(file.text.utf8).write(to: URL(filePath: path))
            try user.adopt(path)
        }
    }
}
