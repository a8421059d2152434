import AWS
import Curl
import Foundation
import TestSupport
import Testing
import Threads

@testable import Storage

/// What the pipelines rely on, on every kind of store.
@Suite(.timeLimit(.minutes(5))) struct ObjectStoreTests {
    enum Kind: String, CaseIterable, Sendable {
        case file, swift, moto

        func make() async throws -> Bench {
            let folder = try TemporaryFolder()
            guard let kind = S3Store(rawValue: rawValue) else {
                return Bench(folder: folder, store: FileObjectStore(root: URL(fileURLWithPath: folder.file("store"))))
            }
            let (client, bucket) = try await kind.bucket()
            return Bench(folder: folder, store: S3ObjectStore(client: client, bucket: bucket))
        }
    }

    /// An empty store and local files for it.
    struct Bench: Sendable {
        let folder: TemporaryFolder
        let store: any ObjectStore

        func put(_ text: String, _ key: String) async throws {
            try await store.put(key, contentsOf: folder.write(text, to: "file"))
        }

        func get(_ key: String, version: String? = nil, etag: String? = nil) async throws -> String {
            let received = Locked<[UInt8]>([])
            try await store.get(key, version: version, etag: etag) { piece in received.withLock { $0 += piece } }
            return String(decoding: received.withLock { $0 }, as: UTF8.self)
        }
    }

    @Test("what is put is got, and described", arguments: Kind.allCases)
    func roundTrip(kind: Kind) async throws {
        let bench = try await kind.make()
        let text = String(repeating: "sku,price\r\nÄ,1.00\r\n", count: 20_000)
        let source = try bench.folder.write(text, to: "file")
        // Of last year: an object is as new as its storing.
        try FileManager.default.setAttributes(
            [.modificationDate: Date().addingTimeInterval(-31_000_000)], ofItemAtPath: source)
        try await bench.store.put("uploads/VEND001/a b+ü.csv", contentsOf: source)
        let received = try await bench.get("uploads/VEND001/a b+ü.csv")
        #expect(received == text)
        let info = try #require(try await bench.store.head("uploads/VEND001/a b+ü.csv"))
        #expect(info.key == "uploads/VEND001/a b+ü.csv")
        #expect(info.size == text.utf8.count)
        #expect(!info.etag.isEmpty && !info.etag.contains("\""))
        #expect(abs(info.lastModified.timeIntervalSinceNow) < 3600)
    }

    @Test("an empty object is an object", arguments: Kind.allCases)
    func empty(kind: Kind) async throws {
        let bench = try await kind.make()
        try await bench.put("", "empty")
        let text = try await bench.get("empty")
        #expect(text.isEmpty)
        let info = try await bench.store.head("empty")
        #expect(info?.size == 0)
    }

    @Test("what is missing is gone, has no description, and can be deleted", arguments: Kind.allCases)
    func missing(kind: Kind) async throws {
        let bench = try await kind.make()
        for key in ["nothing", "no/folder/here"] {
            let info = try await bench.store.head(key)
            #expect(info == nil)
            let error = await #expect(throws: ObjectStoreError.self) { try await bench.get(key) }
            #expect(error?.isGone == true)
            try await bench.store.delete(key)
        }
        let keys = try await bench.store.list(prefix: "", after: nil)
        #expect(keys.isEmpty)
    }

    @Test("a new object of the same key has another tag, and the old one is gone", arguments: Kind.allCases)
    func replaced(kind: Kind) async throws {
        let bench = try await kind.make()
        try await bench.put("one", "k")
        let first = try #require(try await bench.store.head("k"))
        let text = try await bench.get("k", version: first.version, etag: first.etag)
        #expect(text == "one")
        try await bench.put("two", "k")
        let second = try #require(try await bench.store.head("k"))
        #expect(second.etag != first.etag)
        let error = await #expect(throws: ObjectStoreError.self) { try await bench.get("k", etag: first.etag) }
        #expect(error?.isGone == true)
        let newest = try await bench.get("k", etag: second.etag)
        #expect(newest == "two")
    }

    @Test("a list is in the order of the keys' bytes, below a prefix, behind a key", arguments: Kind.allCases)
    func list(kind: Kind) async throws {
        let bench = try await kind.make()
        let keys = ["in/B", "in/a", "in/a-b", "in/a.part-1.csv", "in/a/x", "in/a0", "in/é", "inn", "out/z"]
        for key in keys where key != "in/a" || kind != .file { try await bench.put(key, key) }
        let expected = keys.filter { $0.hasPrefix("in/") && ($0 != "in/a" || kind != .file) }
        let all = try await bench.store.list(prefix: "in/", after: nil)
        #expect(all.map(\.key) == expected)
        #expect(all.allSatisfy { $0.size == $0.key.utf8.count })
        let rest = try await bench.store.list(prefix: "in/", after: "in/a/x")
        #expect(rest.map(\.key) == ["in/a0", "in/é"])
        let none = try await bench.store.list(prefix: "in/", after: "in/é")
        #expect(none.isEmpty)
        let head = try await bench.store.head("in/B")
        #expect(all.first?.etag == head?.etag)
    }

    @Test("a deleted object is neither listed nor found", arguments: Kind.allCases)
    func delete(kind: Kind) async throws {
        let bench = try await kind.make()
        try await bench.put("1", "a/k")
        try await bench.put("2", "a/l")
        try await bench.store.delete("a/k")
        let info = try await bench.store.head("a/k")
        #expect(info == nil)
        let keys = try await bench.store.list(prefix: "a/", after: nil)
        #expect(keys.map(\.key) == ["a/l"])
    }

    @Test("the receiver's error ends the transfer and is told", arguments: Kind.allCases)
    func receiverFails(kind: Kind) async throws {
        struct Enough: Error {}
        let bench = try await kind.make()
        try await bench.put("text", "k")
        await #expect(throws: Enough.self) {
            try await bench.store.get("k", version: nil, etag: nil) { _ in throw Enough() }
        }
    }

    @Test("a link opens the object", arguments: Kind.allCases)
    func link(kind: Kind) async throws {
        let bench = try await kind.make()
        try await bench.put("text", "errors/V 1/ü.csv")
        let link = try await bench.store.link(to: "errors/V 1/ü.csv").url
        guard kind != .file else {
            let url = try #require(URL(string: link))
            #expect(try String(contentsOf: url, encoding: .utf8) == "text")
            return
        }
        let response = try await HTTPClient().send(HTTPRequest("GET", link))
        #expect(response.body == Array("text".utf8))
        #expect(response.headers["Content-Type"]?.hasPrefix("text/csv") == true)
        #expect(link.contains("X-Amz-Expires=604800"))
        let head = try await HTTPClient().send(
            HTTPRequest("HEAD", try await bench.store.link(to: "errors/V 1/ü.csv", isForHead: true).url))
        #expect(head.status == 200 && head.headers["Content-Length"] == "4")
    }

    @Test("a local file that is missing leaves nothing in the store", arguments: Kind.allCases)
    func missingFile(kind: Kind) async throws {
        let bench = try await kind.make()
        await #expect(throws: (any Error).self) { try await bench.store.put("k", contentsOf: "/nowhere/file") }
        let keys = try await bench.store.list(prefix: "", after: nil)
        #expect(keys.isEmpty)
    }

    @Test(
        "keys that leave the folder are refused",
        arguments: ["../x", "a/../../x", "/x", "a//b", "", "a/./b", "a\0", "a/../\u{301}b"])
    func escape(key: String) async throws {
        let bench = try await Kind.file.make()
        await #expect(throws: ObjectStoreError.self) { try await bench.put("x", key) }
        await #expect(throws: ObjectStoreError.self) { try await bench.get(key) }
        await #expect(throws: ObjectStoreError.self) { try await bench.store.head(key) }
        await #expect(throws: ObjectStoreError.self) { try await bench.store.delete(key) }
    }
}
