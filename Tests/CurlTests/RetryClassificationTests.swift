import Curl
import Testing

struct RetryClassificationTests {
    @Test(arguments: [408, 429, 500, 502, 503, 504])
    func theseStatusesMayPass(status: Int) {
        #expect(RetryClassification(HTTPResponse(status: status)).isRetryable)
    }

    @Test(arguments: [200, 301, 400, 401, 403, 404, 409, 412, 416, 501, 505])
    func theseStatusesStay(status: Int) {
        #expect(!RetryClassification(HTTPResponse(status: status)).isRetryable)
    }

    @Test func errorsOfTheNetworkMayPass() {
        for kind in [HTTPTransportError.Kind.cannotResolve, .cannotConnect, .timeout, .cutOff] {
            #expect(RetryClassification(HTTPTransportError(kind, "")).isRetryable)
        }
        for kind in [HTTPTransportError.Kind.tls, .invalidURL, .bodyTooLarge, .other] {
            #expect(!RetryClassification(HTTPTransportError(kind, "")).isRetryable)
        }
        #expect(!RetryClassification(CancellationError()).isRetryable)
    }

    @Test(arguments: [
        ("120", Duration.seconds(120)), (" 0 ", .zero), ("-1", nil), ("soon", nil), ("", nil),
        ("Fri, 31 Dec 1999 23:59:59 GMT", .seconds(59)), ("Friday, 31-Dec-99 23:59:59 GMT", .seconds(59)),
        ("Fri Dec 31 23:59:59 1999", .seconds(59)), ("Fri, 31 Dec 1999 23:58:59 GMT", .zero),
    ])
    func retryAfterIsSecondsOrADate(value: String, expected: Duration?) {
        // 31 December 1999, 23:59:00.
        #expect(RetryClassification.delay(of: value, now: 946_684_740) == expected)
    }
}
