/// A family of metrics, by the name under which Prometheus reads it.
///
/// Values are recorded through swift-metrics; a process that serves nobody has no registry, and recording then costs nothing.
package enum MetricFamily: String, CaseIterable, Sendable {
    // Uploads that a worker ended
    case uploads = "catalog_uploads_total"
    case uploadRows = "catalog_upload_rows_total"
    case uploadErrors = "catalog_upload_errors_total"
    case uploadDuration = "catalog_upload_duration_seconds"
    case reportDelay = "catalog_report_delay_seconds"
    case mailDelay = "catalog_mail_delay_seconds"
    // The queue
    case jobs = "catalog_jobs"
    case jobOldestAge = "catalog_job_oldest_age_seconds"
    case queuePaused = "catalog_queue_paused"
    case jobAttempts = "catalog_job_attempts_total"
    case jobDuration = "catalog_job_duration_seconds"
    // Arrivals
    case intakeEvents = "catalog_intake_events_total"
    case pollerLag = "catalog_poller_lag_seconds"
    // The relay
    case relayWindows = "catalog_relay_windows"
    case relayOldestAge = "catalog_relay_oldest_age_seconds"
    case relayObjects = "catalog_relay_objects_total"
    case relayBytes = "catalog_relay_bytes_total"
    case relayDelivery = "catalog_relay_delivery_seconds"
    case relayFailures = "catalog_relay_failures_total"
    case relayMissing = "catalog_relay_missing_objects_total"
    // Enrichment
    case enrichmentRecords = "catalog_enrichment_records_total"
    case enrichmentCalls = "catalog_enrichment_calls_total"
    case enrichmentCall = "catalog_enrichment_call_seconds"
    case enrichmentCreditsUsed = "catalog_enrichment_credits_used_total"
    case enrichmentCreditsLeft = "catalog_enrichment_credits_left"
    case enrichmentCreditBudget = "catalog_enrichment_credit_budget"
    case enrichmentCircuitOpen = "catalog_enrichment_circuit_open"
    // HTTP
    case requests = "catalog_http_requests_total"
    case requestDuration = "catalog_http_request_duration_seconds"
    // The database
    case connections = "catalog_database_connections"
    case connectionWait = "catalog_database_wait_seconds"
    case deadTuples = "catalog_dead_tuples"
    case oldestTransaction = "catalog_oldest_transaction_seconds"
    case partitionsMissing = "catalog_partitions_missing"
    case schemaVersion = "catalog_schema_version"
    case gaugesAge = "catalog_gauges_age_seconds"
    // The process, under the names that all clients of Prometheus use
    case build = "catalog_build_info"
    case processCPU = "process_cpu_seconds_total"
    case processResidentMemory = "process_resident_memory_bytes"
    case processVirtualMemory = "process_virtual_memory_bytes"
    case processStart = "process_start_time_seconds"
    case processOpenDescriptors = "process_open_fds"
    case processMaximumDescriptors = "process_max_fds"

    /// How a family behaves, and of which numbers its series are made.
    package enum Kind: Sendable, Equatable {
        case counter, gauge
        /// Upper bounds of its buckets, in seconds.
        case histogram([Double])
    }

    /// What a family is.
    package struct Definition: Sendable {
        package let kind: Kind
        /// In the order in which values are given.
        package let labels: [String]
        package let help: String

        init(_ kind: Kind, _ labels: [String], _ help: String) {
            self.kind = kind
            self.labels = labels
            self.help = help
        }
    }

    package var kind: Kind { definition.kind }
    package var labels: [String] { definition.labels }
}
