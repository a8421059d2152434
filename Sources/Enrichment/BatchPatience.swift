/// How long a batch waits for a provider before others are asked, or nobody.
struct BatchPatience {
    /// Tries of a batch that may fail at a provider.
    private static let mostFailures = 8
    /// A provider that is away for longer is passed over where somebody else can be asked.
    private static let withOthers = Duration.seconds(60)
    /// Nobody waits for longer for one that fails.
    private static let longestOutage = Duration.seconds(3600)

    private let blockade: Grant.Blockade

    init(_ blockade: Grant.Blockade) {
        self.blockade = blockade
    }

    /// Whoever can be asked instead is.
    var isOver: Bool { blockade.rest > Self.withOthers || outage > Self.withOthers }

    /// Even if there is nobody else.
    var isOverForAll: Bool { outage > Self.longestOutage }

    private var outage: Duration { blockade.outage ?? .zero }

    static func isOver(after failures: Int) -> Bool { failures >= mostFailures }
}
