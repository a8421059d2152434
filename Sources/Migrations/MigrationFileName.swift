/// `NNNN_verb_object.sql` or `NNNN_verb_object.down.sql`, taken apart.
struct MigrationFileName: Equatable {
    let version: Int
    let name: String
    let isDown: Bool

    init?(_ fileName: String) {
        // A regular expression literal is not Sendable and so cannot be a static constant.
        let pattern = /(?<version>[0-9]{4})_(?<name>[a-z][a-z0-9]*(_[a-z0-9]+)+)(?<down>\.down)?\.sql/
        guard let match = fileName.wholeMatch(of: pattern), let version = Int(match.version) else { return nil }
        self.version = version
        name = String(match.name)
        isDown = match.down != nil
    }

    /// `B_<name>.sql`.
    static func isPreparation(_ fileName: String) -> Bool {
        fileName.wholeMatch(of: /B_[a-z][a-z0-9]*(_[a-z0-9]+)*\.sql/) != nil
    }

    /// `R_<name>.sql`.
    static func isRepeatable(_ fileName: String) -> Bool {
        fileName.wholeMatch(of: /R_[a-z][a-z0-9]*(_[a-z0-9]+)*\.sql/) != nil
    }

    static func label(version: Int, name: String) -> String {
        padded(version) + "_" + name
    }

    static func padded(_ version: Int) -> String {
        let digits = String(version)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
