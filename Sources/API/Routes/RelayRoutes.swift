import Catalog
import Hummingbird
import NIOCore
import Postgres
import Relay
import Text

extension Shape {
    static let relayState = Shape(
        name: "RelayState",
        fields: [
            .init("state", .text, "Of windows: open, sealed, packing, delivered, verified (of the last day), lost."),
            .init("windows", .integer, "How many."), .init("objects", .integer, "In them."),
            .init("bytes", .integer, "Of their objects."), .init("archives", .integer, "On the target."),
            .init("oldest", .text, "When the oldest began.", nullable: true),
            .init("oldestSeconds", .decimal, "Since its end, while it is under way.", nullable: true),
        ])

    static let relayName = Shape(
        name: "RelayName",
        fields: [
            .init("name", .text, "Of routes; empty: of all without one."),
            .init("target", .text, "Where they go; empty: the target without a name."),
            .init("windows", .integer, "That are complete and not done."), .init("objects", .integer, "In them."),
            .init("oldestSeconds", .decimal, "Since the end of the oldest."),
            .init("waitsFor", .text, "After a failure: source, target or repair.", nullable: true),
            .init("lastError", .text, "What failed.", nullable: true),
        ])

    static let relayObject = Shape(
        name: "RelayObject",
        fields: [
            .init("window", .text, "The beginning of its window.", column: "window_at"),
            .init("bucket", .text, "Where it was."), .init("key", .text, "Its key.", column: "object_key"),
            .init("version", .text, "Version id, else ETag.", column: "object_version"),
            .init("state", .text, "gone, altered, unreadable, or waiting while it is tried again."),
            .init("tries", .integer, "How often it was refused."),
            .init("problem", .text, "What its store said.", nullable: true),
        ])

    static let relayWindow = Shape(
        name: "RelayWindow", fields: [.init("window", .text, "The beginning of the window.")])
}

/// `/relay`: windows, and what is in no archive.
struct RelayRoutes: Sendable {
    private static let window = Input("window", .text(atMost: 40), "The beginning of a window.", required: true)

    let database: APIDatabase

    var endpoints: [Endpoint] { [states, names, missing, flush, replay, retry, skip] }

    private var states: Endpoint {
        Endpoint(
            method: .get, path: "/relay", summary: "Windows by state.", access: .staff,
            answers: [.init(.ok, .list(.relayState), "All states.")]
        ) { call in
            .json(
                try await database.read(as: call.identity, RelayReads.states) { Call.list($0[0], .relayState) })
        }
    }

    private var names: Endpoint {
        Endpoint(
            method: .get, path: "/relay/names",
            summary: "Names of which windows are complete and not done, and what they wait for.", access: .staff,
            answers: [.init(.ok, .list(.relayName), "By name.")]
        ) { call in
            .json(try await database.read(as: call.identity, RelayReads.names) { Call.list($0[0], .relayName) })
        }
    }

    private var missing: Endpoint {
        Endpoint(
            method: .get, path: "/relay/missing", summary: "Objects that are in no archive, and why.", access: .staff,
            query: [Input("window", .text(atMost: 40), "Only of this window."), .limit],
            answers: [.init(.ok, .list(.relayObject), "The first of them.")]
        ) { call in
            let (window, limit) = (try call.values.text("window").map(Self.time), call.limit)
            return .json(
                try await database.read(as: call.identity, RelayReads.missing(window, limit: limit)) {
                    Call.list($0[0], .relayObject)
                })
        }
    }

    private var flush: Endpoint {
        changing("/relay/flush", "End the open window now, and try at once what waits after a failure.") { session, _ in
            try session.flushRelay()
        }
    }

    private var replay: Endpoint {
        changing(
            "/relay/replay", "Deliver windows again that were done: those that begin from one moment to another.",
            [
                Input("from", .text(atMost: 40), "The first moment.", required: true),
                Input("through", .text(atMost: 40), "The last; only one window without it."),
            ]
        ) { session, values in
            let from = try Self.time(values.text("from") ?? "")
            let windows = try session.replayWindows(
                from: from, through: try values.text("through").map(Self.time) ?? from)
            guard !windows.isEmpty else { throw Problem(.notFound, "no window that was done begins then") }
            return windows
        }
    }

    private var retry: Endpoint {
        changing(
            "/relay/missing/retry", "Look again for objects that are in no archive.",
            [Input("window", .text(atMost: 40), "Only of this window.")]
        ) { session, values in try session.retryMissing(of: try values.text("window").map(Self.time)) }
    }

    private var skip: Endpoint {
        changing("/relay/missing/skip", "Give up the objects that keep a window waiting.", [Self.window]) {
            session, values in
            let window = try Self.time(values.text("window") ?? "")
            guard try session.skipRefused(of: window) > 0 else {
                throw Problem(.conflict, "window \(window) waits for no object")
            }
            return [window]
        }
    }

    /// - Parameter body: returns the windows that it changed.
    private func changing(
        _ path: String, _ summary: String, _ inputs: [Input] = [],
        _ body: @escaping @Sendable (Session, InputValues) throws -> [WindowTime]
    ) -> Endpoint {
        Endpoint(
            method: .post, path: path, summary: summary, access: .operators, query: inputs,
            answers: [.init(.ok, .list(.relayWindow), "The windows.")]
        ) { call in
            let values = call.values
            return try await database.answer(for: call) { session in
                let windows = try body(session, values)
                ActionRecord.name(windows.isEmpty ? "no window" : windows.map(\.description).joined(separator: " "))
                var json = JSONWriter()
                json.object { json in
                    json.array("items") { json in
                        for window in windows { json.object { $0.string("window", window.description) } }
                    }
                }
                return .json(json.buffer)
            }
        }
    }

    private static func time(_ text: String) throws -> WindowTime {
        guard let time = WindowTime(text) else {
            throw Problem(
                .invalidParameter, "'\(text.prefix(40))' begins no window: expected one such as 2026-11-21T16:50:00Z")
        }
        return time
    }
}
