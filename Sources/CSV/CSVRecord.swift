/// One record; a view into the reader's buffer, valid until the next call of `CSVReader.next()`.
///
/// A malformed record is one physical line, cut at every separator without regard to its quotes (best effort, for
/// reports); one that is too long has no fields.
@frozen
public struct CSVRecord {
    /// Number of fields.
    public let count: Int
    /// The record's number in the input from 0, which is the header's; blank lines that are skipped do not count.
    public let number: Int
    /// The physical line of the record's first byte, from 1; line breaks inside quotes count.
    public let line: Int
    /// Bytes of the input before the record's first.
    public let offset: Int
    /// The record's bytes without its line ending; of a record that is too long, as many as the limit.
    @inlinable
    public var raw: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base + Int(ends[-1] &+ 1), count: length) }
    /// What is wrong with the record; nil when it is well formed.
    public let problem: CSVProblem?

    /// What the ends of fields are counted from: the start of this record or of one before it.
    @usableFromInline let base: UnsafeRawPointer
    @usableFromInline let length: Int
    /// Where each field ends; before the first stands the place before the record, which may be -1.
    @usableFromInline let ends: UnsafePointer<UInt32>

    @inlinable
    init(
        count: Int, number: Int, line: Int, offset: Int, base: UnsafeRawPointer, length: Int, problem: CSVProblem?,
        ends: UnsafePointer<UInt32>
    ) {
        (self.count, self.number, self.line, self.offset) = (count, number, line, offset)
        (self.base, self.length, self.problem, self.ends) = (base, length, problem, ends)
    }

    /// The field at an index from 0 up to `count`.
    @inlinable
    public subscript(_ index: Int) -> CSVField { CSVField(text: text(index)) }

    /// The field at an index as it stands in the record, quotes and all.
    @inlinable
    public func text(_ index: Int) -> UnsafeRawBufferPointer {
        precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "field index out of range")
        let start = Int(ends[index &- 1] &+ 1)
        return UnsafeRawBufferPointer(start: base + start, count: Int(ends[index]) &- start)
    }
}
