import Foundation
import TestSupport
import Testing
import Threads

/// Two processes behind a balancer, replaced one after the other while the schema moves on and back, under a load that does not wait.
///
/// `CATALOG_LOAD_SECONDS` says how long each state of the deployment is held: `make chaos` holds it for 15 seconds.
@Suite(.timeLimit(.minutes(15)), .enabled(if: Chaos.isOn, "make chaos")) struct RollingLoadTests {
    private static let seconds = Int(ProcessInfo.processInfo.environment["CATALOG_LOAD_SECONDS"] ?? "") ?? 1
    private static let requestsPerSecond = 50

    @Test(
        "Fifty requests a second through a rolling upgrade and a rollback: none is answered 5xx, and every upload ends once"
    )
    func load() async throws {
        try await ServiceEnvironment.with(vendors: ["V001", "V002"]) { service in
            let ports = try FreePorts.take(2)
            let first = try await APIEnvironment(service, at: "127.0.0.1:\(ports[0])")
            let second = APIEnvironment(service, at: "127.0.0.1:\(ports[1])", first.tokens)
            let fleet = Fleet([first, second])
            for index in 0...1 { try await fleet.start(index) }
            let version = try await NextRelease.currentVersion(service.catalog)
            let next = try NextRelease(service.catalog.folder, compatibleWith: version)
            let load = Load(fleet, service)
            let running = Task { await load.run(perSecond: Self.requestsPerSecond) }
            try await Self.hold()
            // The migration as a task before the service, then the new image in one process after the other.
            try await service.catalog.succeed("migrate", "up", "--directory", next.directory)
            try await Self.hold()
            for index in 0...1 { try await fleet.replace(index) }
            try await Self.hold()
            // The image goes back, while the schema stays; then the schema, too.
            for index in 0...1 { try await fleet.replace(index) }
            try await service.catalog.succeed(
                "migrate", "down", "--target", "\(version)", "--directory", next.directory)
            try await Self.hold()
            running.cancel()
            await running.value
            let bad = load.answers.filter { ![200, 202].contains($0.status) }
            #expect(load.answers.count > 4 * Self.seconds * Self.requestsPerSecond / 2)
            #expect(bad.isEmpty, "\(bad.count) of \(load.answers.count): \(bad.prefix(5))")
            let taken = load.answers.count { $0.status == 202 } + load.announced
            try await service.waitForAll(taken)
            #expect(try await service.inconsistencies() == [])
            for index in 0...1 { try await fleet.stop(index) }
        }
    }

    /// The load goes on for a while in this state: that is what is measured.
    private static func hold() async throws { try await Task.sleep(for: .seconds(seconds)) }
}

/// Processes behind a balancer: requests go in turn to those in rotation, and one that is to be stopped leaves it first.
private final class Fleet: Sendable {
    private struct State {
        var processes: [Int: Subprocess] = [:]
        var rotation: [Int] = []
        var underWay: [Int: Int] = [:]
        var turn = 0
    }

    private let members: [APIEnvironment]
    private let state = Locked(State())

    init(_ members: [APIEnvironment]) { self.members = members }

    func start(_ index: Int) async throws {
        let member = members[index]
        let address = String(member.url.dropFirst("http://".count))
        let process = try member.service.start(
            "serve", "--roles", "api,worker", setting: ["CATALOG_HTTP_ADDRESS": address])
        state.withLock { $0.processes[index] = process }
        try await member.waitUntilReady()
        state.withLock { $0.rotation.append(index) }
    }

    func stop(_ index: Int) async throws {
        state.withLock { $0.rotation.removeAll { $0 == index } }
        try await eventually { self.state.withLock { $0.underWay[index, default: 0] } == 0 }
        guard let process = state.withLock({ $0.processes.removeValue(forKey: index) }) else { return }
        process.signal(SIGTERM)
        let end = try await process.wait()
        #expect(end.status == 0, "\(end.error.suffix(2000))")
    }

    func replace(_ index: Int) async throws {
        try await stop(index)
        try await start(index)
    }

