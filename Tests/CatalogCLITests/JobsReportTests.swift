import Testing

@testable import CatalogCLI
@testable import Jobs

@Suite struct JobsReportTests {
    @Test("Whoever holds vacuum back is named with the remedy, and what cannot be seen is called hidden")
    func vacuum() {
        let health = QueueHealth(
            deadTuples: 12, tableBytes: 8192, lastAutovacuum: nil,
            oldestTransaction: .init(pid: 7, user: "bi", application: "", seconds: 61.5, state: "idle in transaction"),
            oldestPreparedTransaction: .init(name: "forgotten", owner: "etl", seconds: 3600),
            oldestReplicationSlot: .init(name: "standby", isActive: false, transactions: 1500), hiddenSessions: 3)
        let lines = JobsCommand.Report(queues: [], health: health).rendered(Style()).text.split(separator: "\n")
            .dropFirst(2)
        #expect(
            lines.map(String.init) == [
                "vacuum waits for pid 7 (bi, idle in transaction), 61 s old",
                "vacuum waits for the prepared transaction 'forgotten' of etl, 3600 s old: commit or roll it back",
                "vacuum waits for the replication slot 'standby' (not in use), 1,500 transactions behind",
                "hidden: what 3 sessions of other users do; as an administrator: grant pg_read_all_stats to catalog_owner;",
            ])
    }
}
