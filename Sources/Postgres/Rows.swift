import CLibpq
import Glibc

/// The rows of a result, read from libpq's memory when they are asked for.
public struct Rows: RandomAccessCollection {
    private let result: ResultOwner

    init(_ result: ResultOwner) {
        self.result = result
    }

    /// Names of the columns.
    public var columns: [String] {
        (0..<PQnfields(result.pointer)).map { String(cString: PQfname(result.pointer, $0)) }
    }

    /// Rows that the statement changed or returned.
    public var affected: Int { result.affected }

    public var startIndex: Int { 0 }
    public var endIndex: Int { result.rowCount }
    public subscript(position: Int) -> Row {
        precondition(indices.contains(position))
        return Row(result: result, number: position)
    }
}

/// One row of a result.
public struct Row {
    fileprivate let result: ResultOwner
    fileprivate let number: Int

    /// The text of a column by position; nil for NULL.
    public subscript(index: Int) -> String? { result.text(number, index) }

    /// Lends the UTF-8 text of a column by position, without a copy; nil for NULL.
    public func withBytes<Result>(at index: Int, _ body: (UnsafeRawBufferPointer?) throws -> Result) rethrows -> Result
    {
        try result.withBytes(number, index, body)
    }

    /// A column that is never NULL.
    /// - Throws: `ColumnError`.
    public func get<Value: PostgresDecodable>(_ column: String, as type: Value.Type = Value.self) throws -> Value {
        guard let value = try get(column, as: Value?.self) else { throw ColumnError(column: column, problem: .null) }
        return value
    }

    /// A column that may be NULL.
    /// - Throws: `ColumnError`.
    public func get<Value: PostgresDecodable>(_ column: String, as type: Value?.Type = Value?.self) throws -> Value? {
        guard let index = result.index(of: column) else { throw ColumnError(column: column, problem: .unknown) }
        guard let text = result.text(number, index) else { return nil }
        guard let value = Value(postgresText: text) else {
            throw ColumnError(column: column, problem: .notA("\(Value.self)"))
        }
        return value
    }
}

/// A column that is not what the code expects. Holds no value.
public struct ColumnError: Error, Equatable, CustomStringConvertible {
    /// What is the matter.
    public enum Problem: Equatable, Sendable { case unknown, null, notA(String) }

    public var column: String
    public var problem: Problem

    /// - Parameter column: name of the column.
    public init(column: String, problem: Problem) {
        self.column = column
        self.problem = problem
    }

    /// The column and what is the matter.
    public var description: String {
        switch problem {
        case .unknown: "the result has no column '\(column)'"
        case .null: "column '\(column)' is null"
        case .notA(let type): "column '\(column)' holds no \(type)"
        }
    }
}

/// Frees libpq's result with its last row.
final class ResultOwner {
    let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit { PQclear(pointer) }

    var status: ExecStatusType { PQresultStatus(pointer) }
    var rowCount: Int { Int(PQntuples(pointer)) }

    /// The command that ran, such as COMMIT.
    var command: String { String(cString: PQcmdStatus(pointer)) }

    /// Rows affected; 0 where the command has none.
    var affected: Int { Int(String(cString: PQcmdTuples(pointer))) ?? 0 }

    /// As it is asked for each value of each row: without the copies that `PQfnumber` makes to fold the case of a name.
    func index(of column: String) -> Int? {
        column.withCString { name in
            (0..<PQnfields(pointer)).first { strcmp(PQfname(pointer, $0), name) == 0 }.map(Int.init)
        }
    }

    func text(_ row: Int, _ column: Int) -> String? {
        withBytes(row, column) { bytes in bytes.map { String(decoding: $0, as: UTF8.self) } }
    }

    func withBytes<Result>(
        _ row: Int, _ column: Int, _ body: (UnsafeRawBufferPointer?) throws -> Result
    ) rethrows -> Result {
        let (row, column) = (Int32(row), Int32(column))
        guard PQgetisnull(pointer, row, column) == 0, let value = PQgetvalue(pointer, row, column) else {
            return try body(nil)
        }
        return try body(UnsafeRawBufferPointer(start: value, count: Int(PQgetlength(pointer, row, column))))
    }
}
