/// How many calls a provider takes in which time, so that no second, wherever it begins, has more than the limit.
///
/// Of large limits a part of the second is watched: what holds for each tenth holds for the whole.
struct SendingWindow: Equatable {
    /// Calls in a window at most.
    let calls: Int
    /// In seconds.
    let length: Double

    /// Calls that are watched at most.
    private static let most = 50.0

    /// - Parameter perSecond: greater than 0.
    init(perSecond: Double) {
        guard perSecond >= 1 else {
            (calls, length) = (1, 1 / perSecond)
            return
        }
        let parts = (perSecond / Self.most).rounded(.up)
        calls = max(1, Int(perSecond / parts))
        length = 1 / parts
    }
}
