package import Catalog
import Foundation
import HTTPTypes
package import Hummingbird
import Jobs
import NIOCore
import Postgres
import Threads

/// A method of a path: who may call it, with what, what comes back. The router, the checks of each request and the OpenAPI
/// document are all made from it.
package struct Endpoint: Sendable {
    /// Who may call.
    package enum Access: Sendable {
        case anybody
        case roles([AccessRole])

        package static let everyRole = Access.roles(AccessRole.allCases)
        /// Auditors are read-only.
        package static let writers = Access.roles(AccessRole.allCases.filter { $0 != .auditor })
        package static let staff = Access.roles([.operator, .auditor])
        package static let operators = Access.roles([.operator])
    }

    /// What a request brings besides its path and query.
    enum Body: Sendable {
        case none
        /// A JSON object of these members.
        case json([Input])
        /// Any of these media types, read by the handler. JSON of these members may be among them.
        case stream([String], json: [Input])
    }

    /// An answer that is not a problem.
    struct Answer: Sendable {
        enum Content: Sendable {
            case empty
            case object(Shape)
            /// `{"items": […], "nextCursor": …}`.
            case page(Shape)
            /// `{"items": […]}`.
            case list(Shape)
            /// A media type.
            case text(String)
        }

        var status: HTTPResponse.Status
        var content: Content
        var summary: String

        init(_ status: HTTPResponse.Status, _ content: Content, _ summary: String) {
            self.status = status
            self.content = content
            self.summary = summary
        }
    }

    /// Whom it is for, and hence how callers say who they are.
    enum Door: Sendable {
        /// Programs: by the Authorization header.
        case api
        /// People: by the cookie of their session. What comes from another site changes nothing.
        case page
    }

    let method: HTTPRequest.Method
    /// Such as `/uploads/{uploadId}`.
    let path: String
    let summary: String
    var door = Door.api
    var access = Access.everyRole
    /// Of the path, in its order.
    var pathInputs: [Input] = []
    var query: [Input] = []
    /// Whether others say what its query holds, which the handler reads by itself.
    var hasForeignQuery = false
    var body = Body.none
    let answers: [Answer]
    /// Whether the answer must not be kept to be repeated.
    var tellsSecret = false
    /// Whether a change leaves a row in `audit.actions`.
    var isRecorded = true
    let handler: @Sendable (Call) async throws -> Response
}

/// A request whose values and caller are known.
package struct Call: Sendable {
    package var request: Request
    let context: APIContext
    package let identity: Identity
    /// Of path and query.
    package let values: InputValues
    /// What is done under an Idempotency-Key.
    var keyed: KeyedWork?

    /// A text of the path, which is always there.
    package func path(_ name: String) -> String { values.text(name) ?? "" }

    /// Where the caller reaches this service, without a slash at the end.
    /// - Parameter publicURL: as configured; nil takes the host of the request.
    package func base(_ publicURL: String?) -> String {
        publicURL ?? request.head.authority.map { "http://\($0)" } ?? ""
    }

    /// How many items a page has.
    var limit: Int { values.integer("limit") ?? 20 }
}

extension String {
    /// nil if it is not percent-encoded UTF-8. Most texts have nothing to decode.
    fileprivate var percentDecoded: String? { utf8.contains(UInt8(ascii: "%")) ? removingPercentEncoding : self }
}

/// Who called, for the log.
final class Caller: Sendable {
    private let state = Locked("")

    var subject: String {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}

/// What each request carries through the server.
struct APIContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Found out on the way in, told in the log on the way out.
    let caller = Caller()
    /// Of the request: what the caller sent, else of our own making. In the answer, in the log, and in the jobs that it enqueues.
    var work = JobContext()
    /// Who is at the other end of the connection; nil where that cannot be known.
    let peer: PeerAddress?

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        peer = source.channel.remoteAddress?.ipAddress.flatMap { PeerAddress($0) }
    }
}

extension Endpoint {
    /// The only way to the handler: a change is recorded in the transaction that makes it.
    func answer(_ call: Call) async throws -> Response {
        guard isRecorded, method != .get, let context = TransactionContext.current else {
            return try await handler(call)
        }
        let action = ActionRecord("\(method) \(path)", object: object(of: call))
        return try await TransactionContext.$current.withValue(context.recording(action)) { try await handler(call) }
    }

    /// What the path names, without the secret of a link.
    func object(of call: Call) -> String? {
        let names = pathInputs.map(\.name).filter { $0 != "token" }.compactMap { name in
            call.values.text(name) ?? call.values.integer(name).map { String($0) }
        }
        return names.isEmpty ? call.values.text("vendor") : names.joined(separator: "/")
    }

    /// HEAD is answered wherever GET is (RFC 9110, section 9.1).
    var methods: [HTTPRequest.Method] { method == .get ? [.get, .head] : [method] }

    /// The path in the words of the router.
    var routerPath: RouterPath {
        RouterPath(
            path.split(separator: "/").map { $0.hasPrefix("{") ? ":" + $0.dropFirst().dropLast() : String($0) }
                .joined(separator: "/"))
    }

    /// Reads path and query.
    /// - Throws: `Problem`.
    func values(of request: Request, _ context: APIContext) throws -> InputValues {
        // A piece of the path that is not a valid value names nothing that exists.
        let pairs = try pathInputs.map { input -> (name: String, value: String) in
            guard let text = context.parameters.get(input.name)?.percentDecoded, !text.utf8.contains(0) else {
                throw Problem.noSuchRoute
            }
            return (input.name, text)
        }
        var values: InputValues
        do {
            values = try InputValues(pairs, pathInputs)
        } catch {
            throw Problem(.notFound, "there is nothing by that name")
        }
        if !hasForeignQuery { values.merge(try InputValues(Self.pairs(of: request.uri.query), query)) }
        return values
    }

    /// Of `a=1&b=2`, with `+` for a space as forms send it.
    static func pairs(of query: String?) throws -> [(name: String, value: String)] {
        try (query ?? "").split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let texts = parts.map { String($0).replacing("+", with: " ").percentDecoded }
            guard let name = texts[0], let value = texts.count > 1 ? texts[1] : "" else {
                throw Problem(.invalidParameter, "the query or form is not percent-encoded UTF-8")
            }
            return (name, value)
        }
    }
}
