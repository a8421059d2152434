/// A value of the environment that cannot be used.
struct SettingsError: Error, CustomStringConvertible, Equatable {
    var name: String
    var value: String
    var remedy: String

    init(_ name: String, _ value: String, _ remedy: String) {
        self.name = name
        self.value = value
        self.remedy = remedy
    }

    var description: String { "\(name) is '\(value)': \(remedy)" }
}
