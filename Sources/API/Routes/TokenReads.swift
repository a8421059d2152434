import Postgres

/// What is read of tokens: never their secrets, which nobody has.
enum TokenReads {
    static func list(vendor: String) -> Statement {
        """
        select \(Shape.token.columns) from catalog.api_tokens where vendor_id = \(vendor)::text
        order by created_at, token_id
        """
    }

    static func select(_ tokenID: String) -> Statement {
        "select \(Shape.token.columns) from catalog.api_tokens where token_id = \(tokenID)::text"
    }
}
