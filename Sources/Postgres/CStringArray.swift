import Glibc

/// Texts as C takes them, with a null pointer behind the last; nil elements are null pointers.
final class CStringArray {
    private let pointers: [UnsafePointer<CChar>?]

    /// - Throws: `PostgresError` if a text holds a NUL character: C would take it for the end.
    init(_ strings: [String?]) throws {
        pointers = strings.map { $0.flatMap { UnsafePointer(strdup($0)) } } + [nil]
        for case (let string?, let pointer?) in zip(strings, pointers) where strlen(pointer) != string.utf8.count {
            throw PostgresError(
                message: "a text holds a NUL character, which PostgreSQL cannot store: remove it", sqlState: "22021")
        }
    }

    deinit { for pointer in pointers { free(UnsafeMutablePointer(mutating: pointer)) } }

    func lend<Result>(_ body: (UnsafePointer<UnsafePointer<CChar>?>) throws -> Result) rethrows -> Result {
        try withExtendedLifetime(self) { try pointers.withUnsafeBufferPointer { try body($0.baseAddress!) } }
    }
}

/// Calls `body` with an array of C strings that ends with a null pointer.
/// - Throws: as ``CStringArray``.
func withCStrings<Result>(
    _ strings: [String?], _ body: (UnsafePointer<UnsafePointer<CChar>?>) throws -> Result
) throws -> Result { try CStringArray(strings).lend(body) }
