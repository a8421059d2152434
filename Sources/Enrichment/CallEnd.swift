/// How a call ended.
struct CallEnd: Sendable {
    enum State: String, CaseIterable { case answered, refused, unknown, unused }

    var callID: Int
    var provider: String
    var state: State
    /// What it cost, as far as is known.
    var credits: Int
    /// What was taken from a budget for it.
    var reserved: Int
    var error: String?
}
