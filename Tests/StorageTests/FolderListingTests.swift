import Foundation
import TestSupport
import Testing

@testable import Storage

struct FolderListingTests {
    /// Names whose order differs between characters, bytes, and paths.
    private static let names = ["a", "a-", "a.csv", "b", "é", "e\u{301}", "z", "A", "0"]

    private static func makeTree(_ folder: TemporaryFolder, _ random: inout SeededGenerator) throws {
        for _ in 0..<60 {
            let depth = Int.random(in: 1...4, using: &random)
            let parts = (0..<depth).map { _ in names.randomElement(using: &random)! }
            let url = parts.reduce(URL(fileURLWithPath: folder.path)) { $0.appendingPathComponent($1) }
            // A file may stand where a folder is wanted; then there is one file less.
            try? FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            _ = FileManager.default.createFile(atPath: url.path, contents: Data())
        }
    }

    /// All files, without any thought of order or of where to begin.
    private static func allKeys(_ folder: TemporaryFolder) -> [[UInt8]] {
        (FileManager.default.subpaths(atPath: folder.path) ?? []).filter {
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: folder.file($0), isDirectory: &isFolder)
                && !isFolder.boolValue
        }.map { Array($0.utf8) }
    }

    @Test("It lists what walking through all would, in the order of bytes, from any key on and below any prefix")
    func likeWalkingThroughAll() throws {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<20 {
            let folder = try TemporaryFolder()
            try Self.makeTree(folder, &random)
            let all = Self.allKeys(folder).sorted { $0.lexicographicallyPrecedes($1) }
            #expect(all.count > 5)
            let texts = all.map { String(decoding: $0, as: UTF8.self) }
            for after in [""] + texts + ["a/", "a/zz", "b0", "é/", "\u{10FFFF}"] {
                for prefix in ["", "a", "a/", "a/b", "é/", "e", "nowhere/"] {
                    var found: [[UInt8]] = []
                    FolderListing(root: folder.path, prefix: prefix, after: after).forEach {
                        found.append(Array($0.utf8))
                        return true
                    }
                    let expected = all.filter {
                        $0.starts(with: prefix.utf8) && after.utf8.lexicographicallyPrecedes($0)
                    }
                    #expect(found == expected, "after '\(after)' below '\(prefix)'")
                }
            }
        }
    }

    @Test("Folders that cannot hold anything wanted are not opened, and the walk ends when it is told to")
    func opensLittle() throws {
        let folder = try TemporaryFolder()
        for name in ["a/1", "a/2", "b/1", "c/1"] {
            let url = URL(fileURLWithPath: folder.file(name))
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data().write(to: url)
        }
        var found: [String] = []
        FolderListing(root: folder.path, prefix: "", after: "a/1").forEach {
            found.append($0)
            return found.count < 2
        }
        #expect(found == ["a/2", "b/1"])
    }
}
