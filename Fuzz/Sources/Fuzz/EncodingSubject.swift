import Foundation
import Zlib

@testable import Storage
@testable import Tabular

extension Subject {
    /// Text is read the same however it is cut, and as others read it; what comes of it is UTF-8, but for the places that say so.
    static let encodings = Subject(
        name: "encodings", longest: 600,
        seeds: [
            [0, 1, 3] + Array("sku,name\n1,Schl\u{FC}ssel \u{1F642}\n".utf8),
            [1, 1, 2] + [0x53, 0, 0x3D, 0xD8, 0x42, 0xDE, 0x0A],
            [2, 1, 2] + [0, 0x53, 0xD8, 0x3D, 0xDE, 0x42], [3, 1, 2] + [0x53, 0xFC, 0x80, 0x81, 0x9F],
            [4, 1, 1] + [0x83, 0x89, 0x83, 0x93, 0x83, 0x76], [5, 1, 1] + [0x81, 0x30, 0x81, 0x30, 0xC4, 0xE3],
            [6, 1, 1] + [0x1B, 0x24, 0x42, 0x25, 0x69, 0x1B, 0x28, 0x42], [7, 1, 1] + Array("+AOQ-b".utf8),
            [0, 1, 2] + Array("Schl\u{C3}\u{BC}ssel".utf8),
        ],
        words: ["\u{FEFF}", "\u{FFFD}", "\u{C3}\u{BC}", "\u{E2}\u{20AC}", "+AOQ-"]
    ) { input in
        var choices = Choices(input)
        let names = [
            "utf-8", "utf-16le", "utf-16be", "windows-1252", "shift_jis", "gb18030", "iso-2022-jp", "utf-7", "big5",
        ]
        let name = names[choices.number(below: names.count)]
        let cuts = choices.bytes()
        let bytes = choices.all()
        let whole = transcoded(bytes.pieces([]), name)
        // Between two calls glibc forgets what a damaged run of base 64 in UTF-7 began with.
        let isCutAlike = name == "utf-7" || whole == transcoded(bytes.pieces(cuts), name)
        expect(isCutAlike, "the size of the pieces makes a difference in \(name)")
        checkText(whole, of: bytes, name)
        checkScanner(bytes, cuts)
        checkGuess(bytes, cuts)
        checkFile(bytes, cuts)
    }

    private static func transcoded(_ pieces: [ArraySlice<UInt8>], _ name: String) -> [UInt8] {
        guard
            let encoding = TextEncoding(named: name)
                ?? [.utf16LittleEndian, .utf16BigEndian].first(where: { $0.name == name })
        else {
            expect(false, "\(name) is not known")
            return []
        }
        var (transcoder, output): (Transcoder, [UInt8]) = (Transcoder(from: encoding), [])
        for piece in pieces { piece.withUnsafeBytes { transcoder.append($0, to: &output) } }
        transcoder.finish(&output)
        return output
    }

    private static func checkText(_ text: [UInt8], of bytes: [UInt8], _ name: String) {
        switch name {
        case "utf-8": expect(text == bytes, "UTF-8 is changed")
        case "utf-16le", "utf-16be":
            let isBigEndian = name.hasSuffix("be")
            let units = stride(from: 0, to: bytes.count - 1, by: 2).map { place in
                let (first, second) = (UInt16(bytes[place]), UInt16(bytes[place + 1]))
                return isBigEndian ? first << 8 | second : second << 8 | first
            }
            // Half a character at the end is one sign of damage, whatever it lacks.
            let isCut = bytes.count % 2 == 1
            let endsHigh = units.last.map(UTF16.isLeadSurrogate) ?? false
            let expected = String(decoding: units, as: UTF16.self) + (isCut && !endsHigh ? "\u{FFFD}" : "")
            expect(text == Array(expected.utf8), "\(bytes) is not read as \(expected)")
        case "windows-1252":
            expect(String(validating: text, as: UTF8.self)?.unicodeScalars.count == bytes.count, "a byte is lost")
        default:
            let pieces = text.split(separator: 0xFF)
            expect(
                pieces.allSatisfy { String(validating: $0, as: UTF8.self) != nil }, "\(bytes) gives no UTF-8 in \(name)"
            )
        }
    }

    private static func checkScanner(_ bytes: [UInt8], _ cuts: [UInt8]) {
        var scanner = UTF8Scanner()
        for piece in bytes.pieces(cuts) { piece.withUnsafeBytes { scanner.scan($0) } }
        scanner.finish()
        let text = String(validating: bytes, as: UTF8.self)
        expect((scanner.invalidSequences == 0) == (text != nil), "\(bytes) is UTF-8 to one and not to the other")
        expect(scanner.hasNUL == bytes.contains(0), "a NUL is missed")
        if let text {
            expect(scanner.multibyteSequences == text.unicodeScalars.count { !$0.isASCII }, "characters are missed")
        }
        expect(bytes.withUnsafeBytes { UTF8Scanner.isValid($0) } == (text != nil), "the whole is judged otherwise")
    }

    private static func checkGuess(_ bytes: [UInt8], _ cuts: [UInt8]) {
        func judged(_ pieces: [ArraySlice<UInt8>]) -> [String] {
            var (guess, double) = (GuessCheck(), DoubleEncodingCheck())
            for piece in pieces { piece.withUnsafeBytes { guess.take($0) } }
            for piece in pieces { piece.withUnsafeBytes { double.take($0) } }
            return ["\(guess.isImprobable())", guess.example, "\(double.isDouble())", double.example?.written ?? ""]
        }
        expect(judged(bytes.pieces([])) == judged(bytes.pieces(cuts)), "the size of the pieces changes the judgement")
    }

    /// The whole way of a file.
    private static func checkFile(_ bytes: [UInt8], _ cuts: [UInt8]) {
        func read(_ pieces: [ArraySlice<UInt8>]) -> [UInt8]? {
            answer(FileFailure.self) {
                let upload = try UploadReader(limits: FileLimits()).read(Pieces(pieces)) { _ in }
                let text = try upload.spool.bytes(at: 0, count: upload.spool.byteCount)
                let isClean = !text.contains(0) && String(validating: text, as: UTF8.self) != nil
                expect(upload.hasDamagedText == !isClean, "damage is not told, or told where there is none")
                return text
            }
        }
        let whole = read(bytes.pieces([]))
        expect(whole == read(bytes.pieces(cuts)), "the size of the pieces changes the file")
        guard !bytes.isEmpty, !GzipReader.isGzip(prefix: bytes), !FileSignature.isZIP(bytes) else { return }
        let members = bytes.pieces(cuts).flatMap { compressed(Array($0)) }
        expect(whole == read([members[...]]), "compressed in members it is another file")
    }

    private static func compressed(_ bytes: [UInt8]) -> [UInt8] {
        var member: [UInt8] = []
        let writer = GzipWriter(level: 1) { member.append(contentsOf: $0) }
        _ = answer(Never.self) {
            try writer.write(bytes)
            try writer.finish()
        }
        return member
    }
}

/// Bytes in memory that come in pieces.
final class Pieces: ByteSource {
    private var rest: ArraySlice<ArraySlice<UInt8>>

    init(_ pieces: [ArraySlice<UInt8>]) { rest = pieces[...] }

    var byteCount: Int? { nil }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        guard let piece = rest.popFirst() else { return 0 }
        let taken = piece.prefix(buffer.count)
        buffer.copyBytes(from: taken)
        if taken.count < piece.count { rest = [piece.dropFirst(taken.count)] + rest }
        return taken.count
    }
}
