import Catalog
import Foundation

@testable import Ingest
@testable import Storage
@testable import Tabular

extension Subject {
    /// A mapping is refused with words or gives the same rows of a file at every reading; a number keeps its digits and the place of
    /// its mark; sums are exact.
    static let mapping = Subject(
        name: "mapping", longest: 1500, seeds: seeds,
        words: [
            "\"from\":[", "\"constant\":", "\"rowNumber\":true", "\"carry\":true", "\"first\":", "\"last\":",
            "\"number\":\"auto\"",
            "\"number\":\",\"", "\"multiply\":", "\"round\":", "\"replace\":{", "\"default\":", "\"prefix\":",
            "\"join\":",
            "\"nullWords\":[", "\"skipWhenEmpty\":[", "\"skipLines\":", "\"header\":false", "\"separator\":",
            "\"encoding\":", "1.234,50",
            "1'234", "€", "USD", "kr.", "-0", "\u{A0}", "\n%%\n",
        ]
    ) { input in
        let parts = [UInt8](input).split(separator: Array("\n%%\n".utf8), maxSplits: 1)
        let file = parts.count == 2 ? Array(parts[1]) : Array("a,b,c\n1,\"1.234,50 €\",x\n2,-3,\n".utf8)
        for cell in file.split(whereSeparator: { $0 == 0x0A || $0 == UInt8(ascii: ";") }) {
            let text = String(decoding: cell, as: UTF8.self)
            checkNumber(text)
            checkSum(text, Array(parts.first ?? []))
        }
        let json = Data(parts.first ?? [])
        guard let mapping = answer(ColumnMappingError.self, { try ColumnMapping(json: json) }) else { return }
        _ = answer(ColumnMappingError.self) { try mapping.check(.create) }
        checkRows(file, mapping)
    }

    private static var seeds: [[UInt8]] {
        let all = ["vendor_product_id", "product_name", "category", "sku", "stock_quantity"]
            .map { "\"\($0)\":{\"from\":[\"a\"]}" }.joined(separator: ",")
        return [
            "{\"columns\":{\(all),\"price\":{\"from\":[\"b\"],\"number\":\"auto\",\"multiply\":0.001,\"round\":2}}}\n%%\na,b,c\n1,\"1.234,50\",x\n2,\"3,5\",y\n",
            "{\"columns\":{\(all),\"price\":{\"from\":[\"b\",\"c\"],\"join\":\" \",\"number\":\",\",\"replace\":{\"1\":\"2\"},\"default\":\"9\"}},\"separator\":\";\",\"nullWords\":[\"NULL\"]}\n%%\na;b;c\n1;1 234,5;\n;NULL;€ 5\n",
            "{\"header\":false,\"columns\":{\"sku\":{\"from\":[\"1\"],\"first\":\"-\",\"last\":\">\",\"prefix\":\"p\",\"suffix\":\"s\",\"carry\":true},\"price\":{\"constant\":\"1\"},\"stock_quantity\":{\"rowNumber\":true}}}\n%%\na > b-c,2\n,3\n",
            "{\"guarded\":true,\"skipLines\":1,\"encoding\":\"windows-1252\",\"skipWhenEmpty\":[\"a\"],\"columns\":{\(all),\"price\":{\"from\":[\"b\"]}}}\n%%\ntitle\na,b\n'=1,2\n,\n",
            "7\n%%\n-1'234,56 kr.;12.345;19.995;+0.5 USD;1 000 000;12-",
        ].map { Array($0.utf8) }
    }

    // MARK: Rows

    private static func checkRows(_ file: [UInt8], _ mapping: ColumnMapping) {
        let limits = FileLimits()
        let reader = UploadReader(limits: limits, declaredEncoding: mapping.declaredEncoding)
        guard let upload = answer(FileFailure.self, { try reader.read(Pieces([file[...]])) { _ in } }),
            var layout = answer(FileFailure.self, { try ProductLayout(upload, mapping: mapping, limits: limits) }),
            answer(UploadFailure.self, { try layout.findNumberStyle(in: upload) }) != nil
        else { return }
        let rows = rows(upload, layout)
        expect(rows == self.rows(upload, layout), "a second reading gives other rows")
        for row in rows {
            for value in row.dropFirst() {
                let bytes = Array(value.utf8)
                expect(bytes.first != 0x20 && bytes.last != 0x20, "'\(value)' has blanks around it")
            }
        }
    }

