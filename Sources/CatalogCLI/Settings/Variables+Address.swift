extension Variables {
    /// - Returns: nil if the variable is not set.
    /// - Throws: `SettingsError` if it is no address of mail.
    func address(_ name: String) throws -> String? {
        try self[name].map { try Self.address(name, $0) }
    }

    static func address(_ name: String, _ value: String) throws -> String {
        guard value.wholeMatch(of: /[^@\s]+@[^@\s]+/) != nil else {
            throw SettingsError(name, value, "expected an address such as operators@acme.example")
        }
        return value
    }
}
