import Curl
import Foundation

/// A real Prometheus that scrapes one address every second.
package struct PrometheusServer: Sendable {
    private let url: String

    /// Runs `body` beside a server of its own.
    package static func with<Result>(
        scraping address: String, _ body: (PrometheusServer) async throws -> Result
    ) async throws -> Result {
        let program = "/usr/bin/prometheus"
        guard FileManager.default.isExecutableFile(atPath: program) else {
            throw ServerUnavailable(reason: "no \(program); run scripts/setup.sh Tests/requirements.txt")
        }
        let folder = try TemporaryFolder()
        let file = try folder.write(
            """
            global: {scrape_interval: 1s}
            scrape_configs: [{job_name: catalog, static_configs: [{targets: ['\(address)']}]}]
            """, to: "prometheus.yml")
        let listen = "127.0.0.1:\(try FreePorts.take(1)[0])"
        let process = try Subprocess.start(
            program,
            [
                "--config.file=\(file)", "--storage.tsdb.path=\(folder.file("data"))",
                "--web.listen-address=\(listen)",
            ])
        let outcome: Swift.Result<Result, any Error>
        do {
            outcome = .success(try await body(PrometheusServer(url: "http://\(listen)")))
        } catch {
            outcome = .failure(error)
        }
        process.signal(SIGKILL)
        _ = try await process.wait()
        withExtendedLifetime(folder) {}
        return try outcome.get()
    }

    /// Values of an expression now, by its labels as JSON; nil while the server does not answer.
    package func values(_ expression: String) async -> [String: Double]? {
        var address = URLComponents(string: "\(url)/api/v1/query")
        address?.queryItems = [URLQueryItem(name: "query", value: expression)]
        let query = address?.percentEncodedQuery?.replacing("+", with: "%2B") ?? ""
        // Refused until it listens.
        guard let outcome = try? await HTTPClient().send(HTTPRequest("GET", "\(url)/api/v1/query?\(query)")),
            let answer = try? JSONDecoder().decode(Answer.self, from: Data(outcome.body))  // an error is no answer
        else { return nil }
        return Dictionary(
            answer.data.result.map { ("\($0.metric.sorted { $0.key < $1.key }.map { "\($0)=\($1)" })", $0.number) },
            uniquingKeysWith: { first, _ in first })
    }

    private struct Answer: Decodable {
        struct Outcome: Decodable { var result: [Series] }

        struct Series: Decodable {
            var metric: [String: String]
            /// Time and value.
            var value: [Piece]

            var number: Double { value.last?.number ?? .nan }
        }

        enum Piece: Decodable {
            case time(Double)
            case text(String)

            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                // A time is a number, a value a text.
                if let time = try? container.decode(Double.self) {
                    self = .time(time)
                } else {
                    self = .text(try container.decode(String.self))
                }
            }

            var number: Double {
                switch self {
                case .time(let time): time
                case .text(let text): Double(text) ?? .nan
                }
            }
        }

        var data: Outcome
    }
}
