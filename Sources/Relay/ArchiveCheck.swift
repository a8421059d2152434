import Foundation
import OpenSSL
package import Postgres
import Storage
import Threads
import Zlib
import Zstd

/// What reading an archive back has shown.
package struct ArchiveCheck: Sendable, Codable, Equatable {
    package var key: String
    /// Bytes of the archive.
    package var bytes: Int
    package var members: Int
    /// Empty if all is well.
    package var problems: [String]
}

extension RelayArchive {
    /// Reads the archive from its store and compares it, its manifest and every entry with what the database says.
    /// - Parameter expected: SHA-256 by the bytes of the entry's name, since Swift takes two spellings of an accent for one; nil if the database has forgotten: then the manifest counts alone.
    /// - Throws: errors of the store.
    func check(in store: any ArchiveStore, expecting expected: [[UInt8]: String]?) async throws -> ArchiveCheck {
        let spool = try TemporaryFile()
        let digest = StreamedDigest()
        try await store.get(key) { piece in
            digest.update(piece)
            try spool.write(piece)
        }
        var problems: [String] = []
        if digest.finish() != sha256 { problems.append("the archive has another SHA-256 than when it was packed") }
        let (members, wrong) = try await onThread(named: "relay-check") { [format, memberCount] () -> (Int, [String]) in
            do {
                let entries = try EntryDigests(of: spool, format, members: memberCount)
                return (entries.digests.count, entries.problems(comparedWith: expected))
            } catch let error where error is GzipError || error is ZstdError || error is TarError {
                return (0, ["\(error)"])
            }
        }
        return ArchiveCheck(key: key, bytes: spool.byteCount, members: members, problems: problems + wrong)
    }
}

/// The SHA-256 of every entry of an archive, and its manifest.
private struct EntryDigests: TarReader.Receiver {
    private(set) var digests: [(name: String, sha256: String)] = []
    private var manifest: [UInt8]?
    private var name = ""
    private var hash = SHA256()
    private var isManifest = false

    /// Of the manifest, for a member: keys have up to 1,024 bytes, and there are two.
    private static let largestLine = 16 << 10

    /// - Parameter members: how many were packed: whatever holds more is refused before it takes memory.
    init(of file: TemporaryFile, _ format: ArchiveEngine.Format, members: Int) throws {
        let read = format.unpacking(file.reader())
        var tar = TarReader()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
        defer { buffer.deallocate() }
        while case let count = try read(buffer), count > 0 {
            try tar.read(UnsafeRawBufferPointer(rebasing: buffer[..<count]), &self)
            guard digests.count <= members, (manifest?.count ?? 0) <= (members + 1) * Self.largestLine else {
                throw TarError(reason: "it holds more than was packed")
            }
        }
        guard tar.isAtEnd else { throw TarError(reason: "it has no end") }
    }

    mutating func begin(_ name: String, size: Int) {
        isManifest = manifest == nil && name == EntryName.manifest
        if isManifest { manifest = [] }
        self.name = name
        hash = SHA256()
    }

    mutating func take(_ bytes: UnsafeRawBufferPointer) {
        if isManifest { manifest?.append(contentsOf: bytes) } else { hash.update(bytes) }
    }

    mutating func end() {
        if !isManifest { digests.append((name, hash.finish().hex)) }
    }

    func problems(comparedWith expected: [[UInt8]: String]?) -> [String] {
        guard let manifest,
            // Any failure to read it is the same problem.
            let listed = try? JSONDecoder().decode(Manifest.self, from: Data(manifest))
        else { return ["it has no manifest that can be read"] }
        var problems =
            listed.members.count == digests.count ? [] : ["the manifest lists \(listed.members.count) entries"]
        for (member, entry) in zip(listed.members, digests)
        where member.name != entry.name || member.sha256 != entry.sha256 {
            problems.append("entry '\(entry.name)' is not what the manifest says")
        }
        guard let expected else { return problems }
        for entry in digests where expected[Array(entry.name.utf8)] != entry.sha256 {
            problems.append("entry '\(entry.name)' is not what the database says")
        }
        if expected.count != digests.count { problems.append("the database lists \(expected.count) entries") }
        return problems
    }
}

/// Reads archives back.
package struct ArchiveVerifier: Sendable {
    private let connection: Connection
    private let targets: [String: any ArchiveStore]

    /// - Parameter targets: by name, as `RelayResources` has them.
    package init(connection: Connection, targets: [String: any ArchiveStore]) {
        self.connection = connection
        self.targets = targets
    }

    /// - Parameters:
    ///   - opensAt: a window, whose archives are meant; or nil.
    ///   - key: of one archive; or nil.
    /// - Returns: one result for each archive; none if there is no such window or archive.
    package func verify(_ opensAt: WindowTime?, key: String?) async throws -> [ArchiveCheck] {
        var checks: [ArchiveCheck] = []
        let archives = try await connection.run { session in
            try session.query(RelayArchive.select(opensAt, key: key)).map(RelayArchive.init).filter {
                $0.end == nil || $0.end == .lost
            }
        }
        for archive in archives {
            let rows = try await connection.run { session in
                try session.query(RelayMember.selectPacked(archive)).map { row -> ([UInt8], String) in
                    (Array(try row.get("entry_name", as: String.self).utf8), try row.get("sha256"))
                }
            }
            let expected = rows.isEmpty ? nil : Dictionary(rows, uniquingKeysWith: { first, _ in first })
            checks.append(try await check(archive, expecting: expected))
        }
        return checks
    }

    /// What cannot be read is not good, and says nothing of the others.
    private func check(_ archive: RelayArchive, expecting expected: [[UInt8]: String]?) async throws -> ArchiveCheck {
        func bad(_ problem: String) -> ArchiveCheck {
            ArchiveCheck(key: archive.key, bytes: 0, members: 0, problems: [problem])
        }
        do {
            guard let store = targets[archive.target] else { throw UnknownTarget(name: archive.target) }
            guard try await store.look(archive.key) != nil else { return bad("the target does not have it") }
            return try await archive.check(in: store, expecting: expected)
        } catch let error where !(error is CancellationError || error is TemporaryFileError) {
            return bad("it cannot be read: \(error)")
        }
    }
}
