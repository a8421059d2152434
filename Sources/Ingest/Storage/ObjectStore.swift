/// Where reports and rejected rows are kept, by key: `errors/VEND001/UPLOAD_…_errors.csv`.
public protocol ObjectStore: Sendable {
    /// Stores a local file under a key, whole or not at all; an object of that key is replaced.
    func put(_ key: String, contentsOf path: String) async throws

    /// A link a person can open.
    func link(to key: String) async throws -> String
}
