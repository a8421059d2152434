import Testing

@testable import API

struct MultipartReaderTests {
    private static let type = "multipart/form-data; boundary=xyz"
    private static let form = [
        "--xyz", "Content-Disposition: form-data; name=\"mode\"", "", "upsert",
        "--xyz", "Content-Disposition: form-data; name=\"file\"; filename=\"a b.csv\"", "Content-Type: text/csv", "",
        "sku\r\n--xy\r\n-- not the end\r", "--xyz--", "epilogue",
    ].joined(separator: "\r\n")

    /// The events of a body that comes in pieces of a size, neighbouring bytes joined.
    private func events(_ text: String, inPiecesOf size: Int, type: String = type) throws -> [MultipartReader.Event] {
        var reader = try #require(MultipartReader(contentType: type))
        var (events, rest): ([MultipartReader.Event], ArraySlice<UInt8>) = ([], Array(text.utf8)[...])
        while !rest.isEmpty {
            for event in try reader.take(rest.prefix(size)) {
                if case .bytes(let more) = event, case .bytes(let known) = events.last {
                    events[events.count - 1] = .bytes(known + more)
                } else {
                    events.append(event)
                }
            }
            rest = rest.dropFirst(size)
        }
        #expect(reader.isComplete)
        return events
    }

    @Test(arguments: [1, 2, 3, 7, 64, 10_000])
    func theSizeOfThePiecesMakesNoDifference(size: Int) throws {
        let events = try events(Self.form, inPiecesOf: size)
        #expect(
            events == [
                .part(name: "mode", fileName: nil), .bytes(Array("upsert".utf8)), .partEnded,
                .part(name: "file", fileName: "a b.csv"), .bytes(Array("sku\r\n--xy\r\n-- not the end\r".utf8)),
                .partEnded,
            ])
    }

    @Test func aPreambleAndAnEmptyPartArePassedOver() throws {
        let text = "hello\r\n--xyz\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n--xyz-- \r\n"
        #expect(try events(text, inPiecesOf: 5) == [.part(name: "a", fileName: nil), .partEnded])
    }

    @Test func aBoundaryInQuotesIsTheSame() throws {
        #expect(try events(Self.form, inPiecesOf: 100, type: "multipart/form-data; boundary=\"xyz\"").count == 6)
    }

    @Test(arguments: ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"\""])
    func withoutABoundaryThereIsNoReader(type: String) {
        #expect(MultipartReader(contentType: type) == nil)
    }

    @Test func anUnfinishedFormIsNotComplete() throws {
        var reader = try #require(MultipartReader(contentType: Self.type))
        _ = try reader.take(Array(Self.form.utf8).prefix(120))
        #expect(!reader.isComplete)
    }

    @Test(arguments: [
        "--xyz\r\nContent-Type: text/csv\r\n\r\nx\r\n--xyz--",
        "--xyz\r\nContent-Disposition: form-data; name=a\r\n" + String(repeating: "x", count: 20_000),
        "--xyzzy\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n--xyz--",
        "--xyz\r\n\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n--xyz--",
    ])
    func whatIsNoFormIsRefused(text: String) throws {
        var reader = try #require(MultipartReader(contentType: Self.type))
        #expect(throws: MultipartReader.Malformed.self) { _ = try reader.take(Array(text.utf8)) }
    }

    @Test(arguments: ["a;b=c.csv", "\u{301}a.csv", "a\"b.csv", "\"", "a\"; filename=\"b", "ä ;.csv"])
    func everyNameOfAFileIsReadAsABrowserWritesIt(name: String) throws {
        let written = name.unicodeScalars.map { $0 == "\"" ? "%22" : String($0) }.joined()
        let text = "--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\(written)\"\r\n\r\n\r\n--xyz--"
        #expect(try events(text, inPiecesOf: 9).first == .part(name: "file", fileName: name))
    }

    @Test func quotationMarksWithoutEndAreSearchedOnce() throws {
        let header = "Content-Disposition: form-data" + String(repeating: ";a=\"x", count: 2600) + "; name=a"
        let form = String(repeating: "--xyz\r\n\(header)\r\n\r\n\r\n", count: 20) + "--xyz--"
        var count = 0
        let took = try ContinuousClock().measure { count = try events(form, inPiecesOf: 20_000).count }
        // Each mark as often as there are marks took minutes.
        #expect(count == 40 && took < .seconds(20))
    }

    @Test func blanksWithoutEndBehindABoundaryAreNotKept() throws {
        var reader = try #require(MultipartReader(contentType: Self.type))
        _ = try reader.take(Array("--xyz".utf8))
        let blanks = [UInt8](repeating: 0x20, count: 1000)
        #expect(throws: MultipartReader.Malformed.self) { for _ in 0..<10 { _ = try reader.take(blanks) } }
    }

    @Test(arguments: [1, 20_000]) func headersAreTooLongInAnyPieces(size: Int) throws {
        var reader = try #require(MultipartReader(contentType: Self.type))
        let start = Array("--xyz\r\nContent-Disposition: form-data; name=a\r\nX: ".utf8)
        let body = start + [UInt8](repeating: 0x78, count: 17_000) + Array("\r\n\r\n".utf8)
        #expect(throws: MultipartReader.Malformed.self) {
            for place in stride(from: 0, to: body.count, by: size) {
                _ = try reader.take(body[place..<min(place + size, body.count)])
            }
        }
    }
}
