/// The values of one product as a vendor wrote them: trimmed UTF-8 bytes by field, empty where there is none.
///
/// A view into its reader's buffers: valid only until the reader moves to the next row.
package struct ProductRow {
    private let values: UnsafeBufferPointer<UnsafeRawBufferPointer>

    /// - Parameter values: one value per `ProductField`, by raw value.
    package init(values: UnsafeBufferPointer<UnsafeRawBufferPointer>) {
        precondition(values.count == ProductField.allCases.count)
        self.values = values
    }

    /// The bytes of a field.
    package subscript(field: ProductField) -> UnsafeRawBufferPointer { values[field.rawValue] }

    /// The bytes of the field of a raw value.
    subscript(index: Int) -> UnsafeRawBufferPointer { values[index] }

    /// The text of a field.
    package func text(_ field: ProductField) -> String { String(decoding: self[field], as: UTF8.self) }
}
