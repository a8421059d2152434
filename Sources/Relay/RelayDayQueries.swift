package import Postgres

/// A window of the relay among those of its day.
package struct RelayDayWindow: Sendable, Equatable {
    /// Of the day, from 0; UTC.
    package var minute: Int
    /// How many minutes it takes up.
    package var minutes: Int
    package var state: String
    package var objects: Int
    /// Objects that are in no archive.
    package var missing: Int
    /// `source`, `target` or `repair` after a failure.
    package var waitsFor: String?
}

extension RelayDayWindow {
    /// - Parameter day: as `2026-01-31`.
    static func select(_ day: String) -> Statement {
        """
        select floor(extract(epoch from w.opens_at - \(day)::timestamp at time zone 'UTC') / 60)::integer as minute,
            greatest(1, ceil(extract(epoch from w.closes_at - w.opens_at) / 60))::integer as minutes, w.state,
            coalesce(w.member_count, 0) as objects, w.missing_count as missing, w.waits_for
        from relay.windows w
        where w.opens_at >= \(day)::timestamp at time zone 'UTC'
          and w.opens_at < \(day)::timestamp at time zone 'UTC' + interval '1 day'
        order by w.opens_at
        """
    }
}

extension Session {
    /// The windows that opened within a day.
    /// - Parameter day: as `2026-01-31`; it begins at midnight, UTC.
    package func relayDay(_ day: String) throws -> [RelayDayWindow] {
        try query(RelayDayWindow.select(day)).map {
            try RelayDayWindow(
                minute: $0.get("minute"), minutes: $0.get("minutes"), state: $0.get("state"),
                objects: $0.get("objects"),
                missing: $0.get("missing"), waitsFor: $0.get("waits_for"))
        }
    }
}
