import CoreMetrics
import Jobs
import Telemetry

/// Counts how the jobs of a worker end. What counts is made once: a worker may end tens of thousands a second.
struct QueueMetrics: JobObserver {
    /// How an attempt may end, as the label says it.
    enum Outcome: String, CaseIterable {
        case finished, failed, dead, postponed, released, lost

        init(_ end: JobEnd) {
            switch end {
            case .finished, .finishedByHandler: self = .finished
            case .failed(_, _, let isDead): self = isDead ? .dead : .failed
            case .postponed: self = .postponed
            case .released: self = .released
            case .leaseLost: self = .lost
            }
        }
    }

    private let attempts: [String: [Outcome: Counter]]
    private let durations: [String: Recorder]

    /// - Parameter queues: those that the worker claims from.
    init(queues: [String]) {
        let pairs = queues.map { queue in
            (queue, Outcome.allCases.map { ($0, MetricFamily.jobAttempts.counter([queue, $0.rawValue])) })
        }
        attempts = Dictionary(uniqueKeysWithValues: pairs.map { ($0, Dictionary(uniqueKeysWithValues: $1)) })
        durations = Dictionary(uniqueKeysWithValues: queues.map { ($0, MetricFamily.jobDuration.recorder([$0])) })
    }

    func ended(_ job: Job, _ end: JobEnd, after duration: Duration?) {
        attempts[job.queue]?[Outcome(end)]?.increment()
        if let duration { durations[job.queue]?.record(duration.metricSeconds) }
    }
}
