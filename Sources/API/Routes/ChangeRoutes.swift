import Catalog
import Hummingbird
import NIOCore
import Postgres
import Text

extension Shape {
    /// What one transaction made of one product.
    static let change = Shape(
        name: "Change",
        fields: [
            .init("cursor", .text, "The feed goes on behind this event with it.", column: "c.cursor"),
            .init(
                "operation", .choice(["created", "changed", "deleted"]), "What became of the product.",
                column: "c.operation"),
            .init("vendorId", .text, "Whose product it is.", column: "c.vendor_id"),
            .init("vendorProductId", .text, "The vendor's id of the product.", column: "c.vendor_product_id"),
            .init(
                "productId", .integer, "Stays what it is, also if the vendor's id is changed.", column: "c.product_id"),
            .init("changeId", .integer, "The transaction: all of its events have this number.", column: "c.change_id"),
            .init(
                "uploadId", .text, "Which upload did it; null if it was done by hand.", column: "c.upload_id",
                nullable: true),
            .init("seenAt", .timestamp, "When others could see it.", column: "c.seen_at"),
            .init(
                "fields", .json(schema: #"{"type":"array","items":{"type":"string"}}"#),
                "Which values are others than before.",
                column: "to_json(array(select catalog.camel_case(f) from unnest(c.fields) f))"),
            .init(
                "before", .json(schema: #"{"type":"object"}"#), "The product before; null if it was created.",
                column: ChangeFeed.image("c.before").sql, nullable: true),
            .init(
                "after", .json(schema: #"{"type":"object"}"#), "The product since; null if it was deleted.",
                column: ChangeFeed.image("c.after").sql, nullable: true),
        ])
}

/// `/changes`: what becomes of products, for who builds on the catalogue.
struct ChangeRoutes: Sendable {
    let database: APIDatabase
    let watch: ChangeWatch

    private static let after = Input(
        "after", .text(atMost: 100),
        """
        The cursor of the last event that was read, or nextCursor; 'now' begins with what is yet to come, and without it the feed begins \
        with the first change.
        """
    )
    private static let wait = Input(
        "wait", .integer(0...30), "If there is no event yet, how many seconds to wait for one; the default is 0.")

    var endpoints: [Endpoint] {
        [
            Endpoint(
                method: .get, path: "/changes",
                summary:
                    """
                    Products created, changed and deleted, in the order of commits: no event is missing and none comes twice for who keeps \
                    the cursor.
                    """,
                query: [Self.after, Input("vendor", .text(atMost: 50), "Only this vendor's."), .limit, Self.wait],
                answers: [.init(.ok, .page(.change), "The next events; nextCursor is never null.")]
            ) { call in .json(try await page(call)) }
        ]
    }

    /// Asks again with each tick, and every other second where ticks cannot be listened to, until there is an event.
    private func page(_ call: Call) async throws -> ByteBuffer {
        let end = ContinuousClock.now + .seconds(call.values.integer("wait") ?? 0)
        var cursor = call.values.text("after")
        while true {
            // Before the question, so that no tick is missed between them.
            let signal = watch.signal()
            let answer = try await read(call, after: cursor)
            let left = end - ContinuousClock.now
            guard answer.isEmpty, left > .zero else { return answer.json }
            cursor = answer.next
            guard await signal.arrives(within: min(left, .seconds(2))) || !watch.isClosed else { return answer.json }
        }
    }

    private struct Answer {
        var json: ByteBuffer
        var next: String
        var isEmpty: Bool
    }

    private func read(_ call: Call, after cursor: String?) async throws -> Answer {
        let limit = call.limit
        let statement = ChangeFeed.page(
            after: cursor, limit: limit, vendor: call.values.text("vendor"),
            columns: "\(Shape.change.columns), c.cursor")
        do {
            return try await database.read(as: call.identity, statement) { try Self.answer($0[0], limit) }
        } catch let error as PostgresError where error.sqlState == "22023" {
            throw Problem(
                .invalidParameter,
                "parameter 'after': \([error.message, error.hint].compactMap(\.self).joined(separator: "; "))")
        }
    }

    /// - Parameter rows: the head of the feed before the shape's columns, the cursor behind them.
    private static func answer(_ rows: Rows, _ limit: Int) throws -> Answer {
        let cursors = rows.compactMap { $0[Shape.change.fields.count + 1] }
        let head = rows[0][0] ?? ""
        let next = cursors.count == limit ? cursors.last ?? head : head
        var json = JSONWriter()
        json.object { json in
            json.array("items") { json in
                for row in rows.prefix(cursors.count) { json.row(row, .change, from: 1) }
            }
            json.string("nextCursor", next)
        }
        return Answer(json: json.buffer, next: next, isEmpty: cursors.isEmpty)
    }
}
