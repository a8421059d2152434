import Foundation
import Ingest
import Postgres
import TestSupport
import Testing

@testable import Catalog
@testable import Tabular

/// The same product, written in every way a vendor may write it.
@Suite(.timeLimit(.minutes(5))) struct EncodingTests {
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
            let shown = try await onboarding.value("select encoding || ' ' || encoding_guessed from audit.uploads")
            #expect(shown == "\(encoding) \(encoding == "windows-1252")")
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

    @Test("UTF-32 with a byte order mark, whose beginning looks like that of UTF-16")
    func utf32() async throws {
        let places = [0, 8, 16, 24].map(UInt32.init)
        let scalars = ("\u{FEFF}" + Self.text).unicodeScalars.map(\.value)
        try await expectLoaded(
            scalars.flatMap { scalar in places.map { UInt8(truncatingIfNeeded: scalar >> $0) } }, encoding: "utf-32le")
        try await expectLoaded(
            scalars.flatMap { scalar in places.reversed().map { UInt8(truncatingIfNeeded: scalar >> $0) } },
            encoding: "utf-32be")
    }

    @Test("Windows-1252 where it is not UTF-8, with semicolons as spreadsheets write them")
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

    /// A text in another encoding, made by the system's own program.
    private static func written(_ text: String, in encoding: String) async throws -> [UInt8] {
        let folder = try TemporaryFolder()
        let (source, target) = (try folder.write(text, to: "utf-8"), folder.file("encoded"))
        let outcome = try await Subprocess.run(
            "/usr/bin/iconv", ["-f", "UTF-8", "-t", encoding, "-o", target, source])
        #expect(outcome.status == 0)
        return Array(try Data(contentsOf: URL(fileURLWithPath: target)))
    }

    private static let foreign: [(encoding: String, names: [String])] = [
        ("windows-1250", ["Głośnik żółty", "Příliš žluťoučký kůň"]),
        ("WINDOWS-1251", ["Громкоговоритель", "Лампа настольная"]),
        ("macintosh", ["Größe für Mädchen", "Garçon préféré"]), ("Shift_JIS", ["スピーカー", "赤いランプ"]),
        ("GB18030", ["扬声器", "红色台灯"]), ("koi8-r", ["Громкоговоритель", "Лампа"]),
        ("euc-kr", ["책상 램프 설명", "빨간 스피커"]), ("euc-jp", ["スピーカー", "赤いランプ"]),
    ]

    private static func file(_ names: [String]) -> String {
        Onboarding.header + "\n" + names.enumerated().map { "P\($0),\($1),Audio,S\($0),1,1\n" }.joined()
    }

    @Test(
        "Whatever iconv knows is read, if it is declared: of the upload, the mapping or the vendor", arguments: foreign)
    func declared(encoding: String, names: [String]) async throws {
        let bytes = try await Self.written(Self.file(names), in: encoding)
        try await Onboarding.with { onboarding in
            let outcome = try await onboarding.ingest(bytes: bytes, encoding: encoding)
            #expect(
                outcome.status == .completed, "\(outcome.messages) \(String(describing: outcome.result.end.failure))")
            #expect(outcome.result.facts?.isGuessed == false && outcome.result.facts?.encoding == encoding.lowercased())
            #expect(try await onboarding.column("select product_name from catalog.products order by sku") == names)
            try await onboarding.execute("delete from catalog.products")
            try await onboarding.execute("update catalog.vendors set encoding = \(encoding)::text")
            #expect(try await onboarding.ingest(bytes: bytes).status == .completed)
            #expect(try await onboarding.column("select product_name from catalog.products order by sku") == names)
        }
    }

    @Test("Another code page is refused instead of loaded as nonsense", arguments: foreign)
    func improbable(encoding: String, names: [String]) async throws {
        let bytes = try await Self.written(Self.file(names), in: encoding)
        try await Onboarding.with { onboarding in
            let failure = try #require(try await onboarding.ingest(bytes: bytes).result.end.failure)
            #expect(failure.type == .unreadableFile)
            #expect(failure.message.contains("words of no language") && failure.message.contains("name its encoding"))
            #expect(try await onboarding.value("select count(*) from catalog.products") == "0")
        }
    }

    @Test(
        "Words of the languages that Windows-1252 is for are not taken for nonsense",
        arguments: [
            "Größe für Mädchen, Straße, Äpfel, ÜBERGRÖSSE, Maß",
            "crème brûlée, œuvre, garçon, naïf, l\u{B4}eau, Noël, ÉTÉ",
            "niño, pingüino, ¿Qué?, corazón", "coração, São João, avó, pêssego",
            "smørrebrød, Ærø, blåbær, Håkan, Göteborg, ÅÄÖ",
            "þorskur, Ísland, æðislegt", "10×20 ± 5 µm, 20 °C, ½ Zoll, 3 m², Tempo™, © Müller",
            "Škoda Citroën, žurnaal, õun", "100 W/(m²·K), ¹inkl. Zubehör, «été», »Öl«, 5 m³",
            "“CAFÉ” – groß… Spaß™ Rosé® Café’s",
        ])
    func probable(text: String) throws {
        var check = GuessCheck()
        let bytes = text.unicodeScalars.map { Windows1252.byte($0)! }
        bytes.withUnsafeBytes { check.take($0) }
        let isImprobable = check.isImprobable()
        #expect(!isImprobable, "\(check.example)")
    }

    @Test("An encoding nobody knows fails the file with the remedy")
    func unknownEncoding() async throws {
        try await Onboarding.with { onboarding in
            let outcome = try await onboarding.ingest(text: Self.text, encoding: "klingon")
            #expect(outcome.result.end.failure?.message.contains("unknown encoding 'klingon'") == true)
        }
        #expect(TextEncoding(named: "utf-8//TRANSLIT") == nil && TextEncoding(named: "") == nil)
        #expect(TextEncoding(named: "CP1252") == .windows1252 && TextEncoding(named: "Utf-16") == .utf16LittleEndian)
    }

    @Test("Bytes that are none of the declared encoding cost their row")
    func wrongBytes() async throws {
        var bytes = try await Self.written(Self.file(["赤いランプ", "青"]), in: "SHIFT_JIS")
        bytes += Array("P9,".utf8) + [0xFD, 0xFD] + Array(",Audio,S9,1,1\n".utf8)
        try await Onboarding.with { onboarding in
            let outcome = try await onboarding.ingest(bytes: bytes, encoding: "shift_jis")
            #expect(outcome.messages == ["Row is not valid UTF-8"])
            #expect(outcome.counts.created == 2)
        }
    }

    @Test("Characters cut by the pieces that a file arrives in are put together", arguments: foreign)
    func pieces(encoding: String, names: [String]) async throws {
        let bytes = try await Self.written(Self.file(names), in: encoding)
        for step in [1, 2, 3, 7] {
            var transcoder = Transcoder(from: try #require(TextEncoding(named: encoding)))
            var output: [UInt8] = []
            for start in stride(from: 0, to: bytes.count, by: step) {
                bytes.withUnsafeBytes {
                    transcoder.append(
                        UnsafeRawBufferPointer(rebasing: $0[start..<min(start + step, bytes.count)]), to: &output)
                }
            }
            transcoder.finish(&output)
            #expect(String(decoding: output, as: UTF8.self) == Self.file(names))
        }
    }

    @Test("Text that looks like UTF-8 read as Windows-1252 is refused with the remedy")
    func encodedTwice() async throws {
        for name in ["Schlüssel", "Größe – 20 €", "crème brûlée", "スピーカー", "Лампа настольная"] {
            let twice = Self.file([String(String.UnicodeScalarView(name.utf8.map(Windows1252.scalar)))])
            try await Onboarding.with { onboarding in
                let failure = try await onboarding.ingest(text: twice).result.end.failure
                #expect(
                    failure?.type == .unreadableFile && failure?.message.contains("save it as UTF-8") == true, "\(name)"
                )
            }
        }
    }

    @Test("So is text that was read as Latin-1, or as Mac Roman as Excel does on a Mac")
    func encodedTwiceOtherwise() async throws {
        let macRoman = try #require(TextEncoding(named: "macintosh"))
        // There iconv has the letter instead of the increment, and another place for the apple.
        for byte in UInt8(0x80)...0xFF where byte != 0xC6 && byte != 0xF0 {
            var (transcoder, output): (Transcoder, [UInt8]) = (Transcoder(from: macRoman), [])
            [byte].withUnsafeBytes { transcoder.append($0, to: &output) }
            #expect(String(decoding: output, as: UTF8.self) == String(Character(BytePage.macRoman.scalar(byte))))
        }
        for name in ["GRÖSSE", "Schlüssel", "crème brûlée – 20 €", "Лампа настольная"] {
            for (page, scalar) in [
                ("Windows-1252", { Unicode.Scalar($0) }), ("Mac Roman", BytePage.macRoman.scalar),
            ] as [(String, (UInt8) -> Unicode.Scalar)] {
                let twice = Self.file([String(String.UnicodeScalarView(name.utf8.map(scalar)))])
                try await Onboarding.with { onboarding in
                    let failure = try await onboarding.ingest(text: twice).result.end.failure
                    #expect(failure?.message.contains("that was read as \(page) and saved again") == true, "\(name)")
                }
            }
        }
    }

    @Test(
        "Text with such characters by chance is taken",
        arguments: [
            "“CAFÉ” groß… Spaß™", "Schlüssel and SchlÃ¼ssel, Größe, Maß", "SÃO JOÃO, CORAÇÃO", "20 °C ± 5", "Ä–Ö",
            "日本語 Ñ…", "Aunt Martha‚Äö√Ñ√¥s", "1800 West¬¨‚Ä†1st Street", "“Äpfel” – ‚Öl‘, ”ähnlich“", "√2 ≈ 1,41",
            "’été, l’Été",
        ])
    func notTwice(text: String) {
        for page in [BytePage.windows1252, .macRoman] {
            var check = DoubleEncodingCheck(page)
            Array(text.utf8).withUnsafeBytes { check.take($0) }
            let isDouble = check.isDouble()
            #expect(!isDouble, "\(String(describing: check.example))")
        }
    }

    @Test("The scanner agrees with the standard library on random bytes, cut anywhere")
    func scanner() {
        var random = SystemRandomNumberGenerator()
        let pool: [UInt8] = [
            0x00, 0x41, 0x20, 0x7F, 0x80, 0xBF, 0xC1, 0xC2, 0xE0, 0xA0, 0xED, 0x9F, 0xEF, 0xF0, 0x90, 0xF4, 0x8F, 0xF5,
        ]
        for _ in 0..<20_000 {
            // Half of them nearly all ASCII, longer than the blocks in which that is passed over.
            let (most, others) = Bool.random(using: &random) ? (40, 2) : (300, 100)
            let bytes = (0..<Int.random(in: 0...most)).map { _ in
                Int.random(in: 0..<others, using: &random) > 0 ? 0x61 : pool.randomElement(using: &random)!
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
            #expect(scanner.hasNUL == bytes.contains(0), "\(bytes) cut at \(cut)")
        }
    }
}
