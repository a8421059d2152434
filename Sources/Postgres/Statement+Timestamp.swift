extension Statement {
    /// A time as every JSON of ours has it: RFC 3339, UTC, with milliseconds.
    /// - Parameter time: SQL of a `timestamptz`.
    package static func timestamp(_ time: Statement) -> Statement {
        "to_char((\(time)) at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"
    }
}
