package import Jobs
package import Postgres
package import Storage
package import Tabular

/// Lends a connection of its own to each running job.
package struct UploadJobResources: Sendable {
    let pool: Pool
    let stores: any ObjectStores
    let notifier: any Notifier
    let limits: FileLimits
    let publicURL: String?
    let watched: WatchedUploads
    let operators: String?
    let signInURL: String?

    /// - Parameters:
    ///   - pool: at least as many connections as jobs run at once.
    ///   - stores: gives the store of each bucket.
    ///   - publicURL: as `ReportLinks` takes it.
    ///   - watched: nothing is told of other uploads.
    ///   - operators: address of those who run the service; nil mails them nothing.
    ///   - signInURL: where vendors sign in, without a slash at the end; nil mails no links to do so.
    package init(
        pool: Pool, stores: any ObjectStores, notifier: any Notifier, limits: FileLimits, publicURL: String? = nil,
        watched: WatchedUploads = WatchedUploads(listens: false), operators: String? = nil, signInURL: String? = nil
    ) {
        self.watched = watched
        self.pool = pool
        self.stores = stores
        self.notifier = notifier
        self.limits = limits
        self.publicURL = publicURL
        self.operators = operators
        self.signInURL = signInURL
    }

    /// Tells that the upload's row changed, if somebody watches.
    func announce(_ uploadID: String, _ session: Session) {
        if watched.contains(uploadID) { session.announce(uploadID) }
    }

    /// All handlers of uploads.
    package var handlers: [any JobHandler] {
        [
            OnboardJob(resources: self), ReportJob(resources: self), NotifyJob(resources: self), UpkeepJob(pool: pool),
            HistoryHeadJob(resources: self), ExpiryJob(resources: self), SignInLinkJob(resources: self),
        ]
    }

    /// What workers enqueue by themselves.
    package static let periodic =
        [UpkeepJob.kind, ExpiryJob.kind].map { kind in
            PeriodicJob(NewJob(queue: UploadStep.notify.rawValue, kind: kind, priority: 4), everySeconds: 300)
        } + [
            PeriodicJob(
                NewJob(queue: UploadStep.notify.rawValue, kind: HistoryHeadJob.name, priority: 4), everySeconds: 86_400)
        ]
}
