import Foundation
import HTTPTypes
import Hummingbird
import Jobs
import NIOCore
import Storage

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
    func json(_ inputs: [Input]) async throws -> InputValues {
        guard request.isJSON else {
            throw Problem(.unsupportedMediaType, "send JSON with 'Content-Type: application/json'")
        }
        let body = try await request.body.collect(upTo: RequestBody.jsonLimit)
        return try InputValues(json: Array(body.readableBytesView), inputs)
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
