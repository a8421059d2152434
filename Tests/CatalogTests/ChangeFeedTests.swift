import Postgres
import TestSupport
import Testing

@testable import Catalog

/// What became of products, in the order of commits, with a cursor that misses nothing and repeats nothing.
@Suite(.timeLimit(.minutes(5))) struct ChangeFeedTests {
    /// Everything behind a cursor, in pages.
    private func all(
        _ session: Session, after cursor: String? = nil, vendor: String? = nil, limit: Int = 7
    ) throws -> [ProductChange] {
        var (events, next) = try session.changes(after: cursor, limit: limit, vendor: vendor)
        var found = events
        while !events.isEmpty {
            (events, next) = try session.changes(after: next, limit: limit, vendor: vendor)
            found += events
        }
        return found
    }

    @Test(
        "A transaction has one event for each product: created, changed with its fields, or deleted, with the image before and after"
    )
    func events() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.transaction { try $0.seed() }
            try await connection.transaction { session in
                try session.execute("update catalog.products set price = 11, stock_quantity = 6 where vendor_id = 'V1'")
                try session.execute("update catalog.products set price = 12 where vendor_id = 'V1'")
                try session.execute("delete from catalog.products where vendor_id = 'V2'")
            }
            try await connection.transaction { _ = try $0.tick() }
            try await connection.run { session in
                let events = try all(session)
                #expect(events.map(\.operation) == ["created", "created", "changed", "deleted"])
                #expect(events.map(\.vendorID) == ["V1", "V2", "V1", "V2"])
                #expect(events[2].fields == ["price", "stockQuantity"])
                #expect(events[2].before == events[0].after && events[3].before == events[1].after)
                #expect(events[2].after?.contains(#""price": 12.00"#) == true)
                #expect(events[0].before == nil && events[3].after == nil)
                #expect(events[0].after?.contains(#""vendorProductId": "P1""#) == true)
                #expect(events[0].after?.contains("madeBy") == false)
                #expect(Set(events[2...].map(\.changeID)).count == 1)
                #expect(try session.changes(after: ChangeFeed.now, limit: 5).changes == [])
            }
        }
    }

    @Test("A product that is created and gone in one transaction has no event, a change without a tick none yet")
    func nothing() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.transaction { try $0.seed() }
            try await connection.transaction { _ = try $0.tick() }
            let head = try await connection.run { try $0.changes(after: nil, limit: 10).next }
            try await connection.transaction { session in
                try session.execute(
                    """
                    insert into catalog.products (vendor_id, vendor_product_id, product_name, category, sku, price, stock_quantity)
                    values ('V1', 'P9', 'N', 'Audio', 'S9', 1, 1)
                    """)
                try session.execute("delete from catalog.products where vendor_product_id = 'P9'")
                try session.execute("update catalog.products set price = 13 where vendor_id = 'V1'")
            }
            try await connection.run { session in
                #expect(try session.changes(after: head, limit: 10).changes == [])
                try session.tick()
                #expect(try session.changes(after: head, limit: 10).changes.map(\.operation) == ["changed"])
            }
        }
    }

    @Test("A number beyond those that were given out is refused: the feed would not find the product")
    func beyond() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.transaction { try $0.seed() }
            let error = await #expect(throws: PostgresError.self) {
                try await connection.transaction { session in
                    _ = try session.execute(
                        """
                        insert into catalog.products (product_id, vendor_id, vendor_product_id, product_name, category, sku, price, stock_quantity)
                        values (1000, 'V1', 'P9', 'N', 'Audio', 'S9', 1, 1)
                        """)
                }
            }
            #expect(error?.message == "product_id 1000 is beyond those that were given out")
        }
    }

    @Test(
        "Eight writers at once and a reader that is killed at random 200 times: nothing is missing, nothing comes twice, images follow each other"
    )
    func killed() async throws {
        try await withDatabase(migrated: true) { conninfo in
            let seeding = try await Connection.open(conninfo)
            try await seeding.transaction { try $0.seed() }
            async let writing: Void = ChangeWriters.run(conninfo, writers: 8, transactions: 60, seed: 7)
            var generator = SeededGenerator(seed: 11)
            var (kept, cursor, kills) = ([ProductChange](), nil as String?, 0)
            while kills < 200 {
                // Its connection goes with it; what it had not dealt with, it had not read.
                try await Connection.open(conninfo).closing { connection in
                    let limit = Int.random(in: 1...40, using: &generator)
                    let start = cursor
                    let (events, next) = try await connection.run { try $0.changes(after: start, limit: limit) }
                    let dealt = Int.random(in: 0...events.count, using: &generator)
                    kept += events.prefix(dealt)
                    if dealt > 0 { cursor = events[dealt - 1].cursor } else if events.isEmpty { cursor = next }
                }
                kills += 1
            }
            try await writing
            let rest = cursor
            kept += try await seeding.run { try all($0, after: rest, limit: 100) }
            let expected = try await seeding.run { try $0.query(ChangeWriters.expected).map { $0[0] ?? "" } }
            #expect(kept.count > 500)
            #expect(
                kept.map { "\($0.changeID) \($0.productID) \($0.operation)" }.sorted() == expected.sorted())
            #expect(try await seeding.run { try all($0, limit: 1000) } == kept)
            try await follow(kept, seeding)
            await seeding.close()
        }
    }

    /// Each event begins with the image that the one before it ended with, and the last ones are the catalogue.
    private func follow(_ events: [ProductChange], _ connection: Connection) async throws {
        var images: [Int: String] = [:]
        for event in events {
            #expect(images[event.productID] == event.before, "\(event.cursor)")
            images[event.productID] = event.after
        }
        let products = try await connection.run { session in
            try session.execute("set timezone = 'UTC'")
            return try session.query(
                "select product_id, \(ChangeFeed.image("(to_jsonb(p) - 'made_by')"))::text as image from catalog.products p"
            ).map { (try $0.get("product_id", as: Int.self), try $0.get("image", as: String.self)) }
        }
        #expect(images == Dictionary(uniqueKeysWithValues: products))
    }

    /// A product of each of two vendors, by hand: an upload would write those of its own vendor alone.
    private static func offer(_ session: Session) throws {
        _ = try session.addCategories(["Audio"])
        for vendor in ["V1", "V2"] {
            try session.addVendor(Vendor(vendorID: vendor, vendorName: vendor, email: "\(vendor)@example.com"))
            try session.execute(
                """
                insert into catalog.products (vendor_id, vendor_product_id, product_name, category, sku, price, stock_quantity)
                values (\(vendor)::text, 'P1', 'N', 'Audio', \(vendor)::text, 10, 5)
                """)
        }
    }

    @Test(
        "A vendor's feed has its own products alone; one that goes to another vendor is deleted for the one and created for the other"
    )
    func isolation() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.transaction { try Self.offer($0) }
            try await connection.transaction { session in
                try session.execute("update catalog.products set price = 20")
            }
            try await connection.transaction { session in
                try session.execute(
                    "update catalog.products set vendor_id = 'V1', vendor_product_id = 'P2' where vendor_id = 'V2'")
            }
            try await connection.transaction { _ = try $0.tick() }
            for (role, vendor, filter, expected) in [
                ("catalog_vendor", "V1", nil, ["created", "changed", "created"]),
                ("catalog_vendor", "V2", nil, ["created", "changed", "deleted"]),
                ("catalog_vendor", "V2", "V1", ["created", "changed", "deleted"]),
                ("catalog_vendor", "", nil, []),
                ("catalog_auditor", "", nil, ["created", "created", "changed", "changed", "changed"]),
                ("catalog_auditor", "", "V1", ["created", "changed", "created"]),
                ("catalog_owner", "", "V2", ["created", "changed", "deleted"]),
            ] as [(String, String, String?, [String])] {
                let events = try await connection.transaction { session in
                    try session.execute(
                        "select set_config('role', \(role)::text, true), set_config('catalog.vendor_id', \(vendor)::text, true)"
                    )
                    return try all(session, vendor: filter, limit: 2)
                }
                #expect(events.map(\.operation) == expected, "\(role) \(vendor) \(filter ?? "")")
                if role == "catalog_vendor" {
                    let texts = events.flatMap { [$0.before, $0.after] }.compactMap(\.self)
                    #expect(texts.allSatisfy { $0.contains(#""vendorId": "\#(vendor)""#) }, "\(vendor)")
                }
            }
        }
    }

    @Test("A tick of the service tells who waits for news after its commit, and not in it; one by hand does so itself")
    func told() async throws {
        try await withDatabase(migrated: true) { conninfo in
            let news = try await Listener.listen(conninfo, channels: [ChangeFeed.channel])
            try await Connection.open(conninfo).closing { connection in
                try await connection.transaction { try $0.seed() }
                // The statement alone, whose commit nobody hears of.
                try await connection.transaction { _ = try $0.query(History.tick(waits: true)) }
                for byHand in [false, true] {
                    try await connection.transaction {
                        _ = try $0.execute("update catalog.products set price = price + 1")
                    }
                    try await connection.transaction { session in
                        if byHand { _ = try session.query("select audit.tick()") } else { try session.tick() }
                    }
                }
            }
            var heard: [String] = []
            for try await notification in news {
                heard.append(notification.payload)
                if heard.count == 2 { break }
            }
            #expect(heard == ["2", "3"])
        }
    }

    @Test("A cursor goes on in a restored dump; one of another history, or no cursor at all, is refused")
    func cursors() async throws {
        try await withDatabase(migrated: true) { conninfo in
            let connection = try await Connection.open(conninfo)
            try await connection.transaction { try $0.seed() }
            try await connection.transaction { _ = try $0.tick() }
            let events = try await connection.run { try all($0) }
            let first = events[0].cursor
            try await connection.transaction { session in
                try session.execute("update catalog.products set price = 30")
            }
            try await connection.transaction { _ = try $0.tick() }
            let here = try await connection.run { try all($0, after: first) }
            #expect(here.count == 3)
            try await withDatabase(migrated: false) { copy in
                let outcome = try await Subprocess.run(
                    "/bin/bash", ["-c", #"pg_dump -d "$0" | psql -qX -v ON_ERROR_STOP=1 -d "$1""#, conninfo, copy])
                #expect(outcome.status == 0, "\(outcome.error)")
                let there = try await Connection.open(copy)
                #expect(try await there.run { try all($0, after: first) } == here)
                await there.close()
            }
            for (cursor, words) in [
                ("x", "'x' is no cursor of the change feed"),
                (first.dropLast(8) + "00000000", "the cursor \(first.dropLast(8))00000000 is of another history"),
                ("99-00000000", "the cursor 99-00000000 is of another history"),
            ] {
                let error = await #expect(throws: PostgresError.self) {
                    _ = try await connection.run { try $0.changes(after: String(cursor), limit: 1) }
                }
                #expect(error?.message == words && error?.sqlState == "22023")
            }
            await connection.close()
        }
    }
}
