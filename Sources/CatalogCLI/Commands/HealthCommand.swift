import API
import ArgumentParser
import Curl

/// For health checks of containers, which then need neither a shell nor curl.
struct HealthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health",
        abstract: "Ask a running process of the service whether it can work.",
        discussion: """
            Asks at CATALOG_METRICS_ADDRESS, or at CATALOG_HTTP_ADDRESS where that is not set. Exit code 0: yes; 1: no, or no answer
            within four seconds.

            Examples:
              catalog health
              catalog health --alive --address 10.0.0.7:9090
            """)

    @Flag(help: "Only whether the process lives, even if its database is away.")
    var alive = false

    @Option(help: "Where it listens: HOST:PORT.")
    var address: String?

    func run() async throws {
        let url = "http://\(try address ?? Self.configured().description)/\(alive ? "healthz" : "readyz")"
        let response: HTTPResponse
        do {
            response = try await HTTPClient().send(HTTPRequest("GET", url, timeout: .seconds(4)))
        } catch {
            throw CommandFailure("no answer from '\(url)': \(error)")
        }
        guard response.isSuccess else {
            throw CommandFailure("'\(url)' answered \(response.status): the log of the process says why")
        }
        print(alive ? "alive" : "ready")
    }

    /// Where a process with these settings listens, as it is reached from its own machine.
    private static func configured() throws -> ListenAddress {
        let http = try Settings().service.http
        var address = http.operatorsAddress ?? http.address
        let own = ["0.0.0.0": "127.0.0.1", "::": "::1"]
        address.host = own[address.host] ?? address.host
        return address
    }
}
