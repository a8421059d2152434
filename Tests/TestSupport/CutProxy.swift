/// A way to a server of this machine on which the first connections are lost: `Tests/Servers/cut_proxy.py`.
package enum CutProxy {
    /// Runs `body` beside a proxy of its own.
    /// - Parameters:
    ///   - url: `http://127.0.0.1:PORT`.
    ///   - bytes: after so many in either direction a connection is reset.
    ///   - count: of connections that are reset; later ones are passed on whole.
    ///   - body: gets the proxy's address.
    package static func with<Result>(
        to url: String, resettingAfter bytes: Int, first count: Int, _ body: (String) async throws -> Result
    ) async throws -> Result {
        let target = String(url.split(separator: ":").last ?? "")
        let script = Project.file("Tests/Servers/cut_proxy.py")
        return try await ListeningProcess.with {
            ["/usr/bin/env", "python3", script, $0, target, String(bytes), String(count)]
        } _: {
            try await body("http://127.0.0.1:\($0.port)")
        }
    }
}
