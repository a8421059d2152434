import Curl
import Foundation
import OpenSSL
import Text

extension S3Client {
    /// Of the parts of one upload.
    private static let concurrency = 4
    /// "Amazon S3 multipart upload limits", S3 User Guide.
    private static let maximumParts = 10_000

    /// The object appears when all parts have arrived; after a failure nothing is left behind to be paid for.
    func putInParts(
        _ object: S3Object, _ contents: FileSlice, _ options: S3PutOptions
    ) async throws -> S3Stored {
        let upload = try await create(object, options)
        do {
            let parts = try await upload.send(slices(of: contents), using: self, atOnce: Self.concurrency)
            return try await complete(upload, parts, options)
        } catch {
            // Not in the task that failed: it may be cancelled.
            await Task { await abort(upload) }.value
            throw error
        }
    }

    private func slices(of contents: FileSlice) -> [FileSlice] {
        let length = max(partSize, (contents.count + Self.maximumParts - 1) / Self.maximumParts)
        return stride(from: 0, to: contents.count, by: length).map {
            FileSlice(path: contents.path, offset: contents.offset + $0, count: min(length, contents.count - $0))
        }
    }

    private func create(_ object: S3Object, _ options: S3PutOptions) async throws -> PartedUpload {
        let headers = try options.headers + [("x-amz-checksum-algorithm", "SHA256")]
        let response = try await send(
            try addressing.request("POST", object, query: [("uploads", "")], headers: headers), "CreateMultipartUpload",
            object)
        guard let id = XMLDocument(response.body)?.root.text("UploadId"), !id.isEmpty else {
            throw invalidAnswer("it has no upload id", "CreateMultipartUpload", object)
        }
        return PartedUpload(object: object, id: id)
    }

    private func complete(
        _ upload: PartedUpload, _ parts: [PartedUpload.Part], _ options: S3PutOptions
    ) async throws -> S3Stored {
        let list = parts.map { part in
            """
            <Part><PartNumber>\(part.number)</PartNumber><ETag>\(part.etag.xmlEscaped)</ETag>\
            <ChecksumSHA256>\(part.checksum)</ChecksumSHA256></Part>
            """
        }
        let body = Array(
            """
            <CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">\(list.joined())\
            </CompleteMultipartUpload>
            """.utf8)
        let request = try addressing.request(
            "POST", upload.object, query: [("uploadId", upload.id)],
            headers: options.condition + [("Content-Type", "application/xml")])
        let response = try await send(
            request, "CompleteMultipartUpload", upload.object, body: .bytes(body),
            payloadHash: SigV4.payloadHash(body), timeout: nil, answersEarly: true)
        let etag = XMLDocument(response.body)?.root.text("ETag") ?? ""
        return S3Stored(etag: etag.unquoted, version: response.headers["x-amz-version-id"])
    }

    private func abort(_ upload: PartedUpload) async {
        let request = try? addressing.request("DELETE", upload.object, query: [("uploadId", upload.id)])
        guard let request else { return }
        // The first error is the one to tell; a bucket's lifecycle rule removes what is left.
        _ = try? await send(request, "AbortMultipartUpload", upload.object)
    }
}

/// An upload in parts that was begun.
struct PartedUpload: Sendable {
    struct Part: Sendable {
        /// From 1.
        var number: Int
        /// With its quotes.
        var etag: String
        /// Base64.
        var checksum: String
    }

    let object: S3Object
    let id: String

    /// - Returns: the parts in their order.
    func send(_ slices: [FileSlice], using client: S3Client, atOnce limit: Int) async throws -> [Part] {
        try await withThrowingTaskGroup(of: Part.self) { group in
            var rest = slices.enumerated().makeIterator()
            func addNext() {
                guard let (index, slice) = rest.next() else { return }
                group.addTask { try await send(slice, number: index + 1, using: client) }
            }
            for _ in 0..<limit { addNext() }
            var parts: [Part] = []
            for try await part in group {
                parts.append(part)
                addNext()
            }
            return parts.sorted { $0.number < $1.number }
        }
    }

    private func send(_ slice: FileSlice, number: Int, using client: S3Client) async throws -> Part {
        let digest = try await slice.digest()
        let checksum = S3Client.checksum(digest)
        let request = try client.addressing.request(
            "PUT", object, query: [("partNumber", String(number)), ("uploadId", id)], headers: [checksum])
        let response = try await client.send(
            request, "UploadPart", object, body: slice.body, payloadHash: digest.hex, timeout: nil)
        guard let etag = response.headers["ETag"] else {
            throw client.invalidAnswer("part \(number) has no ETag", "UploadPart", object)
        }
        return Part(number: number, etag: etag, checksum: checksum.value)
    }
}

extension String {
    var xmlEscaped: String {
        escaping(["&": "&amp;", "<": "&lt;", ">": "&gt;", "\"": "&quot;"])
    }
}
