/// Why XML cannot be read, as a lower-case fragment.
struct XMLPullError: Error, Equatable, CustomStringConvertible {
    var description: String

    init(_ description: String) {
        self.description = description
    }
}
