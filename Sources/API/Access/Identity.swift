package import Catalog

/// Who calls.
package struct Identity: Sendable, Equatable {
    /// For logs, limits and history: `token:<id>`, or `jwt:` and the subject; never a secret.
    package var subject: String
    /// nil for somebody unknown, who may do what anybody may.
    package var role: AccessRole?
    package var vendorID: String?

    package static let anybody = Identity(subject: "anybody")

    /// Whether a vendor's rows are the caller's to see; row-level security decides the same again.
    package func mayTouch(vendor: String) -> Bool { role != .vendor || vendorID == vendor }
}
