import Foundation
import Migrations
import Synchronization

/// Tells a person at the terminal, once a process, that the database is newer than this binary and works with it.
enum SchemaNotice {
    private static let isTold = Atomic(false)

    static func tell(_ standing: SchemaStanding) {
        guard case .ahead = standing, !isTold.exchange(true, ordering: .relaxed) else { return }
        StandardStream.error.say("catalog: \(TerminalText(lines: "\(standing)"))")
    }
}
