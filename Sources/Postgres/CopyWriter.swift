import CLibpq
import Threads

/// Writes the rows of a text-format COPY (manual, COPY, "Text Format"), 64 KiB at a time.
public final class CopyWriter {
    private static let capacity = 1 << 16
    private static let orderedCapacity = 1 << 19
    private let session: Session
    private let statement: Statement
    /// Whether the server takes rows.
    private(set) var hasBegun = false
    private var buffer: [UInt8] = []
    private var order = RowOrder()
    private var isFirstField = true

    init(_ session: Session, _ statement: Statement) {
        self.session = session
        self.statement = statement
        buffer.reserveCapacity(Self.capacity + 4096)
    }

    /// A value; must be valid UTF-8 without NUL.
    public func field(_ value: UnsafeRawBufferPointer) {
        separate()
        // Nearly no value holds a byte to escape: those are appended whole.
        if value.contains(where: Self.needsEscape) {
            for byte in value { escape(byte) }
        } else {
            buffer.append(contentsOf: value)
        }
    }

    /// A text without NUL.
    public func field(_ value: String) {
        var value = value
        value.withUTF8 { field(UnsafeRawBufferPointer($0)) }
    }

    /// A whole number.
    public func field(_ value: Int) {
        separate()
        var digits = value.magnitude
        let start = buffer.count
        repeat {
            buffer.append(UInt8(ascii: "0") + UInt8(digits % 10))
            digits /= 10
        } while digits > 0
        if value < 0 { buffer.append(UInt8(ascii: "-")) }
        buffer[start...].reverse()
    }

    /// NULL.
    public func null() {
        separate()
        buffer.append(UInt8(ascii: "\\"))
        buffer.append(UInt8(ascii: "N"))
    }

    /// Ends the row.
    /// - Throws: `PostgresError` when the connection is lost, `CancellationError` when the task was cancelled.
    public func endRow() throws {
        endLine()
        if buffer.count >= Self.capacity { try flush() }
    }

    /// Ends the row, which is sent in the order of its key among those of the same 512 KiB: transactions that take keys of a unique index
    /// in one order cannot wait for each other in a circle. All rows of the COPY end so.
    /// - Throws: as `endRow`.
    public func endRow(inOrderOf key: UnsafeRawBufferPointer) throws {
        let start = order.end
        endLine()
        order.add(start..<buffer.count, key: key)
        if buffer.count >= Self.orderedCapacity { try flush() }
    }

    /// Bytes as they are, in the format of the COPY: may be any part of the rows.
    /// - Throws: as `endRow`.
    public func write(_ bytes: UnsafeRawBufferPointer) throws {
        buffer.append(contentsOf: bytes)
        if buffer.count >= Self.capacity { try flush() }
    }

    func flush() throws {
        // The server only answers at the end: a cancelled client must stop by itself.
        try session.checkCancellation()
        if !hasBegun { _ = try session.perform(statement, copy: PGRES_COPY_IN) }
        hasBegun = true
        guard !buffer.isEmpty else { return }
        precondition(order.isEmpty || order.end == buffer.count, "either all rows have a key, or none")
        for bytes in order.isEmpty ? [0..<buffer.count] : order.take() { try send(bytes) }
        buffer.removeAll(keepingCapacity: true)
        WorkProgress.report()
    }

    private func send(_ bytes: Range<Int>) throws {
        let status = buffer.withUnsafeBytes { buffer in
            let bytes = UnsafeRawBufferPointer(rebasing: buffer[bytes]).bindMemory(to: CChar.self)
            return PQputCopyData(session.connection, bytes.baseAddress, Int32(bytes.count))
        }
        guard status == 1 else { throw PostgresError(connection: session.connection) }
    }

    private func endLine() {
        buffer.append(UInt8(ascii: "\n"))
        isFirstField = true
    }

    private func separate() {
        if !isFirstField { buffer.append(UInt8(ascii: "\t")) }
        isFirstField = false
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\\") || (byte <= 0x0D && (0x08...0x0D).contains(byte))
    }

    private func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\n"): append(UInt8(ascii: "n"))
        case UInt8(ascii: "\r"): append(UInt8(ascii: "r"))
        case UInt8(ascii: "\t"): append(UInt8(ascii: "t"))
        case UInt8(ascii: "\\"): append(UInt8(ascii: "\\"))
        default: buffer.append(byte)
        }
    }

    private func append(_ escaped: UInt8) {
        buffer.append(UInt8(ascii: "\\"))
        buffer.append(escaped)
    }
}
