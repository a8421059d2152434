import Postgres
import TestSupport
import Testing

@testable import Relay

@Suite struct RelayStatementTests {
    @Test("Every statement fits the migrated schema, with the types of its parameters stated")
    func prepare() async throws {
        let window = RelayWindow.make()
        let opensAt = window.opensAt
        let archive = RelayArchive(
            opensAt: opensAt, part: 1, key: "k", sha256: "00", byteCount: 1, memberCount: 1)
        let windows: [Statement] = [
            RelayWindow.join, RelayWindow.open(length: .seconds(60)), RelayWindow.seal(nil, closes: true),
            RelayWindow.count([opensAt]), RelayWindow.holdDispatch, RelayWindow.outage,
            RelayWindow.dispatch(onlyOne: true), RelayWindow.begin(opensAt), RelayWindow.stepBack(opensAt),
            RelayWindow.fail(window, waitsFor: "target", error: "e", pause: .seconds(1)),
            RelayWindow.giveUp(opensAt, error: "e", pause: .seconds(1)), RelayWindow.deliver(window),
            RelayWindow.verify(window), RelayWindow.endOutage(["target"]), RelayWindow.putBackOrphans,
            RelayWindow.hold(window), RelayWindow.ensurePartitions, RelayWindow.dropPartitions(days: 4),
            RelayWindow.hasten, RelayWindow.replay(from: opensAt, through: opensAt),
        ]
        let members = [
            RelayMember.insert(.make(), opensAt), RelayMember.selectAll(opensAt), RelayMember.pack([], into: archive),
            RelayMember.miss([], opensAt), RelayMember.countMissing(opensAt), RelayMember.unpack(archive),
            RelayMember.lookAgain([opensAt]), RelayMember.selectPacked(archive),
        ]
        let rest = [
            RelayArchive.insert(archive), RelayArchive.select(opensAt, key: "k"), RelayArchive.deliver(archive),
            RelayArchive.verify(archive), RelayArchive.doubt(archive), RelayArchive.doubt([opensAt]),
            RelayArchive.delete(archive),
            RelayAlert.backlog, RelayAlert.raise(.age, "d"), RelayAlert.clear(.age), RelayAlert.raiseMissing(opensAt),
            RelayAlert.selectRaised, RelayAlert.clearMissing([opensAt]), RelayStatus.selectStates,
            RelayStatus.selectTrouble,
        ]
        let untyped = try await untypedParameters(of: windows + members + rest)
        #expect(untyped.isEmpty)
    }
}
