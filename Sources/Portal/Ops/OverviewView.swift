import HTML
import Jobs
import Migrations

/// Queues, alerts, processes, and what holds vacuum back.
struct OverviewView: Component {
    struct Alert: Sendable {
        let kind, detail: String
        /// RFC 3339, UTC.
        let at: String
    }

    let queues: [QueueStatus]
    let throughput: [String: [Int]]
    let alerts: [Alert]
    let health: QueueHealth
    let processes: [ServiceInstance]
    let mayWrite: Bool

    var body: HTML {
        h1(.class("unseen")) { Texts.operations }
        Tabs.ops(Texts.overview)
        section(.class("card")) {
            h2 { Texts.queues }
            if queues.isEmpty { p(.class("empty")) { Texts.noJobs } } else { queueList }
        }
        section(.class("card")) {
            h2 { Texts.alerts }
            if alerts.isEmpty { p(.class("empty")) { Texts.noAlerts } } else { alertList }
        }
        div(.class("pair")) {
            section(.class("card")) {
                h2 { Texts.processes }
                if processes.isEmpty { p(.class("empty")) { Texts.noProcess } } else { processList }
            }
            section(.class("card")) {
                h2 { Texts.vacuum }
                ul(.class("effects")) { for words in vacuum { li { words } } }
            }
        }
    }

    private var queueList: Listing {
        Listing(
            Texts.queues,
            [
                .text(Texts.queue), .number(Texts.dead), .number(Texts.ready), .number(Texts.running),
                .number(Texts.later), .number(Texts.oldest), .text(Texts.throughput),
            ] + (mayWrite ? [.unseen(Texts.actions)] : [])
        ) { for queue in queues { line(queue) } }
    }

    private func line(_ queue: QueueStatus) -> HTML {
        let done = throughput[queue.queue] ?? []
        return tr {
            td(.class("name")) {
                a(.href(SitePath("/ops/jobs").with("queue", queue.queue))) { queue.queue }
                if queue.isPaused {
                    " "
                    span(.class("pill warn")) { Texts.paused }
                }
            }
            td(.class("number")) {
                if queue.dead == 0 {
                    "0"
                } else {
                    a(
                        .class("pill bad"),
                        .href(SitePath("/ops/jobs").with("state", "dead").with("queue", queue.queue))
                    ) { Figures.grouped(queue.dead) + (queue.dead >= QueueStatus.mostDead ? "+" : "") }
                }
            }
            td(.class("number")) { Figures.grouped(queue.ready) }
            td(.class("number")) { Figures.grouped(queue.running) }
            td(.class("number")) { Figures.grouped(queue.waiting) }
            td(.class("number")) { queue.oldestReadySeconds.map(Texts.duration) ?? Texts.none }
            td { if !done.isEmpty { Sparkline(values: done, words: Texts.done(done.reduce(0, +))) } }
            if mayWrite { td(.class("number")) { button(for: queue) } }
        }
    }

    private func button(for queue: QueueStatus) -> HTML {
        let action = queue.isPaused ? "resume" : "pause"
        return PostForm(to: SitePath("/ops/queues") / queue.queue / action) {
            LineButton(queue.isPaused ? Texts.resume : Texts.pause, for: queue.queue)
        }.body
    }

    private var alertList: Listing {
        Listing(Texts.alerts, [.text(Texts.kind), .text(Texts.why), .number(Texts.since)]) {
            for alert in alerts {
                tr {
                    td { span(.class("pill bad")) { alert.kind } }
                    td(.class("message")) { alert.detail }
                    td(.class("when")) { Moment(at: alert.at) }
                }
            }
        }
    }

    private var processList: Listing {
        Listing(
            Texts.processes, [.text(Texts.host), .text(Texts.roles), .text(Texts.binaryVersion), .number(Texts.schema)]
        ) {
            for process in processes {
                tr {
                    td(.class("name")) { "\(process.host) \(process.process)" }
                    td { process.roles }
                    td { process.binary }
                    td(.class("number")) { "\(process.schemaVersion)" }
                }
            }
        }
    }

    private var vacuum: [String] {
        var words: [String] = []
        if let held = health.oldestTransaction {
            let what = [held.user, held.application, held.state].filter { !$0.isEmpty }.joined(separator: ", ")
            words.append(Texts.heldBy(pid: held.pid, what, seconds: held.seconds))
        }
        if let held = health.oldestPreparedTransaction {
            words.append(Texts.heldBy(prepared: held.name, seconds: held.seconds))
        }
        if let held = health.oldestReplicationSlot {
            words.append(Texts.heldBy(slot: held.name, transactions: held.transactions))
        }
        if words.isEmpty { words.append(Texts.vacuumIsFree) }
        if health.hiddenSessions > 0 { words.append(Texts.hidden(health.hiddenSessions)) }
        return words + [Texts.deadTuples(health.deadTuples, health.tableBytes)]
    }
}
