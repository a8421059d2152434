/// One record; a view into the reader's memory, valid until the next call of `CSVReader.next()`.
///
/// A malformed record is one physical line, cut at every separator without regard to its quotes (best effort, for
/// reports); one that is too long has no fields.
@frozen
public struct CSVRecord {
    // Where the reader keeps it, since ten words would be copied from hand to hand for each record.
    @usableFromInline let parts: UnsafePointer<Parts>

    @inlinable
    init(_ parts: UnsafePointer<Parts>) { self.parts = parts }

    /// Number of fields.
    @inlinable
    public var count: Int { parts.pointee.count }
    /// The record's number in the input from 0, which is the header's; blank lines that are skipped do not count.
    @inlinable
    public var number: Int { parts.pointee.number }
    /// The physical line of the record's first byte, from 1; line breaks inside quotes count.
    @inlinable
    public var line: Int { parts.pointee.line }
    /// Bytes of the input before the record's first.
    @inlinable
    public var offset: Int { parts.pointee.offset }
    /// What is wrong with the record; nil when it is well formed.
    @inlinable
    public var problem: CSVProblem? { parts.pointee.problem }
    /// The record's bytes without its line ending; of a record that is too long, as many as the limit.
    @inlinable
    public var raw: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(
            start: parts.pointee.base + Int(parts.pointee.ends[-1] &+ 1), count: parts.pointee.length)
    }

    /// The field at an index from 0 up to `count`.
    @inlinable
    public subscript(_ index: Int) -> CSVField { CSVField(text: text(index)) }

    /// The field at an index as it stands in the record, quotes and all.
    @inlinable
    public func text(_ index: Int) -> UnsafeRawBufferPointer {
        precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "field index out of range")
        let start = Int(parts.pointee.ends[index &- 1] &+ 1)
        return UnsafeRawBufferPointer(start: parts.pointee.base + start, count: Int(parts.pointee.ends[index]) &- start)
    }

    @frozen @usableFromInline
    struct Parts {
        @usableFromInline var count: Int
        @usableFromInline var number: Int
        @usableFromInline var line: Int
        @usableFromInline var offset: Int
        @usableFromInline var length: Int
        @usableFromInline var problem: CSVProblem?
        /// What the ends of fields are counted from: the start of this record or of one before it.
        @usableFromInline var base: UnsafeRawPointer
        /// Where each field ends; before the first stands the place before the record, which may be -1.
        @usableFromInline var ends: UnsafePointer<UInt32>
    }
}
