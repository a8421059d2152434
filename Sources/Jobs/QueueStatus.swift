/// How a queue stands.
package struct QueueStatus: Sendable, Codable {
    package var queue: String
    package var ready: Int
    /// Ready at a later time: failed before, or scheduled.
    package var waiting: Int
    package var running: Int
    package var dead: Int
    /// Seconds the oldest ready job has been waiting for a worker; nil if none is ready.
    package var oldestReadySeconds: Double?
    package var isPaused: Bool
}
