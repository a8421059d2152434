import Catalog
import Postgres
import Text

/// The attributes of a row as a JSON object, for COPY.
struct AttributeText {
    private let keys: [[UInt8]]
    private var json = JSONWriter()

    init(_ layout: ProductLayout) {
        keys = layout.attributes.map { attribute in
            var json = JSONWriter()
            json.string(attribute.name)
            return json.bytes
        }
    }

    /// Writes them as one column: null where there are none.
    mutating func write(_ values: UnsafeBufferPointer<UnsafeRawBufferPointer>, to writer: CopyWriter) {
        guard values.contains(where: { !$0.isEmpty }) else { return writer.null() }
        json.removeAll()
        json.object { json in
            for (key, value) in zip(keys, values) where !value.isEmpty {
                json.key(quoted: key)
                json.string(value)
            }
        }
        json.bytes.withUnsafeBytes { writer.field($0) }
    }
}
