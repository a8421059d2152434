import Curl
import Hummingbird
import NIOCore
import Postgres
import Storage

extension Problem {
    /// What a caller is told of any error: the one place that decides, for all routes.
    ///
    /// 503 where the same request may succeed a little later, 400 where the caller's value is at fault, 500 for the rest.
    init(_ error: any Error) {
        switch error {
        case let problem as Problem: self = problem
        case is NIOTooManyBytesError: self.init(.tooLarge, "the body is too large for this path")
        case let error as PostgresError: self.init(error)
        case is HTTPTransportError, is ObjectStoreError, is TemporaryFileError:
            self.init(
                .unavailable, "the file store or another service behind this one is not available: try again",
                retryAfter: 5)
        case let error as HTTPError where error.status == .notFound: self = .noSuchRoute
        case let error as any HTTPResponseError where error.status.code < 500:
            self.init(.badRequest, "the request cannot be understood: \(error.status.reasonPhrase)")
        default: self = .internalError
        }
    }

    private init(_ error: PostgresError) {
        switch error.fault {
        case .value:
            // All other values were checked before.
            self.init(.invalidParameter, "a value cannot be used: it is too long, out of range, or a changed cursor")
        case .moment:
            self.init(
                .unavailable, "the database did not answer in time: try again, or ask for less", retryAfter: 5)
        case .statement: self = .internalError
        }
    }

    static var noSuchRoute: Problem { Problem(.notFound, "no such route: GET /openapi.json lists them") }

    /// Whether the path leads nowhere, whoever asks.
    package var isOfNoRoute: Bool { kind == .notFound && detail == Self.noSuchRoute.detail }

    private static var internalError: Problem {
        Problem(
            .internalError, "this request failed: try again; the service's log has the reason under its X-Request-Id")
    }
}

extension PostgresError {
    /// Whose fault an error is.
    enum Fault: Equatable {
        /// A value that the caller gave.
        case value
        /// The server's present state: away, overloaded, full, read-only, or another transaction in the way.
        case moment
        /// This service's.
        case statement
    }

    /// Source: PostgreSQL manual, appendix A.
    var fault: Fault {
        // Without a code libpq itself failed: no server answered.
        guard let sqlState, !isConnectionLoss, !isReadOnlyServer else { return .moment }
        if isDataError { return .value }
        switch sqlState.prefix(2) {
        case "08", "40", "53", "57", "58": return .moment
        default:
            // A lock that was not to be had in time.
            return sqlState == "55P03" ? .moment : .statement
        }
    }
}
