/// Where a server listens.
public struct ListenAddress: Sendable, Equatable, CustomStringConvertible {
    /// A name or an address.
    public var host: String
    /// 0 takes a free one, which the log names.
    public var port: Int

    /// An address; see the properties.
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Whether only this machine reaches it.
    public var isLoopback: Bool {
        host == "localhost" || host == "::1" || host.wholeMatch(of: /127\.\d+\.\d+\.\d+/) != nil
    }

    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
