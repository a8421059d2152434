import Postgres
import Relay

/// What is read of the relay.
enum RelayReads {
    static var states: Statement { "select \(Shape.relayState.columns) from (\(RelayStatus.selectStates)) s" }

    static var names: Statement { "select \(Shape.relayName.columns) from (\(RelayStatus.selectWaiting)) w" }

    static func missing(_ window: WindowTime?, limit: Int) -> Statement {
        "select \(Shape.relayObject.columns) from (\(RelayMissingObject.select(window, limit: limit))) m"
    }
}
