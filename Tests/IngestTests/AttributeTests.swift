@testable import Catalog
import Foundation
import Ingest
import Postgres
import Testing

/// Columns of a file that are not ours, kept or ignored.
@Suite(.timeLimit(.minutes(5))) struct AttributeTests {
    private static let header = Onboarding.header

    private func keep(_ onboarding: Onboarding, vendor: String = "V1") async throws {
        let isKnown = try await onboarding.connection.transaction { try $0.setKeepsAttributes(vendor, true) }
        #expect(isKnown)
    }

    /// Of V1's products, by their id.
    private func attributes(_ onboarding: Onboarding, vendor: String = "V1") async throws -> [String?] {
        try await onboarding.column(
            """
            select concat_ws(' ', vendor_product_id, attributes) from catalog.products
            where vendor_id = \(vendor)::text order by vendor_product_id
            """)
    }

    private func expectAttributes(_ expected: [String?], _ onboarding: Onboarding, vendor: String = "V1") async throws {
        let found = try await attributes(onboarding, vendor: vendor)
        #expect(found == expected)
    }

    private func expectColumn(_ expected: [String?], _ onboarding: Onboarding, _ statement: Statement) async throws {
        let found = try await onboarding.column(statement)
        #expect(found == expected)
    }

    @Test(
        "They are ignored, kept under the names of the header if the vendor keeps them, and always if the column says so"
    )
    func keptOrIgnored() async throws {
        try await Onboarding.with { onboarding in
            let text =
                Self.header + ",Colour,attribute.size,status,vendor_id,,_row\nP1,N,Audio,S1,1,1,red,XL,active,V9,x,7\n"
            _ = try await onboarding.ingest(text: text)
            try await expectAttributes([#"P1 {"size": "XL"}"#], onboarding)
            try await keep(onboarding)
            let outcome = try await onboarding.ingest(text: text, mode: .upsert)
            #expect(outcome.counts.updated == 1 && outcome.result.facts?.attributes == ["Colour", "size"])
            try await expectAttributes([#"P1 {"size": "XL", "Colour": "red"}"#], onboarding)
            let other = try await onboarding.ingest(
                text: Self.header + ",Colour\nP1,N,Audio,S9,1,1,red\n", vendor: "V2")
            #expect(other.status == .completed && other.result.facts?.attributes == nil)
            try await expectAttributes(["P1"], onboarding, vendor: "V2")
        }
    }

    @Test(
        "They are compared as any column: what differs in one is updated and has a version, what does not is unchanged")
    func compared() async throws {
        try await Onboarding.with { onboarding in
            try await keep(onboarding)
            let wide = Self.header + ",colour,size\n"
            _ = try await onboarding.ingest(
                text: wide + "P1,N,Audio,S1,1,1,red,XL\nP2,N,Audio,S2,1,1,,\nP3,N,Audio,S3,1,1,blue,\n")
            let outcome = try await onboarding.ingest(
                text: wide + "P1,N,Audio,S1,1,1,red,XL\nP2,N,Audio,S2,1,1,,\nP3,N,Audio,S3,1,1,green,\n", mode: .upsert)
            #expect(outcome.counts.updated == 1 && outcome.counts.unchanged == 2)
            try await expectColumn(
                [#"P3{"colour": "blue"}"#], onboarding,
                "select vendor_product_id || attributes::text from catalog.product_versions")
            try await expectAttributes(
                [
                    #"P1 {"size": "XL", "colour": "red"}"#, "P2", #"P3 {"colour": "green"}"#,
                ], onboarding)
            let id = outcome.result.upload.uploadID
            try await expectColumn(
                ["P3 changed attribute.colour blue green"], onboarding,
                "select concat_ws(' ', vendor_product_id, operation, field, old_value, new_value) from audit.upload_diff(\(id)::text)"
            )
        }
    }

    @Test("What a file does not name stays; empty cells clear, or keep if the upload says so; by either key")
    func partialFiles() async throws {
        try await Onboarding.with { onboarding in
            try await keep(onboarding)
            _ = try await onboarding.ingest(text: Self.header + ",a,b\nP1,N,Audio,S1,1,1,1,2\nP2,N,Audio,S2,1,1,1,\n")
            let kept = try await onboarding.ingest(text: "sku,b,c\nS1,,3\nS2,,\n", mode: .update, empty: .keep)
            #expect(kept.counts.updated == 1 && kept.counts.unchanged == 1)
            try await expectAttributes([#"P1 {"a": "1", "b": "2", "c": "3"}"#, #"P2 {"a": "1"}"#], onboarding)
            _ = try await onboarding.ingest(text: "vendor_product_id,b,c\nP1,,4\nP2,5,\n", mode: .update)
            try await expectAttributes([#"P1 {"a": "1", "c": "4"}"#, #"P2 {"a": "1", "b": "5"}"#], onboarding)
            // A file without such columns leaves them all alone, and says nothing of them.
            let plain = try await onboarding.ingest(["P1,N,Audio,S1,9,1"], mode: .upsert)
            #expect(plain.counts.updated == 1)
            _ = try await onboarding.ingest(
                text: Self.header + ",a,b,c\nP1,N,Audio,S1,9,1,,,\nP2,N,Audio,S2,1,1,1,5,\n", mode: .upsert)
            try await expectAttributes(["P1", #"P2 {"a": "1", "b": "5"}"#], onboarding)
            #expect(try await onboarding.value("select count(*) from catalog.products where attributes = '{}'") == "0")
        }
    }

    @Test("A mapping has the first word: all, none, some, or some under other names with the steps of any column")
    func mappings() async throws {
        try await Onboarding.with { onboarding in
            func expectLoaded(_ expected: [String?], _ attributes: String, keeps: Bool = false) async throws {
                try await onboarding.execute("delete from catalog.products")
                let isKnown = try await onboarding.connection.transaction { try $0.setKeepsAttributes("V1", keeps) }
                let columns = ["vendor_product_id": "No", "product_name": "Name", "sku": "No", "price": "Price"]
                    .map { #""\#($0)": {"from": ["\#($1)"]}"# }.joined(separator: ", ")
                let mapping = """
                    {"columns": {\(columns), "category": {"constant": "Audio"}, "stock_quantity": {"constant": "1"}}\(attributes)}
                    """
                let outcome = try await onboarding.ingest(
                    text:
                        "No,Name,Price,Farbe,Gewicht,attribute.Fit,Status\nP1,N,1,rot,\"1,5 kg\",slim,live\nP2,N,1,,2,,\n",
                    mapping: mapping)
                #expect(isKnown && outcome.status == .completed, "\(outcome.messages) \(outcome.result.end)")
                try await expectAttributes(expected, onboarding)
            }
            let all = [
                #"P1 {"Fit": "slim", "Farbe": "rot", "Status": "live", "Gewicht": "1,5 kg"}"#, #"P2 {"Gewicht": "2"}"#,
            ]
            try await expectLoaded(["P1", "P2"], "")
            try await expectLoaded(all, "", keeps: true)
            try await expectLoaded(all, #", "attributes": true"#)
            try await expectLoaded(["P1", "P2"], #", "attributes": false"#, keeps: true)
            try await expectLoaded([#"P1 {"Farbe": "rot"}"#, "P2"], #", "attributes": ["Farbe", "Missing"]"#)
            try await expectLoaded(
                [
                    #"P1 {"fit": "slim", "colour": "red", "season": "SS27", "weight": "1.5"}"#,
                    #"P2 {"fit": "regular", "colour": "red", "season": "SS27", "weight": "2"}"#,
                ],
                #"""
                , "attributes": {"colour": {"from": ["Farbe"], "carry": true, "replace": {"rot": "red"}},
                    "weight": {"from": ["Gewicht"], "first": " kg", "number": ","}, "season": {"constant": "SS27"},
                    "fit": {"from": ["Fit", "attribute.Fit"], "default": "regular"}}
                """#)
        }
    }

    @Test(
        "A mapping that keeps what cannot be kept says why",
        arguments: [
            (#""yes""#, "attributes must be true, false, a list of columns, or an object"),
            (#"[1]"#, "attributes must be true, false, a list of columns, or an object"),
            (#"["a", "attribute.a"]"#, "attribute 'a' occurs twice"), (#"[" "]"#, "must have 1 to 100 characters"),
            (#"{"a": {"from": "Farbe"}}"#, #""attributes.a.from" must be a list in square brackets"#),
            (#"{"a": {"from": ["F"], "number": "auto"}}"#, "number of 'attributes.a' must be the decimal mark"),
            (#"{"a": {"round": 9}}"#, "round of 'attributes.a' must be"),
        ])
    func refusedMappings(attributes: String, words: String) {
        let json = #"{"columns": {}, "attributes": \#(attributes)}"#
        let error = #expect(throws: ColumnMappingError.self) { try ColumnMapping(json: Data(json.utf8)) }
        #expect(error?.description.contains(words) == true, "\(String(describing: error))")
    }

    @Test("Bounds: of a name, a value, a row, and of what many files bring together; each is said")
    func bounds() async throws {
        try await Onboarding.with { onboarding in
            try await keep(onboarding)
            let long = String(repeating: "🚲", count: 2001)
            let rows = [
                "P1,N,Audio,S1,1,1,\(long),x", "P2,N,Audio,S2,free,1,\(long.dropLast()),\(long)",
                "P3,N,Audio,S3,1,1,y,z",
            ]
            let outcome = try await onboarding.ingest(
                text: ([Self.header + ",a,b"] + rows).joined(separator: "\n") + "\n")
            #expect(
                outcome.errors.map { "\($0.rowNumber) \($0.errorType) \($0.errorMessage) \($0.field ?? "")" } == [
                    "1 INVALID_VALUE attribute.a must be at most 2000 characters (got 2001) attribute.a",
                    "2 INVALID_PRICE Price must be a number with at most 2 decimals: 'free' price",
                    "2 INVALID_VALUE attribute.b must be at most 2000 characters (got 2001) attribute.b",
                ])
            let names = (0..<201).map { "w\($0)" }.joined(separator: ",")
            func wide(_ cells: [String]) -> String {
                "sku,\(names)\nS3," + (cells + Array(repeating: "", count: 201 - cells.count)).joined(separator: ",")
                    + "\n"
            }
            let many = try await onboarding.ingest(text: wide(Array(repeating: "1", count: 201)), mode: .update)
            #expect(many.messages == ["Row has 201 attributes, at most 200 are kept"])
            let large = String(repeating: "x", count: 2000)
            let heavy = try await onboarding.ingest(text: wide(Array(repeating: large, count: 33)), mode: .update)
            #expect(heavy.messages == ["Attributes of the row have 66089 bytes, at most 65536 are kept"])
            let fits = try await onboarding.ingest(text: wide(Array(repeating: "1", count: 200)), mode: .update)
            #expect(fits.result.end.failure?.type == .invalidAttributes, "a and b are there already")
            #expect(
                fits.result.end.failure?.message.contains("product 'P3' would have more than 200 attributes") == true)
            let fewer = try await onboarding.ingest(text: wide(Array(repeating: "1", count: 198)), mode: .update)
            #expect(fewer.counts.updated == 1)

            let name = try await onboarding.ingest(text: Self.header + ",\(String(repeating: "n", count: 101))\n,\n")
            #expect(name.result.end.failure?.type == .invalidAttributes)
            for twice in ["Größe,Gro\u{308}ße", "a,attribute.a", "a, a\u{200B}", "a b,\"a\nb\""] {
                let refused = try await onboarding.ingest(text: Self.header + ",\(twice)\nP4,N,Audio,S4,1,1,1,2\n")
                #expect(refused.result.end.failure?.type == .duplicateColumn, "\(twice)")
            }
        }
    }

    @Test("Names and values mean nothing but themselves, also ten thousand of them")
    func hostile() async throws {
        try await Onboarding.with { onboarding in
            try await keep(onboarding)
            let names = [
                "__proto__", "constructor", "product_id", "upload_id", "attributes", "line_number", "valid_to",
                "sku'; --", "$.*", "\\",
                "a\u{1}b", "{}", "日本語", "👩\u{200D}🔧", "colour", "Colour",
            ]
            let header = Self.header + "," + names.map { "\"\($0)\"" }.joined(separator: ",")
            let values = names.indices.map { ["\\N", "\\", "null", "\"\"", "{}", "\u{1}", "é", "e\u{301}"][$0 % 8] }
            let row = "P1,N,Audio,S1,1,1," + values.map { "\"\($0)\"" }.joined(separator: ",")
            let outcome = try await onboarding.ingest(text: "\(header)\n\(row)\n")
            #expect(outcome.counts.created == 1, "\(outcome.result.end)")
            let stored = try await onboarding.value("select attributes::text from catalog.products")
            let object = try JSONDecoder().decode([String: String].self, from: Data((stored ?? "").utf8))
            #expect(
                object.count == names.count && object["a b"] == "null" && object["__proto__"] == "\\N"
                    && object["$.*"] == "\\N")
            let again = try await onboarding.ingest(text: "\(header)\n\(row)\n", mode: .upsert)
            #expect(again.counts.unchanged == 1)

            let wide = (0..<10_000).map { "c\($0)" }.joined(separator: ",")
            let cells = "x" + String(repeating: ",", count: 9_999) + "y"
            for mode in [UploadMode.update, .upsert] {
                let text = "\(Self.header),\(wide)\nP1,N,Audio,S1,1,1,\(cells)\n"
                let sparse = try await onboarding.ingest(text: text, mode: mode)
                #expect(
                    sparse.counts.updated == (mode == .update ? 1 : 0) && sparse.counts.valid == 1, "\(sparse.messages)"
                )
            }
            let first = try await onboarding.value("select attributes ->> 'c9999' from catalog.products")
            #expect(first == "y")
        }
    }

    @Test("JSON brings texts: lists, numbers and objects as they stand, nothing for null")
    func jsonLines() async throws {
        try await Onboarding.with { onboarding in
            try await keep(onboarding)
            let product = #""product_name":"N","category":"Audio","price":1,"stock_quantity":1"#
            let text = """
                {"vendor_product_id":"P1","sku":"S1",\(product),"colour":"red","size":42,"tags":["a","b"],"box":{"w":1},"new":true,"old":null}
                {"vendor_product_id":"P2","sku":"S2",\(product),"zero":"a\\u0000b"}
                """
            let outcome = try await onboarding.ingest(text: text)
            #expect(outcome.messages == ["Row contains a NUL byte"])
            try await expectAttributes(
                [
                    #"P1 {"box": "{\"w\":1}", "new": "true", "size": "42", "tags": "a; b", "colour": "red"}"#
                ], onboarding)
        }
    }

    @Test("They have a history: as of any moment, in the change feed, under the proof of hashes, and back by a revert")
    func history() async throws {
        try await Onboarding.with { onboarding in
            // What was before them stays proven.
            _ = try await onboarding.ingest(["P1,N,Audio,S1,1,1", "P2,N,Audio,S2,1,1"])
            _ = try await onboarding.ingest(["P2,N,Audio,S2,2,1"], mode: .upsert)
            try await keep(onboarding)
            let first = try await onboarding.ingest(text: "sku,colour\nS1,red\n", mode: .update)
            let moment = try await onboarding.connection.transaction { session in
                _ = try session.tick()
                return try session.first("select clock_timestamp()::text")?[0] ?? ""
            }
            let second = try await onboarding.ingest(text: "sku,colour\nS1,blue\n", mode: .update)
            try await onboarding.connection.transaction { _ = try $0.tick() }
            let past: Statement = """
                select attributes::text from audit.products_as_of(\(moment)::timestamptz) where vendor_product_id = 'P1'
                """
            #expect(try await onboarding.value(past) == #"{"colour": "red"}"#)
            try await expectColumn(
                [nil, #"{"colour": "red"}"#, #"{"colour": "blue"}"#], onboarding,
                """
                select image ->> 'attributes' from audit.product_history('V1', 'P1')
                """)
            try await expectColumn(
                [#"{attributes}null{"colour": "red"}"#, #"{attributes}{"colour": "red"}{"colour": "blue"}"#],
                onboarding,
                """
                select fields::text || (before -> 'attributes') || (after -> 'attributes') from audit.changes_since(null)
                where vendor_product_id = 'P1' and operation = 'changed'
                """)
            for outcome in [second, first] {
                let id = outcome.result.upload.uploadID
                let left = try await onboarding.connection.transaction { try $0.revertUpload(id) }
                #expect(left.isEmpty)
            }
            try await expectAttributes(["P1", "P2"], onboarding)
            #expect(try await onboarding.value(past) == #"{"colour": "red"}"#)
            try await onboarding.connection.transaction { _ = try $0.tick() }
            #expect(try await onboarding.value("select problem from audit.verify_history()") == nil)
        }
    }

    @Test("The database keeps texts in an object and nothing else, whoever writes")
    func constraint() async throws {
        try await Onboarding.with { onboarding in
            _ = try await onboarding.ingest(["P1,N,Audio,S1,1,1"])
            for value in ["{}", "[]", "\"x\"", #"{"a": 1}"#, #"{"a": {}}"#, "null"] {
                let error = await #expect(throws: PostgresError.self) {
                    try await onboarding.execute("update catalog.products set attributes = \(value)::jsonb")
                }
                #expect(error?.constraint == "products_attributes_are_texts", "\(value)")
            }
            try await onboarding.execute(#"update catalog.products set attributes = '{"a": "1"}'"#)
        }
    }

    @Test("A file without them is loaded by the statements that there were before them")
    func statements() async throws {
        let texts = [
            ProductLoad.copyProducts(attributes: false).sql, ProductLoad.createIncoming(attributes: false).sql,
            ProductLoad.copyIncoming(attributes: false).sql,
            ProductLoad.updateChanged(ProductUpdate(vendorID: "V1")).sql,
            ProductLoad.fill(ProductUpdate(vendorID: "V1", absent: [.brand])).sql,
        ]
        #expect(!texts.contains { $0.contains("attributes") })
        #expect(
            texts[0]
                == "copy catalog.products (vendor_id, upload_id, \(ProductField.allCases.map(\.column).joined(separator: ", ")), line_number) from stdin"
        )
    }

    @Test(
        "What was kept is exported, a column each, and changes nothing when it is loaded again",
        arguments: ProductExport.Format.allCases)
    func exported(format: ProductExport.Format) async throws {
        try await Onboarding.with { onboarding in
            try await keep(onboarding)
            let values = [
                "=1+1", "a \"b\", c", "two\nlines", "007", "e\u{301}", "null", "{\"a\": 1}", "\u{1}", "1e5", "x; y",
            ]
            let rows = values.enumerated().map { index, value in
                "P\(index),N,Audio,S\(index),1,1,\"\(value.replacing("\"", with: "\"\""))\",\(index % 2 == 0 ? "even" : ""),,draft"
            }
            let header = Self.header + ",Größe,\"a,b\",attribute.attribute.x,attribute.status"
            _ = try await onboarding.ingest(text: ([header] + rows).joined(separator: "\n") + "\n")
            let bytes = try await onboarding.connection.transaction(.readOnlySnapshot) { session in
                var bytes: [UInt8] = []
                _ = try ProductExport.write(.init(vendorID: "V1"), as: format, session) { bytes += $0 }
                return bytes
            }
            if format == .csv {
                let first = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n")[0]
                #expect(first.hasSuffix(#",status,attribute.Größe,"attribute.a,b",attribute.status"#), "\(first)")
            }
            // Whoever keeps nothing else keeps what says that it is one.
            _ = try await onboarding.connection.transaction { try $0.setKeepsAttributes("V1", false) }
            let again = try await onboarding.ingest(bytes: bytes, mode: .upsert)
            #expect(
                again.counts.unchanged == values.count && again.counts.updated == 0,
                "\(again.messages) \(again.result.end)")
            try await onboarding.execute("update catalog.products set sku = 'old ' || sku")
            let copy = try await onboarding.ingest(bytes: bytes, vendor: "V2")
            #expect(copy.counts.created == values.count)
            let (copied, original) = (
                try await attributes(onboarding, vendor: "V2"), try await attributes(onboarding)
            )
            #expect(copied == original)
        }
    }

    @Test("They are found by an index that has nothing of products without")
    func found() async throws {
        try await Onboarding.with { onboarding in
            try await onboarding.execute(
                """
                insert into catalog.products (vendor_id, vendor_product_id, product_name, category, sku, price, stock_quantity, attributes)
                select 'V1', 'P' || n, 'N', 'Audio', 'S' || n, 1, 1,
                    case when n % 500 = 0 then jsonb_build_object('colour', 'red', 'size', n::text) end
                from generate_series(1, 5000) n
                """)
            try await onboarding.execute("analyze catalog.products")
            let plan = try await onboarding.column(
                """
                explain select product_id from catalog.products where attributes @> '{"colour": "red", "size": "1500"}'
                """
            ).compactMap(\.self).joined(separator: "\n")
            #expect(plan.contains("products_attributes_idx"), "\(plan)")
            func names(_ selection: ProductSelection) async throws -> [String] {
                try await onboarding.connection.run { try $0.attributeNames(selection) }
            }
            #expect(try await names(ProductSelection()) == ["colour", "size"])
            #expect(try await names(ProductSelection(vendorID: "V2")) == [])
            let chosen = try await onboarding.connection.transaction(.readOnlySnapshot) { session in
                var lines: [UInt8] = []
                let selection = ProductSelection(attributes: ["colour": "red", "size": "1500"])
                let count = try ProductExport.write(selection, as: .ndjson, session) { lines += $0 }
                return "\(count) \(String(decoding: lines, as: UTF8.self))"
            }
            #expect(
                chosen.hasPrefix("1 ")
                    && chosen.hasSuffix(#""attribute.colour":"red","attribute.size":"1500"}"# + "\n"), "\(chosen)")
        }
    }
}
