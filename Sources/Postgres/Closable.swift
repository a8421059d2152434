/// What holds connections until it is closed.
public protocol Closable: Sendable {
    func close() async
}

extension Connection: Closable {}
extension Pool: Closable {}

extension Closable {
    /// Runs `body` and closes, however that ends: what `defer` is for an end that must be awaited.
    public func closing<Result>(after body: (Self) async throws -> Result) async rethrows -> Result {
        let result = try await closingOnError(body)
        await close()
        return result
    }

    /// Closes only if `body` fails: for what is handed on once it is ready.
    public func closingOnError<Result>(_ body: (Self) async throws -> Result) async rethrows -> Result {
        do {
            return try await body(self)
        } catch {
            await close()
            throw error
        }
    }
}
