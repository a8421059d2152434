extension MetricFamily {
    private static let uploadSeconds = Kind.histogram([0.25, 0.5, 1, 2, 5, 10, 30, 60, 180, 300])
    private static let delaySeconds = Kind.histogram([1, 5, 15, 30, 60, 120, 300])
    private static let jobSeconds = Kind.histogram([0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 180, 300, 900])
    private static let deliverySeconds = Kind.histogram([30, 60, 90, 120, 180, 300, 3600])
    private static let callSeconds = Kind.histogram([0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30])
    private static let requestSeconds = Kind.histogram([0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10])
    private static let waitSeconds = Kind.histogram([0.001, 0.01, 0.1, 0.5, 1, 5, 15])

    package var definition: Definition {
        switch self {
        case .uploads, .uploadRows, .uploadErrors, .uploadDuration, .reportDelay, .mailDelay: uploadDefinition
        case .jobs, .jobOldestAge, .queuePaused, .jobAttempts, .jobDuration: queueDefinition
        case .intakeEvents, .pollerLag, .requests, .requestDuration: doorDefinition
        case .relayWindows, .relayOldestAge, .relayObjects, .relayBytes, .relayDelivery, .relayFailures, .relayMissing:
            relayDefinition
        case .connections, .connectionWait, .deadTuples, .oldestTransaction, .partitionsMissing, .schemaVersion,
            .gaugesAge:
            databaseDefinition
        case .build, .processCPU, .processResidentMemory, .processVirtualMemory, .processStart,
            .processOpenDescriptors, .processMaximumDescriptors:
            processDefinition
        default: enrichmentDefinition
        }
    }

    private var uploadDefinition: Definition {
        switch self {
        case .uploads: .init(.counter, ["status", "source"], "Uploads that a worker ended.")
        case .uploadRows: .init(.counter, ["result"], "Rows of uploads that a worker ended.")
        case .uploadErrors: .init(.counter, ["error_type"], "Errors and warnings of rows.")
        case .uploadDuration:
            .init(Self.uploadSeconds, [], "From the beginning of a worker's attempt to the commit of the upload.")
        case .reportDelay: .init(Self.delaySeconds, [], "From the commit of an upload to its stored report.")
        default: .init(Self.delaySeconds, [], "From the commit of an upload to its mail that was sent.")
        }
    }

    private var queueDefinition: Definition {
        switch self {
        case .jobs: .init(.gauge, ["queue", "state"], "Jobs as they stand.")
        case .jobOldestAge:
            .init(
                .gauge, ["queue"],
                "Since the oldest live job was due or, once an attempt of it ended badly, since it was made.")
        case .queuePaused: .init(.gauge, ["queue"], "1 while no jobs of the queue are claimed.")
        case .jobAttempts: .init(.counter, ["queue", "outcome"], "Attempts at jobs that ended in this process.")
        default: .init(Self.jobSeconds, ["queue"], "How long attempts at jobs took.")
        }
    }

    private var doorDefinition: Definition {
        switch self {
        case .intakeEvents: .init(.counter, ["source", "result"], "Objects that were announced or found.")
        case .pollerLag:
            .init(.gauge, [], "Since the last whole round of this process's poller began; 0 without a poller.")
        case .requests: .init(.counter, ["route", "status"], "Requests answered.")
        default: .init(Self.requestSeconds, ["route"], "Time to the head of the answer.")
        }
    }

    private var relayDefinition: Definition {
        switch self {
        case .relayWindows: .init(.gauge, ["state"], "Windows that are not verified yet.")
        case .relayOldestAge: .init(.gauge, [], "Since the oldest window that is not verified was closed.")
        case .relayObjects: .init(.counter, [], "Objects in archives that the target has taken.")
        case .relayBytes: .init(.counter, [], "Bytes of archives that the target has taken.")
        case .relayFailures:
            .init(.counter, ["waits_for"], "Attempts at windows that a store, or the window itself, ended.")
        case .relayMissing: .init(.counter, [], "Objects that are in no archive of a window that was done.")
        default: .init(Self.deliverySeconds, [], "From the opening of a window to each of its archives on the target.")
        }
    }

    private var enrichmentDefinition: Definition {
        switch self {
        case .enrichmentRecords: .init(.counter, ["provider", "outcome"], "Results of records, cached ones included.")
        case .enrichmentCalls: .init(.counter, ["provider", "outcome"], "Calls of providers.")
        case .enrichmentCall: .init(Self.callSeconds, ["provider"], "How long calls that were sent took.")
        case .enrichmentCreditsUsed: .init(.counter, ["provider"], "Credits that calls of this process cost.")
        case .enrichmentCreditsLeft:
            .init(.gauge, ["provider"], "What is left of the provider's budget; infinite without one.")
        case .enrichmentCreditBudget: .init(.gauge, ["provider"], "The provider's budget; infinite without one.")
        default: .init(.gauge, ["provider"], "1 after five failures in a row, until a call succeeds.")
        }
    }

    private var databaseDefinition: Definition {
        switch self {
        case .connections: .init(.gauge, ["pool"], "Open connections of this process.")
        case .connectionWait: .init(Self.waitSeconds, ["pool"], "How long work waited for a connection.")
        case .deadTuples: .init(.gauge, [], "Row versions of jobs.jobs that nobody needs.")
        case .oldestTransaction: .init(.gauge, [], "Age of the oldest transaction that holds vacuum back.")
        case .partitionsMissing: .init(.gauge, [], "Tables without a partition for their next month or day.")
        case .schemaVersion: .init(.gauge, [], "The newest migration of the database.")
        default: .init(.gauge, [], "Since the gauges of the database were read; they are kept while it is away.")
        }
    }

    private var processDefinition: Definition {
        switch self {
        case .build: .init(.gauge, ["version", "commit"], "Always 1; its labels say what runs.")
        case .processCPU: .init(.counter, [], "Processor time, of user and system.")
        case .processResidentMemory: .init(.gauge, [], "Memory in use.")
        case .processVirtualMemory: .init(.gauge, [], "Memory that was asked for.")
        case .processStart: .init(.gauge, [], "When the process began, since 1970.")
        case .processOpenDescriptors: .init(.gauge, [], "Open files and connections.")
        default: .init(.gauge, [], "How many files and connections may be open.")
        }
    }
}
