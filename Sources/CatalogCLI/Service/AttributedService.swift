import Catalog
import Postgres
import ServiceLifecycle

/// A service whose transactions say for whom they write.
struct AttributedService: Service {
    let service: any Service
    let attribution: Attribution

    func run() async throws {
        try await TransactionContext.$current.withValue(attribution.context) { try await service.run() }
    }
}

extension Service {
    /// For messages: its type.
    var name: String { String(describing: type(of: (self as? AttributedService)?.service ?? self)) }

    func attributed(_ attribution: Attribution) -> any Service {
        AttributedService(service: self, attribution: attribution)
    }
}
