import CFuzz
import CSV
import Foundation

// Any bytes, in any format and cut anywhere, give the records of the plain parser. The first bytes of an input choose the
// format and the cuts.
var count = CommandLine.argc
var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
exit(
    LLVMFuzzerRunDriver(&count, &arguments) { data, size in
        guard let data, size >= 3, size <= 600 else { return 0 }
        let bytes = Array(UnsafeBufferPointer(start: data + 3, count: size - 3))
        var format = CSVFormat(
            separator: [44, 59, 9][Int(data[0] & 3) % 3], lineEnding: data[0] & 4 == 0 ? .lf : .cr,
            maximumRecordBytes: data[1] & 1 == 0 ? 1 << 20 : Int(data[1]), skipsBlankLines: data[0] & 8 == 0)
        _ = bytes.withUnsafeBytes { CSVFormat.detect(in: $0) }
        let expected = ReferenceParser.parse(bytes, format)
        let found = try? read(bytes, format, bufferSize: 1 + Int(data[2] & 63), step: 1 + Int(data[2] >> 4))
        precondition(found == expected, "the records are not those of the plain parser")
        format.skippedLines = Int(data[2] & 3)
        precondition((try? read(bytes, format)) != nil)
        return 0
    })
