import TestSupport
import Testing

@Suite(.timeLimit(.minutes(3))) struct SpanTests {
    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"

    @Test("A trace leads from the request to the jobs that it began, with what each of them was")
    func upload() async throws {
        try await TraceCollector.with { collector in
            let settings = [
                "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_SERVICE_NAME": "shop-catalog",
                "OTEL_TRACES_SAMPLER": "parentbased_always_off",
            ]
            try await APIEnvironment.with(settings) { api in
                let answer = try await api.call(
                    "POST", "/uploads?fileName=a.csv", csv: APIEnvironment.file("a"),
                    headers: [("traceparent", "00-\(Self.trace)-00f067aa0ba902b7-01")])
                try await api.end(of: try #require(answer["uploadId"]))
                try await eventually { try await collector.spans().contains { $0["name"] == "job notify" } }
                let spans = try await collector.spans()
                // Whose caller did not ask for it is not exported: health checks, and jobs that come by the clock.
                #expect(spans.allSatisfy { $0["trace"] == Self.trace && $0["service"] == "shop-catalog" })
                let request = try #require(spans.first { $0["name"] == "POST /uploads" })
                #expect(request["parent"] == "00f067aa0ba902b7" && request["kind"] == "server")
                #expect(request["http.route"] == "/uploads" && request["http.response.status_code"] == "202")
                let onboard = try #require(spans.first { $0["name"] == "job onboard" })
                #expect(onboard["parent"] == request["id"] && onboard["kind"] == "consumer")
                #expect(onboard["messaging.destination.name"] == "onboard" && onboard["catalog.job.attempt"] == "1")
                let report = try #require(spans.first { $0["name"] == "job report" })
                #expect(report["parent"] == onboard["id"])
                #expect(try await collector.log()["answered 400"] == nil)
            }
        }
    }

    @Test("A setting of traces that cannot be meant stops the start and says what would be right")
    func settings() async throws {
        try await ServiceEnvironment.with([:]) { service in
            let grpc = ["OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"]
            let collector = ["OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4317"]
            // What is meant for other programs stops nothing where no traces are sent.
            #expect(try await service.catalog.run("vendor", "list", setting: grpc).status == 0)
            let refused = try await service.catalog.run("vendor", "list", setting: grpc.merging(collector) { $1 })
            #expect(refused.status != 0 && refused.error.contains("OTEL_EXPORTER_OTLP_PROTOCOL"))
            #expect(refused.error.contains("http/json only"))
            for (name, value, words) in [
                ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318", "http://collector:4318"),
                ("OTEL_TRACES_SAMPLER", "sometimes", "parentbased_always_on"),
                ("OTEL_EXPORTER_OTLP_HEADERS", "s3cr3t", "name=value"),
            ] {
                let outcome = try await service.catalog.run("vendor", "list", setting: [name: value])
                #expect(outcome.status != 0 && outcome.error.contains(name) && outcome.error.contains(words))
                #expect(!outcome.error.contains("is 's3cr3t'"))
            }
        }
    }
}
