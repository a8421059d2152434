import Foundation

/// A token that lets calls in, kept until it expires. However many calls want one, it is asked for once.
actor TokenCache {
    /// A token and how long it is good.
    struct Token: Sendable {
        var text: String
        var goodUntil: Date
    }

    private let fetch: @Sendable () async throws -> Token
    private let now: @Sendable () -> Date
    private var current: Token?
    private var fetching: Task<Token, any Error>?

    /// - Parameter fetch: asks for a new one.
    init(now: @escaping @Sendable () -> Date = { Date() }, fetch: @escaping @Sendable () async throws -> Token) {
        self.now = now
        self.fetch = fetch
    }

    /// The current token, or a new one.
    func token() async throws -> String {
        if let current, now() < current.goodUntil { return current.text }
        if let fetching { return try await fetching.value.text }
        // A task of its own: the call that happened to be first may be cancelled.
        let task = Task { [fetch] in try await fetch() }
        fetching = task
        defer { if fetching == task { fetching = nil } }
        let token = try await task.value
        current = token
        return token.text
    }

    /// The token was refused: whoever comes next gets another one, unless that happened already.
    func refuse(_ text: String) {
        if current?.text == text { current = nil }
    }
}
