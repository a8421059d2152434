import HTTPTypes
import Hummingbird
import Ingest
import Intake
import Logging
import Text

/// `POST /events/s3`: what buckets announce.
struct EventRoutes: Sendable {
    /// An SNS message has at most 256 KiB; so has an event of any other source.
    private static let maximumBytes = 1 << 20

    let intake: EventIntake

    var endpoints: [Endpoint] { [receive] }

    private var receive: Endpoint {
        Endpoint(
            method: .post, path: "/events/s3",
            summary: "Events of S3, SNS, EventBridge, MinIO or Ceph, with a signature of SNS or CATALOG_EVENTS_TOKEN.",
            access: .anybody, body: .stream(["application/json", "text/plain"], json: []),
            answers: [.init(.ok, .text("application/json"), "How many objects the body named.")],
            isRecorded: false  // because intake.object_events has every arrival, with its source
        ) { call in
            let body = try await call.request.body.collect(upTo: Self.maximumBytes)
            do {
                let outcomes = try await intake.receive(
                    Array(body.readableBytesView), authorization: call.request.headers[.authorization])
                var json = JSONWriter()
                json.object { $0.number("events", outcomes.count) }
                return .json(json.buffer)
            } catch let error as ObjectEventError {
                throw Problem(.invalidBody, error.description)
            } catch let error as EventRefused {
                throw Problem(error == .unauthorized ? .unauthenticated : .forbidden, error.description)
            } catch is EventUnverifiable {
                // Told once by who asked for the proof, and not for each message.
                throw Problem(.unavailable, "the message cannot be verified now: try again", retryAfter: 30)
            }
        }
    }
}
