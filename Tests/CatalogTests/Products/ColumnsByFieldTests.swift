import Testing

@testable import Catalog

@Suite struct ColumnsByFieldTests {
    @Test(
        "A column is found by the name of its field in any case, by that of its attribute, and wherever it stands twice"
    )
    func indices() {
        let columns = ColumnsByField(["Price", "sku", " Colour ", "Attribute.size", "PRICE"])
        #expect(columns.indices(of: ["price"]) == [0, 4])
        #expect(columns.indices(of: ["attribute.Colour", "SKU"]) == [1, 2])
        #expect(columns.indices(of: ["attribute.size"]) == [3])
        #expect(columns.indices(of: ["Colour", "size", "stock_quantity"]) == [])
        #expect(columns.indices(of: []) == [])
    }
}
