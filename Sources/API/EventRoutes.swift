import Hummingbird
import Ingest
import Logging

/// `POST /events/s3`: what buckets announce.
struct EventRoutes: Sendable {
    /// An SNS message has at most 256 KiB; so has an event of any other source.
    private static let maximumBytes = 1 << 20

    let intake: EventIntake
    let logger: Logger

    func add(to router: Router<BasicRequestContext>) {
        router.post("/events/s3") { request, _ in try await receive(request) }
    }

    private func receive(_ request: Request) async throws -> Response {
        let body = try await request.body.collect(upTo: Self.maximumBytes)
        do {
            let outcomes = try await intake.receive(
                Array(body.readableBytesView), authorization: request.headers[.authorization])
            return Response(status: .ok, body: .init(byteBuffer: .init(string: "{\"events\": \(outcomes.count)}\n")))
        } catch let error as ObjectEventError {
            throw HTTPError(.badRequest, message: error.description)
        } catch let error as EventRefused {
            throw HTTPError(error == .unauthorized ? .unauthorized : .forbidden, message: error.description)
        } catch {
            // Whoever sent it tries again.
            logger.error("intake.failed", metadata: ["error": "\(error)"])
            throw HTTPError(.serviceUnavailable, message: "the event could not be recorded: send it again")
        }
    }
}
