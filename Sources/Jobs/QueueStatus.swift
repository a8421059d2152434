/// How a queue stands.
public struct QueueStatus: Sendable, Codable {
    public var queue: String
    public var ready: Int
    /// Ready at a later time: failed before, or scheduled.
    public var waiting: Int
    public var running: Int
    public var dead: Int
    /// Seconds the oldest ready job has been waiting for a worker; nil if none is ready.
    public var oldestReadySeconds: Double?
    public var isPaused: Bool
}