    /// Number and values of each.
    private static func rows(_ upload: SpooledUpload, _ layout: ProductLayout) -> [[String]] {
        answer(Never.self) {
            let reader = try RowReader(upload, layout)
            var rows: [[String]] = []
            while let row = try reader.next() {
                switch row.content {
                case .malformed(let malformation): rows.append(["\(row.number)", malformation.message])
                case .product(let product): rows.append(["\(row.number)"] + ProductField.allCases.map(product.text))
                }
            }
            return rows
        } ?? []
    }

    // MARK: Numbers

    private static func checkNumber(_ text: String) {
        guard let number = ForeignNumber(text) else { return }
        let scalars = Array(text.unicodeScalars)
        let isDigit: (Unicode.Scalar) -> Bool = { ("0"..."9").contains($0) }
        guard let first = scalars.firstIndex(where: isDigit), let last = scalars.lastIndex(where: isDigit) else {
            return
        }
        for mark in [".", ","] as [Unicode.Scalar] {
            guard let plain = number.plain(decimalMark: mark) else { continue }
            expect(plain.wholeMatch(of: /-?[0-9]+(\.[0-9]+)?/) != nil, "'\(text)' is '\(plain)'")
            expect(
                plain.unicodeScalars.filter(isDigit) == scalars.filter(isDigit),
                "'\(text)' has other digits than '\(plain)'")
            let decimals = scalars[first...last].lastIndex(of: mark).map { last - $0 } ?? 0
            let found = plain.split(separator: ".").dropFirst().first?.count ?? 0
            expect(decimals == found, "'\(text)' has its mark elsewhere than '\(plain)'")
            expect(plain.hasPrefix("-") == scalars.contains("-"), "'\(text)' has another sign than '\(plain)'")
        }
    }

    /// Against whole numbers of 128 bits.
    private static func checkSum(_ text: String, _ chosen: [UInt8]) {
        var choices = Choices(chosen)
        let decimals = choices.number(below: 7)
        let digits = String((0..<7).map { _ in Character(String(choices.number(below: 10))) })
        let factor = (Int128(digits) ?? 0, places: choices.number(below: 7))
        guard text.utf8.count <= 20, let number = scaled(text), let value = Decimal(string: digits),
            let exact = Decimal(string: "1e-\(factor.places)").map({ value * $0 })
        else { return }
        let found = Arithmetic.computed(text, times: exact, decimals: decimals)
        var (product, places) = (number.0 * factor.0, number.places + factor.places)
        if places > decimals {
            // Half goes away from zero.
            let unit = power(places - decimals)
            (product, places) = ((product + (product < 0 ? -unit / 2 : unit / 2)) / unit, decimals)
        }
        expect(
            scaled(found).map { equal($0, (product, places)) } == true,
            "\(text) times \(exact) to \(decimals) is \(found), not \(product)e-\(places)")
    }

    /// Digits with a point, as whole number and places behind the point. A sum takes 20 characters at most, and gives more.
    private static func scaled(_ text: String) -> (Int128, places: Int)? {
        guard text.wholeMatch(of: /[-+]?[0-9]+(\.[0-9]+)?/) != nil else { return nil }
        let places = text.split(separator: ".").dropFirst().first?.count ?? 0
        return Int128(text.replacing(".", with: "")).map { ($0, places) }
    }

    private static func equal(_ left: (Int128, places: Int), _ right: (Int128, places: Int)) -> Bool {
        let places = max(left.places, right.places)
        return left.0 * power(places - left.places) == right.0 * power(places - right.places)
    }

    private static func power(_ exponent: Int) -> Int128 { (0..<exponent).reduce(1) { value, _ in value * 10 } }
}
