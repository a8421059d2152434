/// How far the poller has walked through the keys below a route.
///
/// A bucket keeps what it ever got, so that a walk through all of it takes longer and longer. Each round goes on where the last one stopped, a
/// bounded number of pages, and looks behind the last key besides, where new objects are as long as keys grow with time. So a round costs the same
/// however much there is, and an object is found within the rounds that a whole walk takes, wherever its key stands and whenever it
/// comes. Few objects are walked through whole in every round.
struct PollerWalk {
    /// Pages of a round at most, of a thousand keys each; as many again behind the last key.
    static let pages = 20

    /// The next page begins behind this key; nil at the start.
    private(set) var position: String?
    /// The last of all keys that were seen.
    private(set) var highest: String?
    private var began = ContinuousClock.now
    /// When the last walk began that got to its end: what was put before has been found. Nil before the first one ended.
    private(set) var covered: ContinuousClock.Instant?

    /// Whether a walk ended that had the last key: only then is something new to be found behind it.
    var looksBehind: Bool { covered != nil && position != nil }

    mutating func advance(to key: String) {
        if position == nil { began = .now }
        position = key
        see(key)
    }

    mutating func end() {
        covered = position == nil ? .now : began
        position = nil
    }

    /// A key behind the last one.
    mutating func see(_ key: String) {
        if highest.map({ $0.utf8.lexicographicallyPrecedes(key.utf8) }) ?? true { highest = key }
    }
}
