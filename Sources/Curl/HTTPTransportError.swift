import CLibcurl

/// A request that got no complete answer. A status of 400 or more is an answer, not an error.
package struct HTTPTransportError: Error, CustomStringConvertible, Equatable {
    package enum Kind: Sendable, Equatable {
        case cannotResolve
        case cannotConnect
        /// No trust in the server, or no common protocol.
        case tls
        case timeout
        /// The connection was lost, or the body is shorter than announced.
        case cutOff
        /// Larger than `HTTPClient.Configuration.maximumBodyBytes`.
        case bodyTooLarge
        /// Not an absolute http or https URL, or a header that cannot be sent.
        case invalidURL
        /// Leads to no address of the internet, where only these may be reached.
        case forbiddenAddress
        /// Anything else, as a closed client or an unreadable file; the message says what.
        case other
    }

    package var kind: Kind
    /// With method, scheme, host, port and path, but without query and credentials.
    package var message: String

    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    package var description: String { message }

    /// Whether the same request may succeed a little later.
    package var isRetryable: Bool {
        switch kind {
        case .cannotResolve, .cannotConnect, .timeout, .cutOff: true
        case .tls, .bodyTooLarge, .invalidURL, .forbiddenAddress, .other: false
        }
    }
}

extension HTTPTransportError.Kind {
    /// - Parameter outcome: of a transfer that failed.
    init(_ outcome: TransferOutcome) {
        // A connection that is lost within the handshake has the code of a refused certificate; only the words differ.
        let words = ["SSL_ERROR_SYSCALL", "unexpected eof", "reset by peer"]
        if outcome.code == CURLE_SSL_CONNECT_ERROR, words.contains(where: outcome.text.contains) {
            self = .cutOff
        } else {
            self.init(outcome.code)
        }
    }

    private init(_ code: CURLcode) {
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: self = .cannotResolve
        case CURLE_COULDNT_CONNECT: self = .cannotConnect
        case CURLE_OPERATION_TIMEDOUT: self = .timeout
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: self = .invalidURL
        case CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_HTTP2, CURLE_HTTP2_STREAM:
            self = .cutOff
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM,
            CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR, CURLE_USE_SSL_FAILED:
            self = .tls
        default: self = .other
        }
    }
}
