import Foundation
import TestSupport
import Testing
import Threads

@testable import Storage

@Suite(.timeLimit(.minutes(5))) struct StagedFileTests {
    private func names(_ folder: TemporaryFolder) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    @Test("It appears whole, under its name; one that is given up leaves nothing")
    func publish() throws {
        let folder = try TemporaryFolder()
        try folder.write("old", to: "a")
        do {
            let file = try StagedFile(in: folder.path)
            try Array("new".utf8).withUnsafeBytes(file.write)
            #expect(try String(contentsOfFile: folder.file("a"), encoding: .utf8) == "old")
            try file.publish(as: folder.file("a"))
            _ = try StagedFile(in: folder.path)
        }
        #expect(try names(folder) == ["a"])
        #expect(try String(contentsOfFile: folder.file("a"), encoding: .utf8) == "new")
    }

    @Test("A sweep removes what nobody holds, in all folders, and nothing else")
    func sweep() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(
            atPath: folder.file("errors/V1"), withIntermediateDirectories: true)
        let left = ".staged-\(UUID().uuidString)"
        for place in ["", "errors/", "errors/V1/"] { try folder.write("half", to: place + left) }
        try folder.write("a vendor's", to: ".staged-products.csv")
        let held = try StagedFile(in: folder.path)
        #expect(StagedFile.sweep(below: folder.path) == 3)
        #expect(StagedFile.sweep(below: folder.path) == 0)
        try held.publish(as: folder.file("whole"))
        #expect(try names(folder) == [".staged-products.csv", "errors", "whole"])
        #expect(StagedFile.sweep(below: folder.file("nowhere")) == 0)
    }

    @Test("A sweep at any moment takes nobody's file away")
    func race() async throws {
        let folder = try TemporaryFolder()
        let isOver = Locked(false)
        async let sweeper: Void = onThread(named: "sweeper") {
            while !isOver.withLock({ $0 }) { StagedFile.sweep(folder.path) }
        }
        try await onThread(named: "writer") {
            for number in 0..<2000 {
                let file = try StagedFile(in: folder.path)
                try file.publish(as: folder.file("\(number)"))
            }
        }
        isOver.withLock { $0 = true }
        try await sweeper
        #expect(try names(folder).count == 2000)
    }
}
