import CFuzz
import Foundation

// usage: Fuzz list | Fuzz TARGET FOLDER [OPTIONS OF libFuzzer…] | Fuzz TARGET FILE…
// A folder keeps the corpus, the dictionary and what was found; files are tried once, as to see a finding again.

let arguments = Array(CommandLine.arguments.dropFirst())
if arguments == ["list"] {
    print(Subject.all.map(\.name).joined(separator: "\n"))
    exit(0)
}
guard arguments.count >= 2, let subject = Subject.all.first(where: { $0.name == arguments[0] }) else {
    FileHandle.standardError.write(Data("usage: Fuzz list | Fuzz TARGET FOLDER [OPTIONS…] | Fuzz TARGET FILE…\n".utf8))
    exit(64)
}
Subject.chosen = subject

var isFolder: ObjCBool = false
let isLookedFor = FileManager.default.fileExists(atPath: arguments[1], isDirectory: &isFolder) && !isFolder.boolValue
let options = isLookedFor ? Array(arguments[1...]) : try subject.prepare(arguments[1]) + arguments[2...]

// The driver keeps its arguments for ever, and may change them.
var driverArguments = ([CommandLine.arguments[0]] + options).map { strdup($0) } + [nil]
var count = Int32(driverArguments.count - 1)
driverArguments.withUnsafeMutableBufferPointer { buffer in
    var start = buffer.baseAddress
    exit(
        LLVMFuzzerRunDriver(&count, &start) { data, size in
            Subject.chosen.check(Array(UnsafeBufferPointer(start: data, count: size)))
            return 0
        })
}
