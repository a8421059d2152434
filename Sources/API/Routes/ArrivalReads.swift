import Postgres

/// What is read of routes.
enum ArrivalReads {
    /// - Parameter bucket: nil for all.
    static func select(_ bucket: String?, _ prefix: String) -> Statement {
        """
        select \(Shape.arrivalRoute.columns) from intake.routes
        where \(bucket)::text is null or bucket = \(bucket)::text and prefix = \(prefix)::text order by bucket, prefix
        """
    }
}
