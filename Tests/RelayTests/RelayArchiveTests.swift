import Deflate
import Foundation
import OpenSSL
import Storage
import TestSupport
import Testing

@testable import Relay

/// Archives, judged by GNU tar, bsdtar and Python.
@Suite(.timeLimit(.minutes(5))) struct RelayArchiveTests {
    private static let oddKeys = [
        "landing/plain.json", "landing/with blank.json", "landing/ünï/日本語.txt", "landing/e\u{301}.txt",
        "landing/" + String(repeating: "long", count: 75), "landing/" + String(repeating: "ü", count: 200),
        "landing/deep/" + String(repeating: "folder/", count: 40) + "f", "../../etc/passwd", "/etc/shadow",
        "landing/../../../outside", "landing/..\u{2F}\u{308}odd", "a//b///c", "./here", "landing/100%",
        "landing/100%25",
        "manifest.json", "landing/folder", "landing/folder/inside", "landing/folder%", "-rf", "landing/new\nline",
        "landing/quote\"'\\", "landing/star*?[x]", "C:\\windows\\..\\x", "C:/windows", "manifest.json/x", "sub/", "CON",
        "con.txt",
        "Landing/Plain.json", "landing/é.txt", "landing/dot.", "landing/blank ",
    ]

    @Test("GNU tar, bsdtar and Python extract every odd key, below the folder", arguments: ["tar", "bsdtar", "python"])
    func oddNames(program: String) async throws {
        let objects = Self.oddKeys.enumerated().map { (key: $1, bytes: relayBytes($0 * 37, seed: UInt64($0))) }
        let archive = try #require(try await packed(objects).first)
        let extraction = try await Extraction(archive, program)
        let found = extraction.digests
        #expect(extraction.outside == [])
        let manifest = try archive.manifest()
        #expect(manifest.members.map(\.key).sorted() == Self.oddKeys.sorted())
        for member in manifest.members { #expect(found[member.name] == member.sha256, "\(member.name)") }
        for (key, bytes) in objects {
            #expect(
                manifest.members.contains {
                    $0.key == key && $0.sha256 == SHA256.hash(bytes).hex && $0.size == bytes.count
                })
        }
        #expect(found.count == objects.count + 1)
    }

    @Test(
        "Archives of many members of gzip or frames of zstd are read to their end",
        arguments: ["tar", "bsdtar", "python", "stream"],
        ArchiveCompression.allCases)
    func members(program: String, compression: ArchiveCompression) async throws {
        var objects = (0..<40).map { (key: "landing/\($0)", bytes: relayBytes(100_000, seed: UInt64($0))) }
        objects.append(("landing/large", relayBytes(5_000_000)))
        let archive = try #require(try await packed(objects) { $0.compression = compression }.first)
        let members = try Self.members(of: try archive.bytes())
        #expect(members > 9, "manifest, pieces of a megabyte, end")
        let found = try await Extraction(archive, program).digests
        #expect(found.count == objects.count + 1)
        for (key, bytes) in objects { #expect(found[key] == SHA256.hash(bytes).hex) }
    }

    @Test("An archive whose time is over ends where an object does, and the next one goes on with what was read")
    func timeIsOver() async throws {
        var objects = (0..<30).map { (key: "landing/\($0)", bytes: relayBytes(100_000, seed: UInt64($0))) }
        objects.append(("landing/large", relayBytes(3_500_000)))
        let archives = try await packed(objects) { $0.archiveTime = .zero }
        let parts = try archives.map { try $0.manifest().members.map(\.key) }
        #expect(parts.count == 4, "three of a megabyte, and the large object whole")
        #expect(parts.flatMap { $0 }.sorted() == objects.map(\.key).sorted())
        let once = try await packed(objects) { $0.archiveTime = .seconds(600) }
        #expect(once.count == 1)
    }

    @Test(
        "Archives end sooner with each worker that died, and never at once",
        arguments: [
            (1, nil), (2, 4), (3, 2), (4, 1), (5, 0.5), (6, 0.5), (Int.max, 0.5),
        ] as [(Int, Double?)])
    func hastened(attempt: Int, seconds: Double?) {
        #expect(RelaySettings().hastened(attempt: attempt).archiveTime == seconds.map { .seconds($0) })
    }

    /// Each begins with the same ten bytes, but for the level.
    private static func members(of bytes: [UInt8]) throws -> Int {
        let heads =
            [0, 2, 4].map { Data([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, $0, 0xff]) } + [Data([0x28, 0xb5, 0x2f, 0xfd])]
        var (rest, count) = (Data(bytes)[...], 0)
        while let next = heads.compactMap({ rest.range(of: $0)?.upperBound }).min() {
            (rest, count) = (rest[next...], count + 1)
        }
        return count
    }

    @Test("More work makes a smaller archive of the same objects, and the archive says who did it")
    func compressions() async throws {
        let text = (0..<20).map { number in
            (key: "\(number)", bytes: Array((0..<9000).map { "\(number &* $0 &* 7919 % 1000), " }.joined().utf8))
        }
        var sizes: [Int] = []
        for compression in [ArchiveCompression.fast, .default, .small] {
            let archive = try #require(try await packed(text) { $0.compression = compression }.first).archive
            #expect(archive.engine == compression.engine && compression.engine.name == GzipMember.engine)
            sizes.append(archive.byteCount)
        }
        #expect(sizes == sizes.sorted(by: >) && Set(sizes).count == 3, "\(sizes)")
    }

    @Test(
        "The same objects give the same bytes, however many threads; other objects do not",
        arguments: [ArchiveCompression.default, .zstd])
    func determinism(compression: ArchiveCompression) async throws {
        let objects = (0..<40).map { (key: "landing/\($0)", bytes: relayBytes(100_000, seed: UInt64($0))) }
        let first = try await packed(objects, threads: 1) { $0.compression = compression }
        let second = try await packed(objects.reversed(), threads: 4) { $0.compression = compression }
        #expect(first.map(\.archive) == second.map(\.archive))
        let bytes = try first[0].bytes()
        #expect(SHA256.hash(bytes).hex == first[0].archive.sha256)
        #expect(bytes.count == first[0].archive.byteCount)
        let other = try await packed(objects + [("landing/x", [1])]) { $0.compression = compression }
        #expect(other[0].archive.sha256 != first[0].archive.sha256)
    }

    @Test("An archive stays below the bound; what does not fit goes into the next, and each object into one")
    func parts() async throws {
        var objects = (0..<60).map { (key: "landing/\($0)", bytes: relayBytes(300_000, seed: UInt64($0))) }
        objects.append(("landing/large", relayBytes(9_000_000)))
        objects.append(("landing/empty", []))
        let limit = 4 << 20
        let archives = try await packed(objects, limit: limit)
        #expect(archives.count > 3)
        for archive in archives {
            let isLargeAlone = archive.members.map(\.member.key) == ["landing/large"]
            #expect(archive.archive.byteCount <= limit || isLargeAlone, "\(archive.members.map(\.member.key))")
        }
        let keys = archives.flatMap { $0.members.map(\.member.key) }
        #expect(keys.count == 62 && Set(keys).count == 62)
        #expect(archives.map(\.archive.part) == Array(1...archives.count))
        for archive in archives {
            let folder = try TemporaryFolder()
            let file = try folder.write(try archive.bytes(), to: "a.tar.gz")
            let list = try await Subprocess.run("/usr/bin/env", ["tar", "-tzf", file])
            #expect(list.status == 0)
            #expect(
                list.output.split(separator: "\n").map(String.init)
                    == ["manifest.json"] + archive.members.map(\.member.name))
        }
    }

    @Test("One part of a window is made again from its members alone")
    func onePartAgain() async throws {
        let objects = (0..<30).map { (key: "landing/\(10 + $0)", bytes: relayBytes(400_000, seed: UInt64($0))) }
        let archives = try await packed(objects, limit: 3 << 20)
        let second = archives[1]
        let keys = Set(second.members.map(\.member.key))
        let again = try await packed(objects.filter { keys.contains($0.key) })
        // The manifest tells the part: the rest is the same.
        #expect(again.count == 1)
        #expect(again[0].members.map(\.sha256) == second.members.map(\.sha256))
    }

    @Test("Versions of one key, and keys that are folders of others, have names of their own")
    func names() {
        #expect(EntryName.names(of: ["a", "a", "a/b"]) == ["a%", "a%%v2", "a/b"])
        #expect(EntryName.names(of: ["x/manifest.json", "manifest.json"]) == ["x/manifest.json", "manifest.json%"])
        for key in ["landing/000001.json", "Console/auxiliary.d/nulls", "a b/.c~$x", "x/manifest.json"] {
            #expect(EntryName.encode(key) == key)
        }
        #expect(EntryName.encode("Manifest.json/a") == "Manifest.json%/a")
        #expect(EntryName.encode("a/ nul .x") == "a/%20nul .x")
        #expect(EntryName.encode("a/../b") == "a/%2E%2E/b")
        #expect(EntryName.encode("/a%") == "%/a%25")
        #expect(EntryName.encode("C:/..\\x") == "C%3A/..%5Cx")
        #expect(EntryName.names(of: ["MANIFEST.JSON", "manifest.json/x"]) == ["MANIFEST.JSON%%", "manifest.json%/x"])
        #expect(
            EntryName.names(of: ["Rot", "r\u{F6}t", "ro\u{308}t", "rot", "rot/x"]) == [
                "Rot%", "röt", "ro\u{308}t%c2", "rot%%c2", "rot/x",
            ])
        #expect(EntryName.encode("con.txt/NUL/end. /com¹") == "%63on.txt/%4EUL/end.%20/%63om¹")
        #expect(
            EntryName.encode(String(repeating: "a", count: 240) + "..") == String(repeating: "a", count: 240)
                + "%/%2E%2E")
        let long = EntryName.encode(String(repeating: "ü", count: 200))
        #expect(long == String(repeating: "ü", count: 120) + "%/" + String(repeating: "ü", count: 80))
    }

    @Test("Keys of archives tell window, part and contents")
    func keys() {
        let sha256 = String(repeating: "0123456789abcdef", count: 4)
        func key(_ time: String, _ part: Int) -> String {
            RelayArchive.key(of: .make(time), part: part, sha256: sha256)
        }
        #expect(key("2026-11-21T16:50:00Z", 1) == "relay/2026/11/21/1650-0001-0123456789abcdef.tar.gz")
        #expect(key("2026-11-21T16:50:10Z", 2) == "relay/2026/11/21/165010-0002-0123456789abcdef.tar.gz")
        #expect(key("2026-11-21T16:50:00.25Z", 12345) == "relay/2026/11/21/165000250000-12345-0123456789abcdef.tar.gz")
        for (window, prefix) in [
            (RelayWindow.make(name: "orders", target: "cold"), "relay/orders/"),
            (.make(name: "orders", archivePrefix: "acme/orders/"), "acme/orders/"),
        ] {
            #expect(
                RelayArchive.key(of: window, part: 1, sha256: sha256)
                    == "\(prefix)2026/11/21/1650-0001-0123456789abcdef.tar.gz")
        }
        #expect(
            RelayArchive.key(of: .make(), part: 1, sha256: sha256, format: .zstd)
                == "relay/2026/11/21/1650-0001-0123456789abcdef.tar.zst")
        #expect(WindowTime("2026-11-21T16:50:00.25Z")?.description == "2026-11-21T16:50:00.250000Z")
        #expect(WindowTime("yesterday") == nil && WindowTime("") == nil && WindowTime("2026-11-21T16:50:00.Z") == nil)
    }
}

extension PackedArchive {
    func bytes() throws -> [UInt8] {
        var bytes: [UInt8] = []
        try file.forEachPiece(from: offset) { bytes += $0 }
        return bytes
    }

    /// Read by the system's tar.
    func manifest() throws -> Manifest {
        let folder = try TemporaryFolder()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["tar", "-xzOf", try folder.write(try bytes(), to: "a.tar.gz"), "manifest.json"]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return try JSONDecoder().decode(Manifest.self, from: data)
    }
}
