/// Waits for what gives no signal, such as the doing of another process.
/// - Parameters:
///   - limit: generous, because a machine under load is slow; a test that passes never waits so long.
///   - body: asked every 10 ms until it returns something.
/// - Throws: `NotInTime`, or what `body` throws.
@discardableResult
package func eventually<Value>(
    within limit: Duration = .seconds(30), file: StaticString = #fileID, line: UInt = #line,
    _ body: () async throws -> Value?
) async throws -> Value {
    let deadline = ContinuousClock.now + limit
    while true {
        if let value = try await body() { return value }
        guard ContinuousClock.now < deadline else { throw NotInTime(limit: limit, place: "\(file):\(line)") }
        try await Task.sleep(for: .milliseconds(10))
    }
}

/// Waits until `condition` holds.
/// - Throws: `NotInTime`, or what `condition` throws.
package func eventually(
    within limit: Duration = .seconds(30), file: StaticString = #fileID, line: UInt = #line,
    _ condition: () async throws -> Bool
) async throws {
    try await eventually(within: limit, file: file, line: line) { try await condition() ? () : nil }
}

/// What a test waits for did not come.
package struct NotInTime: Error, CustomStringConvertible {
    package var limit: Duration
    package var place: String

    package var description: String { "what is waited for at \(place) did not come within \(limit)" }
}
