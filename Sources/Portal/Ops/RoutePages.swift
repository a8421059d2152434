import API
import HTML
import HTTPTypes
import Hummingbird
import Intake

/// `/ops/routes`: what arrives where, and what of it is ignored.
struct RoutePages: Sendable {
    let site: Site

    var endpoints: [Endpoint] { [list] }

    private var list: Endpoint {
        .page(.get, "/ops/routes", access: .staff) { call in
            let routes = try await site.services.database.look(as: call.identity) { try $0.routeTraffic() }
            return site.page(call, Texts.routes, at: .ops) { RouteListView(routes: routes) }
        }
    }
}

/// Routes by bucket and prefix.
struct RouteListView: Component {
    let routes: [RouteTraffic]

    var body: HTML {
        h1(.class("unseen")) { Texts.routes }
        Tabs.ops(Texts.routes)
        section(.class("card")) {
            if routes.isEmpty { p(.class("empty")) { Texts.noRoutes } } else { listing }
        }
    }

    private var listing: Listing {
        Listing(
            Texts.routes,
            [
                .text(Texts.bucket), .text(Texts.prefix), .text(Texts.pipeline), .number(Texts.arrived),
                .number(Texts.ignored), .text(Texts.why), .number(Texts.newestArrival),
            ]
        ) {
            for route in routes {
                tr {
                    td(.class("name")) { route.bucket }
                    td(.class("value")) { route.prefix.isEmpty ? Texts.all : route.prefix }
                    td { route.pipeline }
                    td(.class("number")) { Figures.grouped(route.arrived) }
                    td(.class("number")) { Figures.grouped(route.ignored) }
                    td(.class("message")) { route.reason ?? Texts.none }
                    td(.class("when")) { if let newest = route.newest { Moment(at: newest) } else { Texts.none } }
                }
            }
        }
    }
}
