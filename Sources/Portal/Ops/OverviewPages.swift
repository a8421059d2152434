import API
import Catalog
import HTML
import HTTPTypes
import Hummingbird
import Jobs
import Migrations
import Postgres
import Relay
import Upkeep

/// `/ops`: how the service stands.
struct OverviewPages: Sendable {
    let site: Site

    var endpoints: [Endpoint] { [show, change("pause"), change("resume")] }

    private var show: Endpoint {
        .page(.get, "/ops", access: .staff) { call in
            let (queues, throughput, upkeep, relay) = try await site.services.database.look(as: call.identity) {
                (try $0.queueStatuses(), try $0.throughput(), try $0.upkeepAlerts(), try $0.relayStatus().alerts)
            }
            // What the server shows only to the service's own role.
            let (health, processes) = try await site.services.database.pool.run {
                (try $0.queueHealth(), try ServiceInstance.all($0))
            }
            let alerts =
                upkeep.map { OverviewView.Alert(kind: $0.kind, detail: $0.detail, at: $0.raisedAt) }
                + relay.map { OverviewView.Alert(kind: $0.kind, detail: $0.detail, at: $0.raisedAt) }
            let view = OverviewView(
                queues: queues, throughput: throughput, alerts: alerts, health: health, processes: processes,
                mayWrite: call.identity.role == .operator)
            return site.page(call, Texts.operations, at: .ops) { view }
        }
    }

    private func change(_ action: String) -> Endpoint {
        .page(
            .post, "/ops/queues/{queue}/\(action)", access: .operators,
            pathInputs: [Input("queue", .text(atMost: 40), "The queue.")]
        ) { call in
            let queue = call.path("queue")
            return try await site.services.database.answer(for: call) { session in
                guard try session.queueStatuses().contains(where: { $0.queue == queue }) else {
                    throw Problem.noSuch("queue", queue)
                }
                if action == "pause" { try session.pauseQueue(queue) } else { _ = try session.resumeQueue(queue) }
                return site.redirection(to: SitePath("/ops"))
            }
        }
    }
}
