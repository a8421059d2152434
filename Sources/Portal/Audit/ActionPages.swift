import API
import Catalog
import HTML
import HTTPTypes
import Hummingbird

/// `/audit/actions`: who did what.
struct ActionPages: Sendable {
    static let path = SitePath("/audit/actions")
    static let pageSize = 50
    private static let inputs = [
        Input("who", .text(atMost: 200), "Only what they did."),
        Input("object", .text(atMost: 200), "Only about this."),
        Input("before", .text(atMost: 40), "Time of the last action of the page before."),
        Input("id", .integer(1...Int.max), "Its number."),
    ]

    let site: Site

    var endpoints: [Endpoint] { [list] }

    private var list: Endpoint {
        .page(.get, "/audit/actions", access: .staff, query: Self.inputs) { call in
            func given(_ name: String) -> String? { call.values.text(name).flatMap { $0.isEmpty ? nil : $0 } }
            let (who, object) = (given("who"), given("object"))
            let before = given("before").flatMap { at in
                call.values.integer("id").map { RecordedAction.Key(at: at, id: $0) }
            }
            let actions = try await site.services.database.look(as: call.identity) {
                try $0.actions(actor: who, object: object, before: before, limit: Self.pageSize + 1)
            }
            let view = ActionListView(
                who: who, object: object, actions: Array(actions.prefix(Self.pageSize)),
                hasMore: actions.count > Self.pageSize, isFirst: before == nil)
            return site.page(call, Texts.whoDidWhat, at: .audit) { view }
        }
    }
}

/// Actions of a filter, the newest first.
struct ActionListView: Component {
    let who, object: String?
    let actions: [RecordedAction]
    let hasMore, isFirst: Bool

    var body: HTML {
        h1(.class("unseen")) { Texts.whoDidWhat }
        Tabs.audit(Texts.whoDidWhat)
        section(.class("card")) {
            form(.class("choices"), .named("method", "get"), .action(ActionPages.path)) {
                field("who", Texts.who, who)
                field("object", Texts.object, object)
                button { Texts.show }
            }
            if actions.isEmpty { p(.class("empty")) { Texts.noActions } } else { listing }
            pager
        }
    }

    private func field(_ name: String, _ title: String, _ value: String?) -> HTML {
        label {
            span { title }
            input(.type("text"), .name(name), .value(value ?? ""), .named("maxlength", 200))
        }
    }

    private var listing: Listing {
        Listing(
            Texts.whoDidWhat,
            [.number(Texts.at), .text(Texts.who), .text(Texts.what), .text(Texts.object), .text(Texts.change)]
        ) {
            for action in actions {
                tr {
                    td(.class("when")) { Moment(at: action.at) }
                    td(.class("value")) { a(.href(ActionPages.path.with("who", action.actor))) { action.actor } }
                    td(.class("value")) { action.action }
                    td(.class("value")) {
                        if let object = action.object {
                            a(.href(ActionPages.path.with("object", object))) { object }
                        }
                    }
                    td(.class("message")) { action.change ?? "" }
                }
            }
        }
    }

    private var pager: HTML {
        let path = ActionPages.path.with("who", who).with("object", object)
        return p(.class("pager")) {
            if !isFirst { a(.href(path)) { Texts.first } }
            if hasMore, let key = actions.last?.key {
                a(.href(path.with("before", key.at).with("id", "\(key.id)"))) { Texts.next }
            }
        }
    }
}
