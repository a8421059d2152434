import Catalog
import Telemetry

/// Counts the uploads that this process ended.
enum UploadMetrics {
    static func count(_ result: OnboardingResult, after duration: Duration) {
        MetricFamily.uploads.add(1, result.end.status.rawValue, result.upload.source ?? "none")
        MetricFamily.uploadRows.add(result.end.counts.valid, "valid")
        MetricFamily.uploadRows.add(result.end.counts.error, "error")
        for (type, count) in result.errorCounts { MetricFamily.uploadErrors.add(count, type.rawValue) }
        MetricFamily.uploadDuration.observe(duration)
    }

    /// No worker could process it.
    static func countGivenUp(_ upload: Upload) {
        MetricFamily.uploads.add(1, UploadStatus.failed.rawValue, upload.source ?? "none")
    }
}
