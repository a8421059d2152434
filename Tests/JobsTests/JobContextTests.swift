import Logging
import Testing

@testable import Jobs

@Suite struct JobContextTests {
    private let context = JobContext(
        requestID: "abc-1", traceParent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")

    @Test("A payload takes the context with it and gives it back; whoever has none changes nothing")
    func payload() {
        #expect(JobPayload.payload(#"{"upload_id":"U"}"#, in: JobContext()) == #"{"upload_id":"U"}"#)
        for text in [#"{"upload_id":"U"}"#, "{}", "{ }"] {
            let payload = JobPayload.payload(text, in: context)
            #expect(JobPayload(payload).jobContext == context, "\(payload)")
        }
    }

    @Test("The log names what a payload is about, and the request that began it")
    func metadata() {
        let upload = JobPayload(JobPayload.payload(#"{"upload_id": "U", "vendor_id": "V"}"#, in: context))
        #expect(
            upload.metadata == [
                "upload_id": "U", "vendor_id": "V", "request_id": "abc-1",
                "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
            ])
        #expect(JobPayload(#"{"request_id": "E", "batch_no": 3}"#).metadata == ["enrichment_id": "E"])
        for other in ["{}", "[1]", #"{"upload_id": 7}"#] { #expect(JobPayload(other).metadata.isEmpty) }
    }

    @Test("Both headers are sent on, and nothing where there is nothing")
    func headers() {
        #expect(context.headers.map(\.name) == ["X-Request-Id", "traceparent"])
        #expect(JobContext().headers.isEmpty)
    }
}
