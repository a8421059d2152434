import NIOCore
import Postgres
import Text

extension JSONWriter {
    /// What was written, as the body of an answer.
    var buffer: ByteBuffer { ByteBuffer(bytes: bytes) }

    /// A row as an object, its columns in the order of the shape.
    /// - Parameter first: which column is the shape's first.
    mutating func row(_ row: Row, _ shape: Shape, from first: Int = 0) {
        object { $0.members(of: row, shape, from: first) }
    }

    mutating func members(of row: Row, _ shape: Shape, from first: Int = 0) {
        shape.keys.withUnsafeBytes { keys in
            for (index, member) in shape.members.enumerated() {
                key(quoted: UnsafeRawBufferPointer(rebasing: keys[member.key]))
                row.withBytes(at: first + index) { value($0, member.form) }
            }
        }
    }

    /// A column's text as PostgreSQL gives it; nil for NULL.
    private mutating func value(_ bytes: UnsafeRawBufferPointer?, _ form: Shape.Member.Form) {
        guard let bytes else { return raw("null") }
        switch form {
        case .quoted: string(bytes)
        case .bare: raw(bytes)
        case .boolean: raw(bytes.first == UInt8(ascii: "t") ? "true" : "false")
        }
    }
}
