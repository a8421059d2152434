package import Postgres
import Threads

/// What somebody asked for, and is to stand in `audit.actions` once: in the first transaction of the work that changes something.
package final class ActionRecord: TransactionObserver {
    private enum State { case open, writing, written }

    private let action: String
    private let changesOthers: Bool
    private let object: Locked<String?>
    private let state = Locked(State.open)

    /// - Parameters:
    ///   - action: the command without its arguments, or method and path of the route.
    ///   - object: what it is about; nil takes it from the row that the transaction changes.
    ///   - changesOthers: whether what it changes is not in the database.
    package init(_ action: String, object: String? = nil, changesOthers: Bool = false) {
        self.action = action
        self.object = Locked(object)
        self.changesOthers = changesOthers
    }

    /// Says what the action at hand is about, where that is known late.
    package static func name(_ object: String) {
        (TransactionContext.current?.observer as? ActionRecord)?.object.withLock { $0 = object }
    }

    package func willCommit(_ session: Session) throws -> Bool {
        let isMine = state.withLock { state in
            defer { if state == .open { state = .writing } }
            return state == .open
        }
        guard isMine else { return false }
        do {
            try session.recordActionLater(
                action, object: object.withLock { $0 }, isChange: changesOthers ? true : nil
            ) { isWritten in
                if isWritten { self.state.withLock { $0 = .written } }
            }
            return true
        } catch {
            state.withLock { $0 = .open }
            throw error
        }
    }

    package func didEnd(isCommitted: Bool) {
        state.withLock { if !isCommitted || $0 == .writing { $0 = .open } }
    }
}

extension TransactionContext {
    /// The same, with an action that is to be recorded.
    package func recording(_ action: ActionRecord) -> TransactionContext {
        TransactionContext(settings: settings, observer: action)
    }
}
