/// Memory for the values of one product, by field. Freed by its owner; a copy is the same memory.
package struct ProductValues {
    /// Fields, and as many unused ones as make the sizes whole vectors.
    static let slots = 16

    /// Where each value begins.
    package let starts = UnsafeMutablePointer<UnsafeRawPointer>.allocate(capacity: slots)
    /// Bytes of each value, side by side, so that several are compared at once.
    package let sizes = UnsafeMutablePointer<Int32>.allocate(capacity: slots)

    package init() {
        precondition(ProductField.allCases.count <= Self.slots)
        starts.initialize(repeating: UnsafeRawPointer(starts), count: Self.slots)
        sizes.initialize(repeating: 0, count: Self.slots)
    }

    package func deallocate() {
        starts.deallocate()
        sizes.deallocate()
    }

    /// The value of the field of a raw value.
    package subscript(index: Int) -> UnsafeRawBufferPointer {
        get { UnsafeRawBufferPointer(start: starts[index], count: Int(sizes[index])) }
        nonmutating set {
            starts[index] = newValue.baseAddress ?? UnsafeRawPointer(starts)
            sizes[index] = Int32(truncatingIfNeeded: newValue.count)
        }
    }
}

/// The values of one product as a vendor wrote them: trimmed UTF-8 bytes by field, empty where there is none.
///
/// A view into its reader's buffers: valid only until the reader moves to the next row.
package struct ProductRow {
    private let values: ProductValues

    package init(_ values: ProductValues) { self.values = values }

    /// The bytes of a field.
    package subscript(field: ProductField) -> UnsafeRawBufferPointer { values[field.rawValue] }

    /// Bytes of each field by raw value, and zeros up to `ProductValues.slots`.
    var sizes: UnsafePointer<Int32> { UnsafePointer(values.sizes) }

    /// The text of a field.
    package func text(_ field: ProductField) -> String { String(decoding: self[field], as: UTF8.self) }
}
