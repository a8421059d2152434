/// A pattern, taken apart.
indirect enum PatternNode: Equatable {
    case one(ScalarSet)
    case sequence([PatternNode])
    case choice([PatternNode])
    /// - Parameter most: nil is any number.
    case repeated(PatternNode, least: Int, most: Int?)

    /// How many places it takes when every repetition is written out; never 0, so that what is empty costs, too.
    var size: Int {
        switch self {
        case .one: 1
        case .sequence(let parts), .choice(let parts): max(1, parts.reduce(0) { min($0 + $1.size, Self.tooLarge) })
        case .repeated(let part, let least, let most):
            min(part.size * max(1, most ?? least), Self.tooLarge)
        }
    }

    private static let tooLarge = 1 << 20
}

/// Why a text is no pattern.
package struct PatternError: Error, Equatable, CustomStringConvertible {
    /// In code points, from 1.
    var position: Int
    var reason: String

    package var description: String { "character \(position): \(reason)" }
}
