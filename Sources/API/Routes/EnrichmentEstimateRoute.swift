import Enrichment
import Hummingbird
import Text

extension Shape {
    /// What a list would cost.
    static let enrichmentEstimate = Shape(
        name: "EnrichmentEstimate",
        fields: [
            .init("records", .integer, "Records that would be read."),
            .init(
                "providers",
                .json(
                    schema:
                        #"{"type":"array","items":{"type":"object","properties":{"provider":{"type":"string"},"questions":{"type":"integer"},"remembered":{"type":"integer"},"calls":{"type":"integer"},"credits":{"type":"integer"}}}}"#
                ),
                "Of each provider, in their order and at most: questions that would be asked, those that are remembered, calls and credits."
            ),
        ])
}

extension EnrichmentRoutes {
    private static let estimateInputs = inputs.filter {
        !["format", "gzip", "callbackUrl", "upload"].contains($0.name)
    }

    /// `POST /enrichment/estimate`.
    var estimate: Endpoint {
        Endpoint(
            method: .post, path: "/enrichment/estimate",
            summary: "What a list of at most 10 MB would cost at most. Nobody is asked, and nothing is kept.",
            access: .operators, query: Self.estimateInputs, body: .stream(Self.listTypes, json: []),
            answers: [.init(.ok, .object(.enrichmentEstimate), "The estimate.")], isRecorded: false
        ) { call in
            try await reading(call, Self.estimateInputs) { order in
                let options = order.new.options
                let spool = try await ContactSpool.read(
                    order.list, limits: resources.limits, encoding: options.encoding)
                let estimate = try await EnrichmentPipeline(resources: resources).estimate(options, spool)
                var json = JSONWriter()
                json.object { json in
                    json.number("records", estimate.records)
                    json.array("providers") { json in
                        for line in estimate.providers {
                            json.object { json in
                                json.string("provider", line.provider)
                                json.number("questions", line.questions)
                                json.number("remembered", line.remembered)
                                json.number("calls", line.calls)
                                json.number("credits", line.credits)
                            }
                        }
                    }
                }
                return .json(json.buffer)
            }
        }
    }
}
