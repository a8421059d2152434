import Foundation
import Postgres
import TestSupport
import Testing

@testable import Catalog
@testable import Ingest

/// Foreign exports: what a mapping makes of their numbers and words.
@Suite(.timeLimit(.minutes(5))) struct ColumnMappingTests {
    private static let header =
        "ID,Type,SKU,Name,In stock?,Stock,Weight (kg),Sale price,Regular price,Categories,Images\n"

    private func wooCommerce(
        _ rows: [String]
    ) async throws -> (outcome: Onboarding.Outcome, products: [String?]) {
        let mapping = try String(contentsOfFile: Project.file("examples/mappings/woocommerce.json"), encoding: .utf8)
        return try await Onboarding.with { onboarding in
            _ = try await onboarding.connection.run { try $0.addCategories(["Deko"]) }
            let text = Self.header + rows.joined(separator: "\n") + "\n"
            let outcome = try await onboarding.ingest(text: text, mapping: mapping)
            let products = try await onboarding.column(
                "select concat_ws(' ', sku, price, compare_at_price, weight_kg) from catalog.products order by sku")
            return (outcome, products)
        }
    }

    @Test(
        "A row of hundred thousands of accents is refused in a moment, and the others are read", .timeLimit(.minutes(3))
    )
    func stackedMarks() async throws {
        let marks = String(String.UnicodeScalarView((0..<200_000).map { $0 % 2 == 0 ? "\u{301}" : "\u{316}" }))
        let (outcome, products) = try await wooCommerce([
            "11,simple,WOO-1,e\(marks),1,4,0.5,,5.00,Deko,", "12,simple,WOO-2,Krug,1,4,0.5,,6.00,Deko,",
        ])
        #expect(products == ["WOO-2 6.00 6.00 0.500"])
        #expect(outcome.messages == ["Row has more than 30 accents on one letter"])
    }

    @Test("A shop with a decimal comma keeps its prices, and the upload says which mark was found")
    func decimalComma() async throws {
        let (outcome, products) = try await wooCommerce([
            #"11,simple,WOO-1,Vase,1,4,0.5,,"24,9",Deko,"#, #"12,simple,WOO-2,Krug,1,4,0.5,"12,50","19,99",Deko,"#,
        ])
        #expect(products == ["WOO-1 24.90 24.90 0.500", "WOO-2 12.50 19.99 0.500"])
        #expect(outcome.status == .completed)
        #expect(outcome.result.facts?.numberStyle == "decimal comma in price, decimal point in weight_kg")
    }

    @Test(
        "A file whose numbers can be read in two ways is refused, with the values that show it",
        arguments: [
            (#""24,9""#, "12.50", "Numbers have two decimal marks: '24,9' (row 1) and '12.50' (row 2)."),
            (#""1,234""#, "7", "Numbers can be read in two ways: '1,234' (row 1)."),
            ("$5.00", "19.99 gbp", "Numbers are in two currencies: '$5.00' (row 1) and '19.99 gbp' (row 2)."),
        ])
    func twoReadings(first: String, second: String, message: String) async throws {
        let (outcome, products) = try await wooCommerce([
            "11,simple,WOO-1,Vase,1,4,0.5,,\(first),Deko,", "12,simple,WOO-2,Krug,1,4,0.5,,\(second),Deko,",
        ])
        #expect(products.isEmpty && outcome.result.end.failure?.type == .unreadableFile)
        #expect(outcome.result.end.failure?.message.hasPrefix(message) == true)
    }

    @Test(
        "A grouping mark stands before three digits, a unit is not a currency, and what is not a number stays as it was",
        arguments: [
            ("$1,234.50", ".", "1234.50"), ("1.234,50 €", ",", "1234.50"), ("CHF 1'234.50", ".", "1234.50"),
            ("2,40", ".", nil), ("12,5,0", ".", nil), ("0.99", ",", nil), ("1,234,567.8", ".", "1234567.8"),
            ("0,123", ".", nil), ("1,234'567", ".", nil), ("7oz", ".", nil), ("1k", ".", nil), ("1.2M", ".", nil),
            ("19.99 gbp", ".", "19.99"), ("-$5", ".", "-5"), ("US$ 5 USD", ".", "5"), ("$5 EUR", ".", nil),
            (".5", ".", nil),
            ("12 5", ".", nil), ("1\u{A0}234,5", ",", "1234.5"), ("19 kr", ",", "19"), ("n/a", ".", nil),
            ("", ".", nil),
        ] as [(String, String, String?)])
    func numbers(text: String, mark: String, expected: String?) {
        #expect(ForeignNumber(text)?.plain(decimalMark: mark.unicodeScalars.first!) == expected)
    }

    @Test(
        "Products and roundings are exact",
        arguments: [
            ("500", "0.001", nil, "0.5"), ("0.005", nil, 2, "0.01"), ("-0.005", nil, 2, "-0.01"),
            ("19.90", nil, 2, "19.9"),
            ("1200", nil, 0, "1200"), ("x", "2", 2, "x"), ("1e5", "2", nil, "1e5"), ("-0.001", nil, 2, "0"),
            ("0.1", "3", nil, "0.3"),
        ] as [(String, String?, Int?, String)])
    func arithmetic(text: String, factor: String?, decimals: Int?, expected: String) {
        let computed = Arithmetic.computed(text, times: factor.flatMap { Decimal(string: $0) }, decimals: decimals)
        #expect(computed == expected)
    }

    @Test(
        "Grams become kilograms, a path its last part, two columns one name, and words that stand for nothing nothing")
    func steps() async throws {
        let mapping = #"""
            {"nullWords": ["NULL", "\\N", "n/a"], "columns": {
              "vendor_product_id": {"from": ["id"]}, "sku": {"from": ["id"], "prefix": "S-"},
              "product_name": {"from": ["brand", "name"], "join": " "}, "brand": {"from": ["brand"]},
              "category": {"from": ["path"], "last": " > "},
              "price": {"from": ["net"], "number": ".", "multiply": 1.19, "round": 2},
              "stock_quantity": {"from": ["stock"], "default": "0"},
              "weight_kg": {"from": ["grams"], "number": ",", "multiply": "0.001", "round": 3}}}
            """#
        try await Onboarding.with { onboarding in
            let outcome = try await onboarding.ingest(
                text: "id,brand,name,path,net,stock,grams\n"
                    + "1,Acme,Lamp,Home > Toys,10.05,NULL,\"1.250,5\"\n2,n/a,Chair,Toys,5,\\N,n/a\n",
                mapping: mapping)
            #expect(outcome.messages == [])
            let products = try await onboarding.column(
                """
                select concat_ws('|', product_name, brand, category, price, stock_quantity, weight_kg)
                from catalog.products order by sku
                """)
            #expect(products == ["Acme Lamp|Acme|Toys|11.96|0|1.251", "Chair|Toys|5.95|0"])
        }
    }

    @Test(
        "What is wrong with a mapping is told with its place",
        arguments: [
            (#"{"columns": {"price": {"from": ["a", 1]}}}"#, #""columns.price.from[1]" must be a text in quotes"#),
            (#"{"columns": {"price": {"from": "a"}}}"#, #""columns.price.from" must be a list in square brackets"#),
            (
                #"{"columns": {"price": {"from": ["a"], "round": 2.5}}}"#,
                "round and skipLines must be whole numbers"
            ),
            ("[1]", "the file must be an object in braces"), ("{", "it is not valid JSON"),
        ])
    func place(json: String, words: String) {
        let error = #expect(throws: ColumnMappingError.self) { try ColumnMapping(json: Data(json.utf8)) }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }

    @Test(
        "A step that makes no sense is refused when the mapping is read",
        arguments: [
            #""number": ";""#, #""round": 9"#, #""multiply": "x""#, #""multiply": "0,001""#,
            #""last": """#, #""join": " ""#,
        ])
    func senseless(step: String) {
        let columns = ProductField.required.map { "\"\($0.column)\": {\"constant\": \"1\"}" }.joined(separator: ", ")
        let json = "{\"columns\": {\(columns), \"weight_kg\": {\"constant\": \"1\", \(step)}}}"
        #expect(throws: ColumnMappingError.self) { try ColumnMapping(json: Data(json.utf8)) }
    }
}
