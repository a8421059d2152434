import Foundation
import Jobs
import Relay

extension JobWorkerConfiguration {
    /// Jobs at once, by queue.
    private static let slots = [
        "onboard": 2, "report": 4, "notify": 8, "enrich": 8, "relay": 4, "relay-upkeep": 2, "upkeep": 2,
    ]

    /// Every queue of this program, but for those of named targets.
    static var queues: [String] { slots.keys.sorted() }

    /// The same, and those of the targets that this process knows.
    static func queues(_ variables: Variables) throws -> [String] {
        (queues + (try variables.relayTargets().map(RelayJob.queue))).sorted()
    }

    init(_ variables: Variables) throws {
        let targets = try variables.relayTargets().map(RelayJob.queue)
        self.init(concurrency: try Self.concurrency(variables, targets))
        listens = try variables.isOn("CATALOG_LISTEN") ?? listens
        lease = try variables.seconds("CATALOG_LEASE_SECONDS") ?? lease
        // An object is to be on the target within minutes, whoever dies.
        for queue in targets + [RelayJob.queue] { shorterLeases[queue] = .seconds(15) }
        gracePeriod = try variables.seconds("CATALOG_GRACE_SECONDS") ?? gracePeriod
        timeLimits = try variables.timeLimits("CATALOG_STALL_SECONDS", queues: concurrency.keys)
    }

    /// - Parameter targets: queues of named targets, which have as many slots as that of the target without a name unless they are named.
    private static func concurrency(_ variables: Variables, _ targets: [String]) throws -> [String: Int] {
        let name = "CATALOG_CONCURRENCY"
        let given = try variables[name].map { try slots(in: $0, name, known: Set(queues + targets)) } ?? [:]
        let all = slots.merging(given) { $1 }
        return targets.reduce(into: all) { $0[$1] = $0[$1] ?? $0[RelayJob.queue] }
    }

    private static func slots(in value: String, _ name: String, known: Set<String>) throws -> [String: Int] {
        try value.split(separator: ",").reduce(into: [:]) { queues, pair in
            let parts = pair.split(separator: "=").map { $0.trimmingCharacters(in: .whitespaces) }
            guard parts.count == 2, known.contains(parts[0]), let count = Int(parts[1]), (1...1000).contains(count)
            else {
                throw SettingsError(name, value, "expected for example onboard=2,report=4,notify=8,relay=4")
            }
            queues[parts[0]] = count
        }
    }
}
