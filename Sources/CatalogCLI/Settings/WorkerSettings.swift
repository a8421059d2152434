import Foundation
import Jobs

extension JobWorkerConfiguration {
    /// Jobs at once, by queue.
    private static let slots = [
        "onboard": 2, "report": 4, "notify": 8, "enrich": 8, "relay": 4, "relay-upkeep": 2, "upkeep": 2,
    ]

    /// Every queue of this program.
    static var queues: [String] { slots.keys.sorted() }

    init(_ variables: Variables) throws {
        self.init(concurrency: try Self.concurrency(variables))
        listens = try variables.isOn("CATALOG_LISTEN") ?? listens
        lease = try variables.seconds("CATALOG_LEASE_SECONDS") ?? lease
        // An object is to be on the target within minutes, whoever dies.
        shorterLeases["relay"] = .seconds(15)
        gracePeriod = try variables.seconds("CATALOG_GRACE_SECONDS") ?? gracePeriod
        timeLimits = try variables.timeLimits("CATALOG_STALL_SECONDS", queues: concurrency.keys)
    }

    private static func concurrency(_ variables: Variables) throws -> [String: Int] {
        let name = "CATALOG_CONCURRENCY"
        guard let value = variables[name] else { return slots }
        return try value.split(separator: ",").reduce(into: slots) { queues, pair in
            let parts = pair.split(separator: "=").map { $0.trimmingCharacters(in: .whitespaces) }
            guard parts.count == 2, slots[parts[0]] != nil, let count = Int(parts[1]), (1...1000).contains(count) else {
                throw SettingsError(name, value, "expected for example onboard=2,report=4,notify=8,relay=4")
            }
            queues[parts[0]] = count
        }
    }
}
