/// A way to a store of this machine that can be spoiled: `Tests/Servers/store_proxy.py`.
package struct StoreProxy: Sendable {
    /// How it treats what it passes on.
    package enum Mode: String, Sendable, CaseIterable {
        case pass, refuse, full, unavailable, forget, corrupt, cut, rotten, slow, trickle, stall, forbid
        case loseAnswer = "lose-answer"
        case cutGet = "cut-get"
    }

    /// `http://127.0.0.1:PORT`.
    package let url: String
    private let folder: TemporaryFolder

    /// Runs `body` beside a proxy of its own.
    /// - Parameter url: of the store, `http://127.0.0.1:PORT`.
    package static func with<Result>(
        to url: String, _ mode: Mode = .pass, _ body: (StoreProxy) async throws -> Result
    ) async throws -> Result {
        let target = String(url.split(separator: ":").last ?? "")
        let folder = try TemporaryFolder()
        let script = Project.file("Tests/Servers/store_proxy.py")
        let file = try folder.write(mode.rawValue, to: "mode")
        return try await ListeningProcess.with {
            ["/usr/bin/env", "python3", script, $0, target, file]
        } _: {
            try await body(StoreProxy(url: "http://127.0.0.1:\($0.port)", folder: folder))
        }
    }

    /// From the next request on.
    package func set(_ mode: Mode) throws { try folder.write(mode.rawValue, to: "mode") }
}
