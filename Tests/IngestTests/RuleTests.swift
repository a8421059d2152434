import Postgres
import Testing

@testable import Catalog

/// Every rule with its exact message, through the whole pipeline.
@Suite(.timeLimit(.minutes(5))) struct RuleTests {
    private func messages(_ row: String) async throws -> [String] {
        try await Onboarding.with { try await $0.ingest([row]).messages }
    }

    @Test("Rule 1 names every missing field, whitespace alone is missing too")
    func required() async throws {
        let messages = try await messages(" ,Speaker,\t,,9.99,5")
        #expect(
            messages == [
                "Required field is missing: vendor_product_id", "Required field is missing: category",
                "Required field is missing: sku",
            ])
    }

    @Test(
        "Rules 2 and 3 say what a number must be",
        arguments: [
            ("P,N,Audio,S,0.00,5", "Price must be at least 0.01"),
            ("P,N,Audio,S,-10.00,5", "Price must be at least 0.01"),
            ("P,N,Audio,S,1000000,5", "Price must be at most 999999.99"),
            ("P,N,Audio,S,\"1,99\",5", "Price must be a number with at most 2 decimals: '1,99'"),
            ("P,N,Audio,S,1e5,5", "Price must be a number with at most 2 decimals: '1e5'"),
            ("P,N,Audio,S,$19.99,5", "Price must be a number with at most 2 decimals: '$19.99'"),
            ("P,N,Audio,S,NaN,5", "Price must be a number with at most 2 decimals: 'NaN'"),
            ("P,N,Audio,S,9.99,-1", "Stock quantity must be between 0 and 1000000"),
            ("P,N,Audio,S,9.99,1000001", "Stock quantity must be between 0 and 1000000"),
            ("P,N,Audio,S,9.99,3.5", "Stock quantity must be a whole number: '3.5'"),
        ])
    func numbers(row: String, message: String) async throws {
        #expect(try await messages(row) == [message])
    }

    @Test("400 digits are a number, only too large, and the message stays short")
    func manyDigits() async throws {
        #expect(
            try await messages("P,N,Audio,S,\(String(repeating: "9", count: 400)),5") == [
                "Price must be at most 999999.99"
            ])
        let long = try await messages("P,N,Audio,S,\(String(repeating: "x", count: 400)),5")
        #expect(long == ["Price must be a number with at most 2 decimals: '\(String(repeating: "x", count: 100))…'"])
    }

    @Test("Rule 4 suggests what was meant; an inactive category is not approved")
    func category() async throws {
        try await Onboarding.with { onboarding in
            try await onboarding.execute(
                "update catalog.product_categories set is_active = false where category_name = 'Toys'")
            let outcome = try await onboarding.ingest(["P,N,Gadets,S,9.99,5", "Q,N,Toys,T,9.99,5"])
            #expect(
                outcome.messages == [
                    "Category is not approved: 'Gadets' (did you mean 'Gadgets'?)", "Category is not approved: 'Toys'",
                ])
        }
    }

    @Test("Rule 7 counts code points, not bytes")
    func lengths() async throws {
        let name = String(repeating: "é", count: 200)
        try await Onboarding.with { onboarding in
            let outcome = try await onboarding.ingest(["P,\(name),Audio,S,9.99,5", "Q,\(name)🎧,Audio,T,9.99,5"])
            #expect(outcome.counts.created == 1)
            #expect(outcome.messages == ["product_name must be at most 200 characters (got 201)"])
        }
    }

    @Test("Optional columns have rules of their own")
    func optional() async throws {
        try await Onboarding.with { onboarding in
            let outcome = try await onboarding.ingest(
                text: Onboarding.header + ",weight_kg,compare_at_price,image_url,unit\n"
                    + "P,N,Audio,S,9.99,5,heavy,0,ftp://x,\(String(repeating: "u", count: 21))\n"
                    + "Q,N,Audio,T,9.99,5,1.250,12.00,HTTPS://x/y.jpg,box\n")
            #expect(outcome.types == ["INVALID_VALUE", "INVALID_VALUE", "INVALID_VALUE", "INVALID_VALUE"])
            #expect(
                outcome.messages == [
                    "compare_at_price must be at least 0.01",
                    "weight_kg must be a number with at most 3 decimals: 'heavy'",
                    "image_url must be an http or https URL: 'ftp://x'", "unit must be at most 20 characters (got 21)",
                ])
            #expect(outcome.counts.created == 1)
        }
    }

    @Test("Whitespace around a value is trimmed: ' 19.99 ' is a good price")
    func trimmed() async throws {
        try await Onboarding.with { onboarding in
            let outcome = try await onboarding.ingest([
                " P , N , Audio , S , 19.99 , 5 ", "Q,\" N \",Audio,T,\" 1 \",5",
            ])
            #expect(outcome.status == .completed)
            #expect(
                try await onboarding.column("select product_name || price from catalog.products order by 1") == [
                    "N1.00", "N19.99",
                ])
        }
    }

    @Test("A row's shape: too few and too many fields, unbalanced quotes; other rows load")
    func malformed() async throws {
        try await Onboarding.with { onboarding in
            let outcome = try await onboarding.ingest([
                "P1,N,Audio,S1,9.99,5", "P2,N,Audio,S2,9.99", "P3,N,Audio,S3,9.99,5,6", "P4,\"N\"x,Audio,S4,9.99,5",
                "P6,N,Audio,S6,9.99,5", "P5,\"N,Audio,S5,9.99,5",
            ])
            #expect(
                outcome.messages == [
                    "Row has 5 fields, the header has 6", "Row has 7 fields, the header has 6",
                    "Unbalanced quote in field 2",
                    "Unbalanced quote in field 2",
                ])
            #expect(outcome.errors.map(\.rowNumber) == [2, 3, 4, 6])
            #expect(outcome.errors.map(\.lineNumber) == [3, 4, 5, 7])
            #expect(outcome.counts.created == 2)
        }
    }

    @Test("A row with several mistakes reports all of them once and is counted once")
    func allErrors() async throws {
        try await Onboarding.with { onboarding in
            let outcome = try await onboarding.ingest([",N,Nope,\(String(repeating: "s", count: 101)),x,y"])
            #expect(
                outcome.types == [
                    "MISSING_REQUIRED_FIELD", "INVALID_PRICE", "INVALID_STOCK_QUANTITY", "INVALID_CATEGORY",
                    "FIELD_TOO_LONG",
                ])
            #expect(outcome.counts.error == 1)
        }
    }
}
