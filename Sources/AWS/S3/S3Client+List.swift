import Curl
import Foundation

extension S3Client {
    /// Some of the objects of a bucket, in the order of their keys' bytes.
    package struct Page: Sendable {
        package var objects: [S3ObjectInfo]
        /// For the next page; nil after the last.
        package var continuation: String?
    }

    /// - Parameters:
    ///   - prefix: of the keys.
    ///   - startAfter: a key; the page begins behind it.
    ///   - continuation: of the page before.
    ///   - limit: at most 1000 ("ListObjectsV2", S3 API Reference).
    package func page(
        of bucket: String, prefix: String = "", startAfter: String? = nil, continuation: String? = nil,
        limit: Int = 1000
    ) async throws -> Page {
        var query = [
            // XML cannot carry every character that a key may have.
            (name: "encoding-type", value: "url"), (name: "list-type", value: "2"),
            (name: "max-keys", value: String(limit)),
            (name: "prefix", value: prefix),
        ]
        if let startAfter { query.append(("start-after", startAfter)) }
        if let continuation { query.append(("continuation-token", continuation)) }
        let response = try await send(
            try addressing.request("GET", bucket: bucket, query: query), "ListObjectsV2", "s3://\(bucket)/\(prefix)")
        guard let root = XMLDocument(response.body)?.root, root.name == "ListBucketResult" else {
            throw invalidAnswer("it is not a list", "ListObjectsV2", S3Object(bucket: bucket, key: prefix))
        }
        return Page(root)
    }

    /// All pages, each fetched when it is wanted.
    package func pages(of bucket: String, prefix: String = "", startAfter: String? = nil, limit: Int = 1000) -> Pages {
        Pages(client: self, bucket: bucket, prefix: prefix, startAfter: startAfter, limit: limit)
    }

    /// A list of any length.
    package struct Pages: AsyncSequence, Sendable {
        let client: S3Client
        let bucket, prefix: String
        let startAfter: String?
        let limit: Int

        package struct AsyncIterator: AsyncIteratorProtocol {
            let pages: Pages
            var continuation: String?
            var isAtEnd = false

            package mutating func next() async throws -> [S3ObjectInfo]? {
                guard !isAtEnd else { return nil }
                let page = try await pages.client.page(
                    of: pages.bucket, prefix: pages.prefix, startAfter: pages.startAfter, continuation: continuation,
                    limit: pages.limit)
                continuation = page.continuation
                isAtEnd = continuation == nil
                return page.objects
            }
        }

        package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(pages: self) }
    }
}

extension S3Client.Page {
    init(_ root: XMLDocument.Element) {
        let isEncoded = root.text("EncodingType") == "url"
        objects = root.children.filter { $0.name == "Contents" }.map { entry in
            let key = entry.text("Key") ?? ""
            return S3ObjectInfo(
                key: isEncoded ? Self.decoded(key) : key, size: entry.text("Size").flatMap { Int($0) } ?? 0,
                etag: (entry.text("ETag") ?? "").unquoted,
                lastModified: entry.text("LastModified").flatMap(Timestamps.iso8601))
        }
        let isTruncated = root.text("IsTruncated") == "true"
        continuation = isTruncated ? root.text("NextContinuationToken").flatMap { $0.isEmpty ? nil : $0 } : nil
    }

    /// S3 writes a space as `+`, and a plus as `%2B`.
    private static func decoded(_ key: String) -> String {
        let key = key.replacing("+", with: " ")
        return key.removingPercentEncoding ?? key
    }
}
