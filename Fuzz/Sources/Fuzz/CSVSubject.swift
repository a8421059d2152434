import CSV

extension Subject {
    /// Any bytes, in any format and cut anywhere, give the records of the plain parser. The first bytes of an input choose the
    /// format and the cuts.
    static let csv = Subject(
        name: "csv", longest: 400,
        seeds: [
            "\0\0\0sku,price\n1,\"a \"\"b\"\" c\"\n", "\u{1}\0\u{3}a;b\r\n\"x\r\ny\";2\r\n",
            "\u{4}\u{1}\u{22}a,b\r\"un,closed\r1,2\r",
            "\u{8}\0\u{7}\u{FEFF}a,b\n\n , \n\"1\" ,2\n",
        ].map { Array($0.utf8) },
        words: ["\"", "\"\"", ",\"", "\",", "\r\n", "\"\n", "\u{FEFF}"]
    ) { input in
        guard input.count >= 3 else { return }
        let bytes = Array(input[3...])
        var format = CSVFormat(
            separator: [44, 59, 9][Int(input[0] & 3) % 3], lineEnding: input[0] & 4 == 0 ? .lf : .cr,
            maximumRecordBytes: input[1] & 1 == 0 ? 1 << 20 : Int(input[1]), skipsBlankLines: input[0] & 8 == 0)
        _ = bytes.withUnsafeBytes { CSVFormat.detect(in: $0) }
        let expected = ReferenceParser.parse(bytes, format)
        let found = answer(Never.self) {
            try read(bytes, format, bufferSize: 1 + Int(input[2] & 63), step: 1 + Int(input[2] >> 4))
        }
        expect(found == expected, "the records are not those of the plain parser")
        let inWindows = answer(Never.self) { try readWindows(bytes, format, size: 1 + Int(input[2] & 63)) }
        expect(inWindows == expected, "the records of windows are not those of the plain parser")
        format.skippedLines = Int(input[2] & 3)
        _ = answer(Never.self) { try read(bytes, format) }
    }
}
