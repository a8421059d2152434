import Foundation

@testable import API

extension Subject {
    /// A form that is written and read again is the same, however it is cut; and any bytes are read the same in every cut, with
    /// bounded memory.
    static let multipart = Subject(
        name: "multipart", longest: 2000,
        seeds: [
            "\0\u{2}\u{1}\u{5}--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\nsku\r\n--b--\r\n",
            "\0\u{1}\u{9}--b\r\ncontent-disposition: form-data; name=x\r\n\r\n1\r\n--b \t\r\n\r\n\r\n--b--",
            "\u{2}\u{1}\u{7}--b    \t",
            "\u{1}\u{2}\u{1}\u{3}\u{3}b c\u{2}\u{4}file\u{1}\u{5}a;b=c\u{6}\r\n--b \u{1}m\0\u{2}ok",
        ].map { Array($0.utf8) },
        words: [
            "\r\n--b", "\r\n--b--", "\r\n\r\n", "Content-Disposition: form-data; name=\"", "; filename=\"", "%22",
            "; name*=",
        ]
    ) { input in
        var choices = Choices(input)
        switch choices.number(below: 3) {
        case 0: checkAnyBytes(&choices)
        case 1: checkForm(&choices)
        default: checkMemory(&choices)
        }
    }

    private static func checkAnyBytes(_ choices: inout Choices) {
        let cuts = choices.bytes()
        let body = choices.all()
        let (whole, cut) = (FormRead(body.pieces([]), boundary: "b"), FormRead(body.pieces(cuts), boundary: "b"))
        expect(whole == cut, "the size of the pieces makes a difference: \(whole) and \(cut)")
    }

    private static func checkForm(_ choices: inout Choices) {
        let cuts = choices.bytes()
        let boundary = "b" + choices.text().filter { $0.isASCII && ($0.isLetter || $0.isNumber) }.prefix(60)
        var parts: [FormRead.Part] = []
        for _ in 0..<choices.number(below: 5) {
            let name = fieldText(choices.text())
            let fileName = choices.flag() ? fieldText(choices.text()) : nil
            parts.append(.init(name: name, fileName: fileName, content: choices.bytes(), isWhole: true))
        }
        let delimiter = Array("\r\n--\(boundary)".utf8)
        guard parts.allSatisfy({ ($0.content + delimiter).firstRange(of: delimiter)?.lowerBound == $0.content.count })
        else {
            return
        }
        let read = FormRead(written(parts, boundary).pieces(cuts), boundary: boundary)
        expect(read == FormRead(parts: parts), "\(parts) is read as \(read)")
    }

    /// As browsers write a form: https://html.spec.whatwg.org/#multipart-form-data
    private static func written(_ parts: [FormRead.Part], _ boundary: String) -> [UInt8] {
        // By code points: an accent may follow the quotation mark.
        func quoted(_ text: String) -> String {
            "\"" + text.unicodeScalars.map { $0 == "\"" ? "%22" : String($0) }.joined() + "\""
        }
        var body: [UInt8] = []
        for part in parts {
            let fileName = part.fileName.map { "; filename=\(quoted($0))" } ?? ""
            body += "--\(boundary)\r\nContent-Disposition: form-data; name=\(quoted(part.name))\(fileName)\r\n\r\n".utf8
            body += part.content + "\r\n".utf8
        }
        return body + "--\(boundary)--\r\n".utf8
    }

    /// What a browser leaves as it is: line ends and the sign of its own escapes it does not.
    private static func fieldText(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { !["\r", "\n", "%", "\0"].contains($0) }))
    }

    /// The same piece comes thousands of times.
    private static func checkMemory(_ choices: inout Choices) {
        let (first, again) = (choices.bytes(), choices.all())
        guard !again.isEmpty, var reader = MultipartReader(contentType: "multipart/form-data; boundary=b") else {
            return
        }
        do throws(MultipartReader.Malformed) {
            _ = try reader.take(first)
            for turn in 0..<min(4000, 100_000 / again.count) {
                _ = try reader.take(again)
                // A mirror takes longer than the reader.
                guard turn % 64 == 63 else { continue }
                let held = Mirror(reflecting: reader).descendant("buffer") as? [UInt8]
                expect(
                    held.map { $0.count <= 16_384 + first.count + again.count + 100 } ?? false,
                    "the form is held in memory")
            }
        } catch {}
    }
}

/// What a body turned out to hold.
private struct FormRead: Equatable {
    struct Part: Equatable {
        var name: String
        var fileName: String?
        var content: [UInt8] = []
        var isWhole = false
    }

    var parts: [Part] = []
    var isComplete = true
    var isMalformed = false

    init(parts: [Part]) { self.parts = parts }

    init(_ pieces: [ArraySlice<UInt8>], boundary: String) {
        guard var reader = MultipartReader(contentType: "multipart/form-data; boundary=\(boundary)") else {
            expect(false, "'\(boundary)' is no boundary")
            return
        }
        do throws(MultipartReader.Malformed) {
            for piece in pieces {
                for event in try reader.take(piece) { take(event) }
            }
            isComplete = reader.isComplete
        } catch {
            // What came before the mistake depends on the pieces.
            (parts, isComplete, isMalformed) = ([], false, true)
        }
        // Of a part without an end, so does how much of it is there.
        if parts.last?.isWhole == false { parts[parts.count - 1].content = [] }
    }

    private mutating func take(_ event: MultipartReader.Event) {
        switch event {
        case .part(let name, let fileName): parts.append(Part(name: name, fileName: fileName))
        case .bytes(let bytes): parts[parts.count - 1].content += bytes
        case .partEnded: parts[parts.count - 1].isWhole = true
        }
    }
}
