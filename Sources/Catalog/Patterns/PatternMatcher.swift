/// Decides values by a pattern, one step for each character: sets of places become states when they are first met, and are looked up
/// from then on. What is remembered is bounded; each step costs at most the places of the pattern.
package final class PatternMatcher {
    private static let mostTransitions = 1 << 18
    private static let unknown: Int32 = -1
    private static let dead: Int32 = 0
    private static let start: Int32 = 1

    private let pattern: Pattern
    /// Where characters begin that are taken by other places than those before them.
    private let bounds: [UInt32]
    private let ascii: [Int]
    /// Which places take the characters of a class.
    private let takers: [PlaceSet]
    private let kinds: Int
    private let mostStates: Int
    /// By state and class.
    private let transitions: UnsafeMutablePointer<Int32>

    private var states: [PlaceSet] = []
    private var numbers: [PlaceSet: Int32] = [:]
    private var accepts: [Bool] = []

    package init(_ pattern: Pattern) {
        self.pattern = pattern
        let bounds = Set([0] + pattern.sets.flatMap { $0.ranges.flatMap { [$0.lowerBound, $0.upperBound + 1] } })
            .sorted()
        self.bounds = bounds
        takers = bounds.map { bound in
            var places = PlaceSet()
            for (place, set) in pattern.sets.enumerated() where set.contains(bound) { places.insert(place) }
            return places
        }
        ascii = (0..<128).map { value in bounds.lastIndex { $0 <= value }! }
        kinds = bounds.count
        mostStates = max(3, Self.mostTransitions / kinds)
        transitions = .allocate(capacity: mostStates * kinds)
        forget()
    }

    deinit { transitions.deallocate() }

    /// Whether all of a value matches: bytes of UTF-8.
    package func matches(_ value: UnsafeRawBufferPointer) -> Bool {
        var (state, offset) = (Self.start, 0)
        while offset < value.count {
            let byte = value[offset]
            let kind: Int
            if byte < 0x80 {
                kind = ascii[Int(byte)]
                offset &+= 1
            } else {
                kind = self.kind(of: Self.scalar(value, &offset))
            }
            let known = transitions[Int(state) &* kinds &+ kind]
            state = known == Self.unknown ? step(state, kind) : known
            if state == Self.dead { return false }
        }
        return accepts[Int(state)]
    }

    private func step(_ state: Int32, _ kind: Int) -> Int32 {
        var next = PlaceSet()
        if state == Self.start {
            next = pattern.first
        } else {
            for place in states[Int(state)].places { next.formUnion(pattern.follow[place]) }
        }
        next = next.intersection(takers[kind])
        if next.isEmpty {
            transitions[Int(state) * kinds + kind] = Self.dead
            return Self.dead
        }
        if let number = numbers[next] {
            transitions[Int(state) * kinds + kind] = number
            return number
        }
        guard states.count < mostStates else {
            forget()
            return add(next)
        }
        let number = add(next)
        transitions[Int(state) * kinds + kind] = number
        return number
    }

    /// All but the two states that every pattern has.
    private func forget() {
        (states, numbers, accepts) = ([], [:], [])
        append(PlaceSet(), accepts: false)
        append(PlaceSet(), accepts: pattern.takesNothing)
    }

    private func add(_ places: PlaceSet) -> Int32 {
        numbers[places] = Int32(states.count)
        append(places, accepts: !places.intersection(pattern.last).isEmpty)
        return Int32(states.count - 1)
    }

    private func append(_ places: PlaceSet, accepts isAccepting: Bool) {
        states.append(places)
        accepts.append(isAccepting)
        (transitions + (states.count - 1) * kinds).initialize(repeating: Self.unknown, count: kinds)
    }

    private func kind(of scalar: UInt32) -> Int {
        var (low, high) = (0, bounds.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if bounds[middle] <= scalar { low = middle } else { high = middle }
        }
        return low
    }

    /// The code point that begins at an offset; a byte that begins none is U+FFFD.
    private static func scalar(_ value: UnsafeRawBufferPointer, _ offset: inout Int) -> UInt32 {
        let lead = value[offset]
        let count = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 0
        guard count > 0, offset + count <= value.count else {
            offset += 1
            return 0xFFFD
        }
        var scalar = UInt32(lead) & (0x7F >> UInt32(count))
        for byte in value[(offset + 1)..<(offset + count)] { scalar = scalar << 6 | UInt32(byte & 0x3F) }
        offset += count
        return scalar
    }
}
