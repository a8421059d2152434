/// Why a ZIP archive cannot be read, as a lower-case fragment.
struct ZIPError: Error, Equatable, CustomStringConvertible {
    var description: String

    init(_ description: String) {
        self.description = description
    }
}
