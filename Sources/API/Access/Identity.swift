import Catalog

/// Who calls.
struct Identity: Sendable, Equatable {
    /// For logs, limits and history: `token:<id>`, or `jwt:` and the subject; never a secret.
    var subject: String
    /// nil for somebody unknown, who may do what anybody may.
    var role: AccessRole?
    var vendorID: String?

    static let anybody = Identity(subject: "anybody")

    /// Whether a vendor's rows are the caller's to see; row-level security decides the same again.
    func mayTouch(vendor: String) -> Bool { role != .vendor || vendorID == vendor }
}
