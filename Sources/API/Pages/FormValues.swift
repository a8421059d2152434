import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

extension Call {
    /// The fields of a form without a file.
    /// - Throws: `Problem`.
    package func form(_ inputs: [Input]) async throws -> InputValues {
        try InputValues(try await formFields(), inputs, "field")
    }

    /// The same, whatever they are called.
    /// - Parameter limit: in bytes.
    package func formFields(limit: Int = 64 << 10) async throws -> [(name: String, value: String)] {
        guard request.mediaType == "application/x-www-form-urlencoded" else {
            throw Problem(.unsupportedMediaType, "send the form of this page")
        }
        let body = try await request.body.collect(upTo: limit)
        return try Endpoint.pairs(of: String(buffer: body))
    }
}
