import Text

/// What attributes have to meet: bounds, so that a product stays one. They may say anything within them.
package struct AttributeRules: Sendable {
    /// Attributes of a product.
    package static let most = 200
    /// Unicode code points of a value.
    package static let longestValue = 2000
    /// Bytes of all names and values of a product in UTF-8.
    package static let mostBytes = 65_536

    /// Of the file's columns that are kept, in their order.
    package let names: [String]
    private let nameSizes: [Int]

    package init(names: [String]) {
        self.names = names
        nameSizes = names.map(\.utf8.count)
    }

    /// Appends what is wrong with the attributes of a row.
    /// - Parameter values: trimmed UTF-8 by name, empty where the row has none.
    package func check(_ values: UnsafeBufferPointer<UnsafeRawBufferPointer>, into errors: inout [RowError]) {
        var (count, bytes) = (0, 0)
        for (index, value) in values.enumerated() where !value.isEmpty {
            (count, bytes) = (count + 1, bytes + nameSizes[index] + value.count)
            if value.isLonger(than: Self.longestValue) {
                errors.append(
                    error(index, "must be at most \(Self.longestValue) characters (got \(value.codePoints))", value))
            }
        }
        if count > Self.most {
            errors.append(RowError(.invalidValue, "Row has \(count) attributes, at most \(Self.most) are kept"))
        } else if bytes > Self.mostBytes {
            errors.append(
                RowError(.invalidValue, "Attributes of the row have \(bytes) bytes, at most \(Self.mostBytes) are kept")
            )
        }
    }

    /// An error of one of the attributes.
    /// - Parameter words: after its name.
    package func error(_ index: Int, _ words: String, _ value: UnsafeRawBufferPointer) -> RowError {
        let column = AttributeName.column(names[index])
        var error = RowError(
            .invalidValue, "\(Invisible.shown(column)) \(words)", rejectedValue: String(decoding: value, as: UTF8.self))
        error.attribute = names[index]
        return error
    }
}
