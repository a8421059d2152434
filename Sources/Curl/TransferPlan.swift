import CLibcurl

/// Everything libcurl is told about one transfer: a value, so that it can be looked at without a server.
struct TransferPlan: Sendable {
    enum Setting: Sendable {
        case number(CURLoption, Int)
        /// For options whose C type is `curl_off_t`.
        case offset(CURLoption, Int)
        /// nil clears what libcurl was built with.
        case text(CURLoption, String?)
        case list(CURLoption, [String])
    }

    var settings: [Setting] = []
    /// No other is connected to.
    var isForPublicAddresses = false
    /// nil if nothing is sent.
    var upload: HTTPBody?
    var sink: BodySink
    /// nil for no limit. Kept by the driver: libcurl's own does not end a transfer that waits for a connection.
    var total: Duration?

    /// What all transfers have in common.
    /// - Parameters:
    ///   - stall: the time without a byte in either direction, in whole seconds at least 1.
    ///   - total: the time for all, the wait for a connection included.
    init(url: String, connect: Duration, stall: Duration, total: Duration?, caFile: String?, sink: BodySink) {
        self.sink = sink
        self.total = total
        settings = [
            .text(CURLOPT_URL, url),
            .number(CURLOPT_NOSIGNAL, 1),
            .number(CURLOPT_CONNECTTIMEOUT_MS, connect.milliseconds),
            .number(CURLOPT_LOW_SPEED_LIMIT, 1),
            .number(CURLOPT_LOW_SPEED_TIME, max(1, (stall.milliseconds + 999) / 1000)),
            .number(CURLOPT_BUFFERSIZE, 256 << 10),
            .number(CURLOPT_UPLOAD_BUFFERSIZE, 256 << 10),
            .number(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2),
            .number(CURLOPT_SSL_VERIFYPEER, 1),
            .number(CURLOPT_SSL_VERIFYHOST, 2),
        ]
        // Instead of the system's authorities, not beside them.
        if let caFile { settings += [.text(CURLOPT_CAINFO, caFile), .text(CURLOPT_CAPATH, nil)] }
    }

    /// Announces and sends a body.
    mutating func send(_ body: HTTPBody) {
        settings += [.number(CURLOPT_UPLOAD, 1), .offset(CURLOPT_INFILESIZE_LARGE, body.count)]
        upload = body
    }
}

/// Where the body of an answer goes.
enum BodySink: Sendable {
    /// Into memory; more than the limit in bytes ends the transfer.
    case buffer(limit: Int)
    /// That of a 2xx answer to the sink, any other into memory; of the latter, what exceeds the limit is dropped.
    case stream(DownloadSink, errorLimit: Int)
}

extension Duration {
    /// Rounded up, because 0 means "no limit" to libcurl; at least 1.
    var milliseconds: Int {
        let (seconds, attoseconds) = components
        return max(1, Int(seconds) * 1000 + Int((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000))
    }
}
