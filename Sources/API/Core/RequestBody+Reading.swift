import Foundation
import HTTPTypes
import Hummingbird
import Jobs
import NIOCore
import Storage
import Text

extension Request {
    /// The media type without its parameters, in lower case.
    var mediaType: String {
        let field = headers[.contentType] ?? ""
        return field.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces).lowercased()
    }

    var isJSON: Bool { mediaType == "application/json" }
}

extension RequestBody {
    /// Bytes of a JSON body: no path takes more than a few short members.
    static let jsonLimit = 64 << 10
}

extension Call {
    /// The members of a JSON body.
    /// - Throws: `Problem`.
    func json(_ inputs: [Input]) async throws -> InputValues { try InputValues(json: try await jsonBytes(), inputs) }

    /// The members of a JSON body, whatever they are called.
    /// - Throws: `Problem`.
    func members() async throws -> [String: JSONValue] {
        do {
            return try JSONDecoder().decode([String: JSONValue].self, from: try await json())
        } catch is DecodingError {
            throw Problem(.invalidBody, "the body is not a JSON object")
        }
    }

    /// A JSON body that the caller reads.
    /// - Parameter limit: in bytes.
    /// - Throws: `Problem`.
    func json(limit: Int = RequestBody.jsonLimit) async throws -> Data {
        let body = try await jsonBytes(limit: limit)
        guard !StackedMarks.areIn(json: body) else { throw Problem.stackedMarks }
        return Data(body)
    }

    private func jsonBytes(limit: Int = RequestBody.jsonLimit) async throws -> [UInt8] {
        guard request.isJSON else {
            throw Problem(.unsupportedMediaType, "send JSON with 'Content-Type: application/json'")
        }
        return Array(try await request.body.collect(upTo: limit).readableBytesView)
    }

    /// Takes the body as a file.
    /// - Parameter limit: in bytes.
    /// - Throws: `ObjectTooLarge`, before the bytes come if their number is announced; `Problem`.
    func receive(limit: Int) async throws -> ReceivedFile {
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit {
            throw ObjectTooLarge(limit: limit)
        }
        var reception = try FileReception(limit: limit)
        try await forEachPiece { try await reception.take(Array($0.readableBytesView)) }
        return reception.finish()
    }

    /// Hands the body over piece by piece; who sends too slowly is refused, so that nobody holds a connection for ever.
    func forEachPiece(_ body: (ByteBuffer) async throws -> Void) async throws {
        let begin = ContinuousClock.now
        var count = 0
        for try await piece in request.body {
            count += piece.readableBytes
            let seconds = (ContinuousClock.now - begin).seconds
            // A minute for anything, then at least 1 KiB in each second.
            guard seconds < 60 || Double(count) / seconds >= 1024 else {
                throw Problem(.timeout, "the body arrives too slowly: \(count) bytes in \(Int(seconds)) s")
            }
            try await body(piece)
        }
    }
}
