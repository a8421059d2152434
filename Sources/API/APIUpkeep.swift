import Catalog
import Ingest
import Logging
import Postgres
import ServiceLifecycle

/// What the HTTP side does between requests: it listens for news of uploads, changes and tokens, looks at what is watched, and writes
/// down which tokens were used.
struct APIUpkeep: Service {
    let watch: UploadWatch
    let changes: ChangeWatch
    let authenticator: Authenticator
    let connector: Connector
    let pool: Pool
    let listens: Bool
    let logger: Logger

    func run() async throws {
        await withGracefulShutdownHandler {
            await withTaskGroup { group in
                group.addTask { await watch.run(pool, logger) }
                group.addTask { await recordUse() }
                if listens { group.addTask { await listen() } }
                // The tasks go on until they are cancelled.
                try? await gracefulShutdown()  // an error is the cancellation
                group.cancelAll()
            }
        } onGracefulShutdown: {
            // Open streams would hold the server back.
            watch.close()
            changes.close()
        }
    }

    private func listen() async {
        while !Task.isCancelled {
            do {
                let news = try await connector.firstThatWorks {
                    try await Listener.listen(
                        $0, channels: [UploadAnnouncement.channel, ChangeFeed.channel, "catalog.api_tokens"],
                        application: "catalog-api-listen")
                }
                for try await notification in news { take(notification) }
            } catch {
                logger.warning("http.listen.lost", metadata: ["error": "\(error)"])
            }
            try? await Task.sleep(for: .seconds(1))  // an error is the cancellation
        }
    }

    private func take(_ notification: Listener.Notification) {
        switch notification.channel {
        case UploadAnnouncement.channel: break
        case ChangeFeed.channel: return changes.tell()
        default: return authenticator.forget(notification.payload)
        }
        guard let news = UploadAnnouncement(payload: notification.payload) else { return }
        watch.tell(news.uploadId, news.phase == nil ? .changed : .progress(notification.payload))
    }

    private func recordUse() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(20))  // an error is the cancellation
            do {
                // A task of its own, so that what was used just before the end is written down too.
                try await Task { try await authenticator.recordUse() }.value
            } catch {
                logger.warning("http.tokens.unrecorded", metadata: ["error": "\(error)"])
            }
        }
    }
}