    func call<Result>(_ body: (APIEnvironment) async throws -> Result) async throws -> Result {
        let index = state.withLock { state in
            state.turn += 1
            let index = state.rotation[state.turn % state.rotation.count]
            state.underWay[index, default: 0] += 1
            return index
        }
        defer { state.withLock { $0.underWay[index, default: 0] -= 1 } }
        return try await body(members[index])
    }
}

/// Reads, uploads and events that come at their times, whether the ones before are answered or not.
private final class Load: Sendable {
    struct Answer: Sendable {
        var request: String
        /// 0 where there was none.
        var status: Int
        var text: String
    }

    private struct State {
        var answers: [Answer] = []
        var announced = 0
    }

    private let fleet: Fleet
    private let service: ServiceEnvironment
    private let state = Locked(State())

    init(_ fleet: Fleet, _ service: ServiceEnvironment) {
        self.fleet = fleet
        self.service = service
    }

    var answers: [Answer] { state.withLock { $0.answers } }
    /// Uploads that an event has announced.
    var announced: Int { state.withLock { $0.announced } }

    /// Until it is cancelled; what is under way then is answered.
    func run(perSecond rate: Int) async {
        let begin = ContinuousClock.now
        await withTaskGroup(of: Void.self) { group in
            var number = 0
            while !Task.isCancelled {
                number += 1
                try? await Task.sleep(until: begin + .seconds(1) / rate * number, clock: .continuous)
                // Detached: the end of the load cancels no request.
                let task = Task.detached { [number] in await self.send(number) }
                group.addTask { await task.value }
            }
        }
    }

    private func send(_ number: Int) async {
        let (request, outcome) =
            switch number % 10 {
            case 0: ("upload", await attempt { try await self.upload(number, $0) })
            case 5: ("event", await attempt { try await self.announce(number, $0) })
            case 1: ("readyz", await attempt { try await $0.call("GET", "/readyz", as: nil) })
            case 2, 6: ("uploads", await attempt { try await $0.call("GET", "/uploads?limit=5") })
            case 3: ("vendors", await attempt { try await $0.call("GET", "/vendors?limit=5", as: "operator") })
            default: ("products", await attempt { try await $0.call("GET", "/products?limit=5", as: "V002") })
            }
        let answer =
            switch outcome {
            case .success(let answer): Answer(request: request, status: answer.status, text: answer.text)
            case .failure(let error): Answer(request: request, status: 0, text: "\(error)")
            }
        state.withLock { state in
            state.answers.append(answer)
            if request == "event", answer.status == 200 { state.announced += 1 }
        }
    }

    private func attempt(
        _ body: (APIEnvironment) async throws -> APIEnvironment.Answer
    ) async -> Result<APIEnvironment.Answer, any Error> {
        do {
            return .success(try await fleet.call(body))
        } catch {
            return .failure(error)
        }
    }

    private func upload(_ number: Int, _ api: APIEnvironment) async throws -> APIEnvironment.Answer {
        let body = ServiceEnvironment.file(good: 3, bad: 1, prefix: "L\(number)-")
        return try await api.call("POST", "/uploads?fileName=l\(number).csv", csv: body)
    }

    /// A file in the bucket, and its event.
    private func announce(_ number: Int, _ api: APIEnvironment) async throws -> APIEnvironment.Answer {
        let name = "e\(number).csv"
        try service.drop(name, vendor: "V002", ServiceEnvironment.file(good: 2, bad: 1, prefix: "E\(number)-"))
        let path = "\(service.catalog.folder.file("objects"))/buckets/inbox/uploads/V002/\(name)"
        var status = stat()
        stat(path, &status)
        let etag = "\(status.st_ino)-\(status.st_size)-\(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
        return try await api.call(
            "POST", "/events/s3", as: nil,
            json: """
                {"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": {"bucket": {"name": "inbox"},
                    "object": {"key": "uploads/V002/\(name)", "size": \(status.st_size), "eTag": "\(etag)"}}}]}
                """)
    }
}
