import Foundation
import Testing

@testable import Catalog

@Suite struct CustomRuleTests {
    /// What is wrong with rows of these values, by a rule.
    private func errors(_ json: String, _ rows: [[ProductField: String]], name: String = "r") throws -> [String] {
        let rules = try CustomRules([StoredRule(name, try CustomRule(json: Data(json.utf8)))])
        return rows.enumerated().flatMap { index, values in
            var errors: [RowError] = []
            Self.withRow(values) { rules.check($0, number: index + 1, into: &errors) }
            return errors.map { "\(index + 1) \($0.type.rawValue) \($0.message)" }
        }
    }

    static func withRow(_ values: [ProductField: String], _ body: (ProductRow) -> Void) {
        let row = ProductValues()
        defer { row.deallocate() }
        var bytes: [UInt8] = []
        for field in ProductField.allCases { bytes += (values[field] ?? "").utf8 }
        bytes.withUnsafeBytes { bytes in
            var start = 0
            for field in ProductField.allCases {
                let end = start + (values[field] ?? "").utf8.count
                row[field.rawValue] = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
                start = end
            }
            body(ProductRow(row))
        }
    }

    @Test(
        "Each condition finds what breaks it, and leaves alone what is not there",
        arguments: [
            (
                #"{"column": "brand", "required": true}"#, ProductField.brand, ["", "A"],
                ["1 CUSTOM_RULE brand must be filled in (rule 'r')"]
            ),
            (
                #"{"column": "sku", "pattern": "[A-Z]+"}"#, .sku, ["AB", "a", ""],
                ["2 CUSTOM_RULE sku must have the form [A-Z]+: 'a' (rule 'r')"]
            ),
            (
                #"{"column": "price", "minimum": 5, "maximum": 9.5}"#, .price, ["5", "4.99", "9.51", "9.5", "x", ""],
                [
                    "2 CUSTOM_RULE price must be from 5 to 9.5: '4.99' (rule 'r')",
                    "3 CUSTOM_RULE price must be from 5 to 9.5: '9.51' (rule 'r')",
                ]
            ),
            (
                #"{"column": "product_name", "minLength": 2, "severity": "warning"}"#, .productName, ["é", "éé", ""],
                ["1 CUSTOM_WARNING product_name must have at least 2 characters: 'é' (rule 'r')"]
            ),
            (
                #"{"column": "unit", "oneOf": ["pcs", "kg"], "message": "kg or pcs, please"}"#, .unit,
                ["kg", "KG", ""],
                ["2 CUSTOM_RULE kg or pcs, please (rule 'r')"]
            ),
            (
                #"{"column": "brand", "unique": true}"#, .brand, ["a", "", "b", "", "a", "a"],
                [
                    "5 CUSTOM_RULE brand must be unique in the file, row 1 has it (rule 'r')",
                    "6 CUSTOM_RULE brand must be unique in the file, row 1 has it (rule 'r')",
                ]
            ),
        ] as [(String, ProductField, [String], [String])])
    func conditions(json: String, field: ProductField, values: [String], expected: [String]) throws {
        #expect(try errors(json, values.map { [field: $0] }) == expected)
    }

