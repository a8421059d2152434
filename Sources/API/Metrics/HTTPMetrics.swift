import CoreMetrics
import HTTPTypes
import Hummingbird
import Telemetry

/// Requests by route and status, and how long they took. What counts is made once for each route.
struct HTTPMetrics: Sendable {
    private struct Route: Hashable {
        var method: HTTPRequest.Method
        /// In the words of the router.
        var path: String
    }

    private struct Series {
        let name: String
        let duration: Recorder
        let requests: [Int: Counter]

        init(_ name: String) {
            self.name = name
            duration = MetricFamily.requestDuration.recorder([name])
            requests = Dictionary(
                uniqueKeysWithValues: HTTPMetrics.usualStatuses.map {
                    ($0, MetricFamily.requests.counter([name, "\($0)"]))
                })
        }
    }

    /// What every route may answer; a rarer status gets its series when it comes.
    private static let usualStatuses = [200, 400, 401, 403, 404, 429, 500, 503]

    private let series: [Route: Series]
    /// Paths that lead nowhere.
    private let unknown = Series("unknown")

    init(_ endpoints: [Endpoint]) {
        series = Dictionary(
            uniqueKeysWithValues: endpoints.map {
                (Route(method: $0.method, path: $0.routerPath.description), Series("\($0.method.rawValue) \($0.path)"))
            })
        for endpoint in endpoints {
            for answer in endpoint.answers {
                _ = MetricFamily.requests.counter(
                    ["\(endpoint.method.rawValue) \(endpoint.path)", "\(answer.status.code)"])
            }
        }
    }

    /// Counts HEAD as the GET of its path.
    /// - Parameter path: of the endpoint, in the words of the router; anything else counts as unknown, as does a method that the path
    ///   does not have.
    func count(_ method: HTTPRequest.Method, _ path: String, _ status: Int, took duration: Duration) {
        let series = series[Route(method: method == .head ? .get : method, path: path)] ?? unknown
        (series.requests[status] ?? MetricFamily.requests.counter([series.name, "\(status)"])).increment()
        series.duration.record(duration.metricSeconds)
    }
}
