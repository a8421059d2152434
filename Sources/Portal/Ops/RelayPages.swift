import API
import Foundation
import HTML
import HTTPTypes
import Hummingbird
import Relay

/// `/ops/relay`: the windows of a day.
struct RelayPages: Sendable {
    static let path = SitePath("/ops/relay")

    let site: Site

    var endpoints: [Endpoint] { [show] }

    private var show: Endpoint {
        let day = Input("day", .text(atMost: 10), "Such as 2026-03-01; today if it is not given.")
        return .page(.get, "/ops/relay", access: .staff, query: [day]) { call in
            let style = Date.ISO8601FormatStyle.iso8601.year().month().day()
            let given = call.values.text("day").flatMap { $0.isEmpty ? nil : $0 }
            // What is no day is refused.
            guard let date = try? given.map(style.parse) ?? Date() else {
                throw Problem(.invalidParameter, "parameter 'day': expected a day such as 2026-03-01")
            }
            let day = date.formatted(style)
            let windows = try await site.services.database.look(as: call.identity) { try $0.relayDay(day) }
            return site.page(call, Texts.relay, at: .ops) { RelayDayView(day: day, windows: windows) }
        }
    }
}