    @Test("Two columns are compared as what they are, and one may be needed because of another")
    func pairs() throws {
        let greater = #"{"column": "compare_at_price", "compare": ">", "with": "price"}"#
        let rows: [[ProductField: String]] = [
            [.compareAtPrice: "10", .price: "9.99"], [.compareAtPrice: "9", .price: "10.00"],
            [.compareAtPrice: "10.00", .price: "10"],
            [.compareAtPrice: "10"], [.price: "10"], [.compareAtPrice: "99999999999999999999999999", .price: "1"],
        ]
        #expect(
            try errors(greater, rows) == [
                "2 CUSTOM_RULE compare_at_price must be > price: '9' (rule 'r')",
                "3 CUSTOM_RULE compare_at_price must be > price: '10.00' (rule 'r')",
            ])
        let scales = #"{"column": "price", "compare": "<=", "with": "stock_quantity"}"#
        #expect(
            try errors(scales, [[.price: "2.50", .stockQuantity: "3"], [.price: "3.01", .stockQuantity: "3"]]).count
                == 1)
        let texts = #"{"column": "sku", "compare": "<>", "with": "brand"}"#
        #expect(try errors(texts, [[.sku: "a", .brand: "a"], [.sku: "a", .brand: "ab"], [.sku: "a"]]).count == 1)
        let needed = #"{"column": "unit", "requiredIf": "brand"}"#
        #expect(
            try errors(needed, [[.brand: "x"], [.brand: "x", .unit: "y"], [:]])
                == ["1 CUSTOM_RULE unit must be filled in where brand is (rule 'r')"])
    }

    @Test("A rule of a category looks at its rows only, also where values have to be unique")
    func categories() throws {
        let json = #"{"column": "brand", "unique": true, "category": "Audio"}"#
        let rows: [[ProductField: String]] = [
            [.category: "Toys", .brand: "a"], [.category: "Audio", .brand: "a"], [.category: "Audio", .brand: "a"],
            [.category: "Audi", .brand: "a"],
        ]
        #expect(try errors(json, rows).map { $0.prefix(1) } == ["3"])
    }

    @Test(
        "What is no rule is refused with what is wrong",
        arguments: [
            ("[]", "JSON object"), ("{", "JSON object"), ("{}", "'column' is missing"),
            (#"{"column": "colour", "required": true}"#, "unknown column 'colour'"),
            (#"{"column": "brand"}"#, "this has 0"),
            (#"{"column": "brand", "required": true, "unique": true}"#, "this has 2"),
            (#"{"column": "brand", "requird": true}"#, "unknown member 'requird'"),
            (#"{"column": "brand", "minimum": 1}"#, "are of numbers"),
            (#"{"column": "price", "minimum": 0.001}"#, "at most 2 decimals"),
            (#"{"column": "price", "minimum": 2, "maximum": 1}"#, "allow nothing"),
            (#"{"column": "price", "minimum": "x"}"#, "'minimum'"),
            (#"{"column": "sku", "pattern": "("}"#, "character 2"),
            (#"{"column": "sku", "oneOf": []}"#, "1 to 1000"),
            (#"{"column": "sku", "compare": ">", "with": "price"}"#, "cannot be compared"),
            (#"{"column": "sku", "compare": "~", "with": "brand"}"#, "compare must be"),
            (#"{"column": "sku", "compare": ">", "with": "sku"}"#, "with itself"),
            (#"{"column": "sku", "required": true, "severity": "fatal"}"#, "error or warning"),
            (#"{"column": "sku", "required": true, "message": "a\nb"}"#, "control character"),
            (#"{"column": "sku", "minLength": 3, "maxLength": 2}"#, "allow nothing"),
        ])
    func refusals(json: String, words: String) {
        let error = #expect(throws: CustomRuleError.self, "\(json)") { try CustomRule(json: Data(json.utf8)) }
        #expect(error?.description.contains(words) == true, "\(json): \(error.map { "\($0)" } ?? "")")
    }

    @Test("A rule is kept as JSON that says the same")
    func json() throws {
        for json in [
            #"{"column": "price", "minimum": 0.5}"#, #"{"column": "sku", "oneOf": ["a", "\"b\""]}"#,
            #"{"column": "sku", "compare": "<>", "with": "brand"}"#, #"{"column": "unit", "requiredIf": "brand"}"#,
            #"{"column": "sku", "pattern": "\\d+"}"#, #"{"column": "sku", "maxLength": 4}"#,
            #"{"column": "sku", "unique": true}"#,
        ] {
            let rule = try CustomRule(json: Data(json.utf8))
            #expect(try CustomRule(json: Data(rule.conditionJSON.utf8)) == rule, "\(json)")
        }
    }
}
