import HTTPTypes
import Hummingbird

extension Call {
    /// Whether only the headers of the answer are wanted: what is made for its content alone need not be made.
    package var isHead: Bool { request.method == .head }
}

extension ResponseBody {
    /// Of an answer to HEAD whose content is not made, so that nobody knows how long it would be.
    static var notMade: ResponseBody { ResponseBody { try await $0.finish(nil) } }
}

extension Response {
    /// The same headers without the content, for HEAD (RFC 9110, section 9.3.2): nothing of it is produced.
    ///
    /// Content of unknown length is sent in chunks, and the server's encoder would write a last one, which callers take for the beginning
    /// of their next answer. So such an answer ends with its connection.
    var withoutContent: Response {
        guard body.contentLength == nil, headers[.contentLength] == nil else {
            return Response(status: status, headers: headers)
        }
        var headers = headers
        headers[.connection] = "close"
        return Response(status: status, headers: headers, body: ResponseBody { _ in throw HeadersAreAll() })
    }
}

/// Ends a connection behind the headers of an answer. The server tells nobody.
private struct HeadersAreAll: Error {}
