import Foundation
import Logging
import Threads

/// How long claims took, taken from the worker's log.
final class ClaimTimes: Sendable {
    private let times = Locked<[Double]>([])

    var milliseconds: [Double] { times.withLock { $0 } }

    func note(_ milliseconds: Double) { times.withLock { $0.append(milliseconds) } }
}

/// Prints what goes wrong, keeps the times of claims, drops the rest.
struct BenchLog: LogHandler {
    var metadataProvider: Logger.MetadataProvider?
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level
    private let claims: ClaimTimes?

    init(claims: ClaimTimes?) {
        self.claims = claims
        logLevel = claims == nil ? .warning : .debug
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        if event.level >= .warning {
            FileHandle.standardError.write(Data("\(event.message) \(event.metadata ?? [:])\n".utf8))
        } else if "\(event.message)" == "queue.claimed",
            let time = event.metadata?["milliseconds"].flatMap({ Double("\($0)") })
        {
            claims?.note(time)
        }
    }
}
