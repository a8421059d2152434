/// Sees what a worker does, for metrics and tests. Called on the worker's own tasks: must not block.
package protocol JobObserver: Sendable {
    /// A claim was answered.
    /// - Parameters:
    ///   - jobs: what it brought; none if nothing was ready.
    ///   - duration: from the question to the answer.
    func claimed(_ jobs: [Job], in duration: Duration)

    /// An attempt ended, well or badly; the queue may be told a moment later.
    /// - Parameter duration: since it began; nil if it ended with its worker, long ago and elsewhere.
    func ended(_ job: Job, _ end: JobEnd, after duration: Duration?)
}

extension JobObserver {
    package func claimed(_ jobs: [Job], in duration: Duration) {}
    package func ended(_ job: Job, _ end: JobEnd, after duration: Duration?) {}
}

/// Sees nothing.
struct NoJobObserver: JobObserver {}
