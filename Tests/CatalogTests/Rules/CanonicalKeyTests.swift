import Postgres

import TestSupport
import Testing

@testable import Catalog
@testable import Text

/// One form of keys, in Swift and in SQL.
@Suite(.timeLimit(.minutes(5))) struct CanonicalKeyTests {
    @Test(
        "What looks the same has the same form",
        arguments: [
            ("I-1", "I-1"), ("I\u{AD}-1\u{200B}", "I-1"), ("\u{FEFF}I-1\u{A0}", "I-1"), ("e\u{301}", "\u{E9}"),
            ("\u{212B}", "\u{C5}"), ("👩\u{200D}🔧", "👩\u{200D}🔧"), ("\u{958}", "\u{915}\u{93C}"), ("日本", "日本"),
            ("I\u{A0}-\u{202F}1", "I - 1"), ("AB\u{3000}1", "AB 1"), ("A\u{2000}B", "A B"),
        ])
    func form(key: String, expected: String) {
        #expect(CanonicalKey.form(key).unicodeScalars.elementsEqual(expected.unicodeScalars))
    }

    @Test("What has more bytes than any key is left alone, whatever it costs to compose")
    func long() {
        let marks = String(repeating: "e\u{301}", count: 1000)
        #expect(CanonicalKey.form(marks).unicodeScalars.elementsEqual(marks.unicodeScalars))
        let longest = String(repeating: "e\u{301}", count: CanonicalKey.longest / 3)
        #expect(CanonicalKey.form(longest).utf8.count == CanonicalKey.longest / 3 * 2)
    }

    @Test("SQL gives the same form as Swift for any text")
    func sameInSQL() async throws {
        let pool: [Unicode.Scalar] = [
            "a", "e", "\u{301}", "\u{308}", "\u{E9}", "\u{212B}", "\u{1100}", "\u{1161}", "\u{11A8}", "\u{958}",
            "\u{AD}", " ",
            "\u{A0}", "\u{200B}", "\u{200C}", "\u{200D}", "\u{202E}", "\u{2060}", "\u{3000}", "\u{FEFF}", "\u{FE0F}",
            "\u{1F468}", "\u{2000}", "\u{202F}", "\t", "\u{2028}",
        ]
        var random = SystemRandomNumberGenerator()
        let keys = (0..<2000).map { _ in
            String(
                String.UnicodeScalarView(
                    (0..<Int.random(in: 0...8, using: &random)).map { _ in pool.randomElement(using: &random)! }))
        }
        try await withDatabase(migrated: true) { conninfo in
            let connection = try await Connection.open(conninfo)
            let forms = try await connection.run { session in
                try session.query(
                    "select catalog.canonical_key(key) from unnest(\(keys)::text[]) with ordinality as k (key, at) order by at"
                ).map { $0[0] ?? "" }
            }
            await connection.close()
            let wrong = zip(keys, forms).first { key, form in
                !CanonicalKey.form(key.trimmed()).unicodeScalars.elementsEqual(form.unicodeScalars)
            }
            #expect(wrong == nil, "\(wrong.map { $0.0.unicodeScalars.map { String($0.value, radix: 16) } } ?? [])")
        }
    }

    @Test("Stored keys of another form are listed with what they would collide with, and stay as they are")
    func ambiguousKeys() async throws {
        try await withDatabase(migrated: true) { conninfo in
            let connection = try await Connection.open(conninfo)
            let found = try await connection.transaction { session in
                try session.addVendor(Vendor(vendorID: "V1", vendorName: "V1", email: "a@example.com"))
                _ = try session.addCategories(["Audio"])
                for (id, sku) in [
                    ("P1", "I-1"), ("P2", "I-1\u{200B}"), ("P3\u{A0}", "J-1"), ("P4", "K\u{AD}"), ("P5", "\u{FEFF}K"),
                ] {
                    try session.execute(
                        """
                        insert into catalog.products (vendor_id, vendor_product_id, product_name, category, sku, price, stock_quantity)
                        values ('V1', \(id)::text, 'N', 'Audio', \(sku)::text, 1, 1)
                        """)
                }
                return try session.query(
                    """
                    select concat_ws(' ', a.field, a.canonical, p.sku) as found from catalog.ambiguous_keys() a
                    left join catalog.products p on p.product_id = a.collides_with order by a.field, a.product_id
                    """
                ).map { $0[0] ?? "" }
            }
            await connection.close()
            #expect(found == ["sku I-1 I-1", "sku K \u{FEFF}K", "sku K K\u{AD}", "vendor_product_id P3"])
        }
    }
}
