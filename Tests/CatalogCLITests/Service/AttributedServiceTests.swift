import Catalog
import ServiceLifecycle
import Testing

@testable import CatalogCLI

@Suite(.timeLimit(.minutes(1))) struct AttributedServiceTests {
    private struct Listener: Service {
        let secret = "hunter2"

        func run() async throws {}
    }

    @Test("A service is named by its type in messages, not by what it holds")
    func names() {
        #expect(Listener().name == "Listener")
        #expect(Listener().attributed(Attribution(actor: "worker")).name == "Listener")
    }
}
