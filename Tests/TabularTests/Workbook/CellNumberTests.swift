import Testing

@testable import Tabular

struct CellNumberTests {
    @Test(
        "A number has 15 digits at most, and no exponent where it can be avoided",
        arguments: [
            (0.57999999999999996, "0.58"), (0.1 + 0.2, "0.3"), (4_006_391_234_567, "4006391234567"),
            (1e15, "1000000000000000"),
            (1e21, "1000000000000000000000"), (1e22, "1E+22"), (1.5e300, "1.5E+300"), (1e-7, "0.0000001"),
            (2.5e-30, "2.5E-30"), (-5.5, "-5.5"), (0, "0"), (-0.0, "0"), (19.989999999999998, "19.99"), (0.05, "0.05"),
            (999_999_999_999_999.9, "1000000000000000"), (123_456_789.123_456_789, "123456789.123457"),
        ])
    func shown(value: Double, text: String) {
        #expect(String(decoding: CellNumber(value).text(), as: UTF8.self) == text)
    }

    @Test(
        "It is rounded half away from zero, as its digits say",
        arguments: [
            (11.885, 2, "11.89"), (2.675, 2, "2.68"), (-2.5, 0, "-3"), (0.4, 0, "0"), (0.5, 0, "1"), (9.999, 2, "10"),
            (0.001, 2, "0"), (5, 3, "5"),
        ])
    func rounded(value: Double, decimals: Int, text: String) {
        var number = CellNumber(value)
        number.round(toDecimals: decimals)
        #expect(String(decoding: number.text(), as: UTF8.self) == text)
    }

    @Test(
        "A mask of zeros keeps its zeros",
        arguments: [
            ("00000", 123, "00123"), ("00000", 1_234_567, "1234567"), ("000-000", 123_456, "123-456"),
            ("000-000", 1_123_456, "1123-456"),
            ("0000", 0, "0000"), ("00000", -5, "-00005"), ("\"SKU-\"000", 7, "SKU-007"), ("000\\/00", 12345, "123/45"),
        ])
    func masked(code: String, value: Double, text: String) {
        guard case .mask(let pieces) = NumberFormat(code: code) else {
            Issue.record("\(code) is no mask")
            return
        }
        #expect(String(decoding: CellNumber(value).text(in: pieces), as: UTF8.self) == text)
    }
}
