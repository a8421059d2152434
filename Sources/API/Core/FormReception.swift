import HTTPTypes
import Hummingbird
import NIOCore
package import Storage

/// A form that came with a file.
package struct FileForm: Sendable {
    package let fields: [(name: String, value: String)]
    package let fileName: String
    package let file: ReceivedFile
}

extension Call {
    /// Reads a form with one file.
    /// - Parameter limit: of the file, in bytes.
    /// - Throws: `ObjectTooLarge`, `Problem`.
    package func fileForm(limit: Int) async throws -> FileForm {
        guard var reader = MultipartReader(contentType: request.headers[.contentType] ?? "") else {
            throw Problem(.badRequest, "the form has no boundary: let the client set Content-Type")
        }
        var form = FormReception(try FileReception(limit: limit))
        do {
            try await forEachPiece { piece in
                for event in try reader.take(piece.readableBytesView) { try await form.take(event) }
            }
        } catch let error as MultipartReader.Malformed {
            throw Problem(.badRequest, "the form cannot be read: \(error.reason)")
        }
        guard reader.isComplete else { throw Problem(.badRequest, "the form ends before its last boundary") }
        guard let fileName = form.fileName else {
            throw Problem(.badRequest, "the form has no file: send one as the field 'file'")
        }
        let fields = form.fields
        return FileForm(fields: fields, fileName: fileName, file: form.finish())
    }
}

/// The fields of a form and its one file.
struct FormReception: ~Copyable {
    private static let fieldLimit = 4096
    /// No form of ours has a tenth of it; each costs memory.
    private static let mostFields = 100

    private(set) var fields: [(name: String, value: String)] = []
    private(set) var fileName: String?
    private var file: FileReception
    private var field: (name: String, bytes: [UInt8])?

    init(_ file: consuming FileReception) {
        self.file = file
    }

    mutating func take(_ event: MultipartReader.Event) async throws {
        switch event {
        case .part(let name, nil):
            guard fields.count < Self.mostFields else { throw Problem(.badRequest, "the form has too many fields") }
            field = (name, [])
        case .part(_, let name?):
            guard fileName == nil else { throw Problem(.badRequest, "the form has two files: upload one at a time") }
            fileName = name
        case .bytes(let bytes):
            guard field != nil else { return try await file.take(bytes) }
            field?.bytes += bytes
            guard field?.bytes.count ?? 0 <= Self.fieldLimit else {
                throw Problem(.tooLarge, "a field of the form is too long")
            }
        case .partEnded:
            if let field { fields.append((field.name, String(decoding: field.bytes, as: UTF8.self))) }
            field = nil
        }
    }

    consuming func finish() -> ReceivedFile { file.finish() }
}
