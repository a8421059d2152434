// The peer of P19: the same server with nothing behind it. Listens on 127.0.0.1 and the port of its argument until it is stopped.
import Hummingbird
import Logging

guard let port = CommandLine.arguments.dropFirst().first.flatMap({ Int($0) }) else {
    fatalError("usage: http-benchmark PORT")
}
let router = Router()
router.get("/") { _, _ in "Hello, world" }
var logger = Logger(label: "http-benchmark")
logger.logLevel = .warning
try await Application(
    router: router, configuration: .init(address: .hostname("127.0.0.1", port: port)), logger: logger
).run()
