import API
import Catalog
import Foundation
import HTML
import HTTPTypes
import Hummingbird

/// `/audit`: the catalogue at a moment, or what differs between two.
struct CataloguePages: Sendable {
    static let path = SitePath("/audit")
    static let pageSize = 50
    /// How far the slider goes back.
    static let mostMinutes = 1440
    private static let inputs = [
        Input("asOf", .text(atMost: 30), "The moment; now if it is not given."),
        Input("back", .integer(0...mostMinutes), "So many minutes before it."),
        Input("vs", .text(atMost: 30), "Another moment to compare with."),
        Input("vendor", .text(atMost: 50), "Only this vendor's."),
        Input("afterVendor", .text(atMost: 50), "Vendor of the last product of the page before."),
        Input("after", .text(atMost: 100), "The last product of the page before."),
    ]

    /// What was asked for, as it stands in the address.
    struct Question: Sendable {
        var moment: PastMoment
        var other: PastMoment?
        var vendor: String?
        var after: [String]?

        /// The page behind a product.
        func path(after key: [String]? = nil) -> SitePath {
            CataloguePages.path.with("asOf", moment.text).with("vs", other?.text).with("vendor", vendor)
                .with("afterVendor", key?[0]).with("after", key?[1])
        }
    }

    let site: Site

    var endpoints: [Endpoint] { [show] }

    private static func question(_ values: InputValues) throws -> Question {
        func given(_ name: String) -> String? { values.text(name).flatMap { $0.isEmpty ? nil : $0 } }
        let asked = try given("asOf").map { try PastMoment($0, of: "asOf") } ?? PastMoment(Date())
        let after = given("afterVendor").flatMap { vendor in given("after").map { [vendor, $0] } }
        return Question(
            moment: asked.minus(minutes: values.integer("back") ?? 0),
            other: try given("vs").map { try PastMoment($0, of: "vs") }, vendor: given("vendor"), after: after)
    }

    private var show: Endpoint {
        .page(.get, "/audit", access: .staff, query: Self.inputs) { call in
            let question = try Self.question(call.values)
            guard let other = question.other else { return try await list(call, question) }
            return try await compare(call, question, other)
        }
    }

    private func list(_ call: Call, _ question: Question) async throws -> Response {
        let products = try await site.services.database.look(as: call.identity) {
            try $0.catalogue(
                at: question.moment.text, vendor: question.vendor, after: question.after, limit: Self.pageSize + 1)
        }
        let view = CatalogueView(
            question: question, products: Array(products.prefix(Self.pageSize)), hasMore: products.count > Self.pageSize
        )
        return site.page(call, Texts.audit, at: .audit) { view }
    }

    private func compare(_ call: Call, _ question: Question, _ other: PastMoment) async throws -> Response {
        let (first, second) =
            other.date < question.moment.date ? (other, question.moment) : (question.moment, other)
        let found = try await site.services.database.look(as: call.identity) {
            try $0.catalogueDifferences(
                from: first.text, to: second.text, vendor: question.vendor, after: question.after,
                limit: Self.pageSize + 1)
        }
        let view = DifferenceView(
            question: question, first: first, second: second, differences: Array(found.prefix(Self.pageSize)),
            hasMore: found.count > Self.pageSize)
        return site.page(call, Texts.audit, at: .audit) { view }
    }
}
