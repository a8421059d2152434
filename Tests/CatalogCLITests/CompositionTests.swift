import Logging
import Postgres
import Testing

@testable import CatalogCLI

struct CompositionTests {
    @Test("Without a token or a topic there is no door for events where others than this machine reach the address")
    func closed() throws {
        let open = ["CATALOG_HTTP_ADDRESS": "0.0.0.0:8080"]
        let topic = "arn:aws:sns:eu-central-1:123456789012:vendor-files"
        let cases: [([String: String], Bool)] = [
            (open, false), ([:], true), (["CATALOG_HTTP_ADDRESS": "[::1]:8080"], true),
            (open.merging(["CATALOG_EVENTS_TOKEN": "t0ken"]) { $1 }, true),
            (open.merging(["CATALOG_EVENTS_TOPIC": topic]) { $1 }, true),
        ]
        for (variables, isOpen) in cases {
            let composition = try Composition(settings: Settings(environment: variables, directory: "/work"))
            let intake = composition.intake(Pool("", maximum: 1), Logger(label: "test"))
            #expect((intake != nil) == isOpen, "\(variables)")
        }
    }
}
