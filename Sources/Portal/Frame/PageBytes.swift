import HTTPTypes
import Hummingbird
import NIOCore
import Zlib

/// Text for a browser: compressed for one that takes it so. What another site sends brings no session along, so that nobody can learn
/// from sizes what a page says.
struct PageBytes: Sendable {
    /// Smaller ones fit one packet as they are.
    private static let fewest = 1024

    private let plain: [UInt8]
    /// Made once; nil if each answer makes it.
    private let kept: [UInt8]?

    /// - Parameter isKept: whether they are sent more than once.
    init(_ plain: [UInt8], isKept: Bool = false) {
        self.plain = plain
        kept = isKept && plain.count >= Self.fewest ? Self.compressed(plain) : nil
    }

    func response(_ status: HTTPResponse.Status, _ headers: HTTPFields, for request: Request) -> Response {
        var headers = headers
        headers[.vary] = "Accept-Encoding"
        guard plain.count >= Self.fewest, Self.takesGzip(request) else {
            return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: plain)))
        }
        headers[.contentEncoding] = "gzip"
        let bytes = kept ?? Self.compressed(plain)
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    private static func compressed(_ plain: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        let writer = GzipWriter(level: 5) { bytes.append(contentsOf: $0) }
        // An array takes what comes.
        try! writer.write(plain)
        try! writer.finish()
        return bytes
    }

    /// RFC 9110, section 12.5.3, as browsers write it: a weight of zero refuses.
    private static func takesGzip(_ request: Request) -> Bool {
        let codings = (request.headers[.acceptEncoding] ?? "").split(separator: ",").map {
            $0.split(separator: ";").map { $0.filter { $0 != " " }.lowercased() }
        }
        return codings.contains { $0.first == "gzip" && !["q=0", "q=0.0", "q=0.00", "q=0.000"].contains($0.last) }
    }
}
