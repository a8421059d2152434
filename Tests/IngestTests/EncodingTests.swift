import Foundation
import TestSupport
import Testing

@testable import Catalog
@testable import Tabular

/// The same product, written in every way a vendor may write it.
@Suite struct EncodingTests {
    private static let text = Onboarding.header + "\r\nP1,Grün – 20 €,Audio,S1,1.00,1\r\nP2,Plain,Audio,S2,2.00,2\r\n"

    private func expectLoaded(_ bytes: [UInt8], encoding: String, separator: String = ",") async throws {
        try await Onboarding.with { onboarding in
            let outcome = try await onboarding.ingest(bytes: bytes)
            #expect(
                outcome.status == .completed, "\(outcome.messages) \(String(describing: outcome.result.end.failure))")
            let name = try await onboarding.value("select product_name from catalog.products where sku = 'S1'")
            #expect(name == "Grün – 20 €")
            let facts = try await onboarding.value(
                "select concat_ws(' ', detail ->> 'encoding', detail ->> 'separator') from catalog.upload_events where event = 'file.read'"
            )
            #expect(facts == "\(encoding) \(separator)")
        }
    }

    @Test("UTF-8, with and without a byte order mark")
    func utf8() async throws {
        try await expectLoaded(Array(Self.text.utf8), encoding: "utf-8")
        try await expectLoaded([0xEF, 0xBB, 0xBF] + Array(Self.text.utf8), encoding: "utf-8")
    }

    @Test("UTF-16 of either byte order")
    func utf16() async throws {
        let units = Array(Self.text.utf16)
        try await expectLoaded(
            [0xFF, 0xFE] + units.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }, encoding: "utf-16le")
        try await expectLoaded(
            [0xFE, 0xFF] + units.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }, encoding: "utf-16be")
    }

    @Test("Windows-1252 where it is no UTF-8, with semicolons as spreadsheets write them")
    func windows1252() async throws {
        let bytes = Self.text.data(using: .windowsCP1252)!
        try await expectLoaded(Array(bytes), encoding: "windows-1252")
        let semicolons = Self.text.replacing(",", with: ";").data(using: .windowsCP1252)!
        try await expectLoaded(Array(semicolons), encoding: "windows-1252", separator: ";")
    }

    @Test("Tabs, CR alone, LF alone, no line end at the end")
    func dialects() async throws {
        try await expectLoaded(Array(Self.text.replacing(",", with: "\t").utf8), encoding: "utf-8", separator: "\t")
        try await expectLoaded(Array(Self.text.replacing("\r\n", with: "\r").utf8), encoding: "utf-8")
        try await expectLoaded(Array(Self.text.replacing("\r\n", with: "\n").utf8), encoding: "utf-8")
        try await expectLoaded(Array(Self.text.utf8.dropLast(2)), encoding: "utf-8")
    }

    @Test("gzip, bounded after decompression; truncated gzip loads nothing")
    func gzip() async throws {
        let folder = try TemporaryFolder()
        func compressed(_ text: String) async throws -> [UInt8] {
            let file = try folder.write(text, to: "file")
            let outcome = try await Subprocess.run("/bin/gzip", ["-kf", file])
            #expect(outcome.status == 0)
            return Array(try Data(contentsOf: URL(fileURLWithPath: file + ".gz")))
        }
        let whole = try await compressed(Self.text)
        try await expectLoaded(whole, encoding: "utf-8")
        try await Onboarding.with { onboarding in
            let truncated = try await onboarding.ingest(bytes: Array(whole.dropLast(9)))
            #expect(truncated.result.end.failure?.type == .unreadableFile)
            var limits = FileLimits()
            limits.maximumFileBytes = 100_000
            let bomb = try await onboarding.ingest(
                bytes: try await compressed(String(repeating: "0", count: 10_000_000)), limits: limits)
            #expect(bomb.result.end.failure?.type == .fileTooLarge)
            #expect(try await onboarding.value("select count(*) from catalog.products") == "0")
        }
    }

    @Test("One damaged character in a UTF-8 file costs its row, not the whole file's letters")
    func damaged() async throws {
        try await Onboarding.with { onboarding in
            let bytes =
                Array(Self.text.utf8) + Array("P3,B".utf8) + [0xC3] + Array(",Audio,S3,1,1\nP4,a".utf8) + [0]
                + Array(",Audio,S4,1,1\n".utf8)
            let outcome = try await onboarding.ingest(bytes: bytes)
            #expect(outcome.messages == ["Row is not valid UTF-8", "Row contains a NUL byte"])
            #expect(
                try await onboarding.column("select product_name from catalog.products order by sku") == [
                    "Grün – 20 €", "Plain",
                ])
        }
    }

    @Test("The scanner agrees with the standard library on random bytes, cut anywhere")
    func scanner() {
        var random = SystemRandomNumberGenerator()
        let pool: [UInt8] = [
            0x41, 0x20, 0x7F, 0x80, 0xBF, 0xC1, 0xC2, 0xE0, 0xA0, 0xED, 0x9F, 0xEF, 0xF0, 0x90, 0xF4, 0x8F, 0xF5,
        ]
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...40)).map { _ in
                Bool.random(using: &random) ? 0x61 : pool.randomElement(using: &random)!
            }
            let isValid = String(validating: bytes, as: UTF8.self) != nil
            #expect(bytes.withUnsafeBytes(UTF8Scanner.isValid) == isValid, "\(bytes)")
            var scanner = UTF8Scanner()
            let cut = Int.random(in: 0...bytes.count)
            bytes.withUnsafeBytes {
                scanner.scan(UnsafeRawBufferPointer(rebasing: $0[..<cut]))
                scanner.scan(UnsafeRawBufferPointer(rebasing: $0[cut...]))
            }
            scanner.finish()
            #expect((scanner.invalidSequences == 0) == isValid, "\(bytes) cut at \(cut)")
        }
    }
}
