/// Which columns of a file an error means by the name of its field.
package struct ColumnsByField: Sendable {
    private var byName: [String: [Int]] = [:]
    private var byAttribute: [String: [Int]] = [:]

    /// - Parameter columns: of the file, as it names them.
    package init(_ columns: [String]) {
        for (index, column) in columns.enumerated() {
            byName[column.lowercased(), default: []].append(index)
            byAttribute[AttributeName.column(AttributeName.of(column: column).name), default: []].append(index)
        }
    }

    /// Where the columns of these fields stand in the file.
    package func indices(of fields: some Sequence<String>) -> Set<Int> {
        var indices: Set<Int> = []
        for field in fields {
            indices.formUnion(byName[field.lowercased()] ?? [])
            indices.formUnion(byAttribute[field] ?? [])
        }
        return indices
    }
}
