/// What is to be told about an alert.
struct AlertChange: Sendable, Equatable {
    enum News: String { case raised, repeated, over }

    /// Which part of the service: `upkeep`, `relay`.
    var source: String
    var id: Int
    var kind: String
    /// Of alerts about one window of the relay; UTC.
    var window: String?
    var detail: String
    /// UTC.
    var raisedAt: String
    var news: News
}
