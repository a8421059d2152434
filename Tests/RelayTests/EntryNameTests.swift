import Foundation
import TestSupport
import Testing

@testable import Relay

/// Ten thousand keys that somebody chose to do harm, in one archive.
@Suite(.timeLimit(.minutes(5))) struct EntryNameTests {
    private static let pieces = [
        "a", "A", "b", "ß", "SS", "é", "e\u{301}", "É", "İ", "i̇", "ſ", "s", "日本", "e\u{308}\u{301}", "%", "%2E", "%c2",
        "%v2", "..", ".", " ",
        "con", "NUL", "com1", "COM¹", "aux.tar.gz", "\\", ":", "*", "\n", "\u{7F}", "\u{1}", "\"", "<", "|", "?", "-",
        "manifest.json",
        "MANIFEST.JSON", "\u{202E}", "\u{200B}", "🙂", String(repeating: "x", count: 239),
        String(repeating: "ü", count: 121), "/", "/", "/", "/", "/",
    ]

    /// Of as many bytes as S3 allows at most ("Creating object key names", Amazon S3 User Guide), in the order of the database.
    private static func keys(_ count: Int) -> [String] {
        var state: UInt64 = 20_261_126
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        var keys: Set<[UInt8]> = []
        while keys.count < count {
            let key = (0...next(6)).map { _ in pieces[next(pieces.count)] }.joined()
            if key.utf8.count <= 1024 { keys.insert(Array(key.utf8)) }
        }
        return keys.sorted { $0.lexicographicallyPrecedes($1) }.map { String(decoding: $0, as: UTF8.self) }
    }

    /// Judges names by what Windows and macOS do to them; prints what is wrong.
    private static let judge = """
        import json, pathlib, sys, unicodedata
        names = json.load(open(sys.argv[1]))
        def fold(name): return unicodedata.normalize('NFD', unicodedata.normalize('NFD', name).upper().lower())
        files = [fold(name) for name in names]
        folders = {'/'.join(file.split('/')[:depth]) for file in files for depth in range(1, file.count('/') + 1)}
        if len(set(files)) != len(files): print('two names meet')
        for name, file in zip(names, files):
            if file in folders or file == 'manifest.json': print('a file and a folder:', repr(name))
            for part in name.split('/'):
                if not part or part in ('.', '..') or len(part.encode()) > 255 or part[-1] in ' .': print('part', repr(part))
                if set(part) & set('\\\\:*?"<>|') or any(ord(letter) < 32 or ord(letter) == 127 for letter in part): print('letter', repr(part))
                if pathlib.PureWindowsPath(part).is_reserved(): print('device', repr(part))
        """

    @Test("Names of hostile keys are legal and different on Windows, macOS and Linux, by an oracle in Python")
    func legal() async throws {
        let keys = Self.keys(10_000)
        let names = EntryName.names(of: keys)
        let folder = try TemporaryFolder()
        let file = try folder.write(String(decoding: try JSONEncoder().encode(names), as: UTF8.self), to: "names.json")
        let script = try folder.write(Self.judge, to: "judge.py")
        let outcome = try await Subprocess.run("/usr/bin/env", ["python3", script, file])
        #expect(outcome.status == 0 && outcome.output == "", "\(outcome.output.prefix(2000))\(outcome.error)")
        #expect(names.count == keys.count)
    }

    @Test("An archive of hostile keys is extracted whole by three programs", arguments: ["tar", "bsdtar", "python"])
    func extracted(program: String) async throws {
        let keys = Self.keys(10_000)
        let archive = try #require(
            try await packed(keys.enumerated().map { (key: $1, bytes: Array("\($0)".utf8)) }).first)
        let extraction = try await Extraction(archive, program)
        #expect(extraction.outside == [] && extraction.digests.count == keys.count + 1)
        let wrong = try archive.manifest().members.filter { extraction.digests[$0.name] != $0.sha256 }
        #expect(wrong.isEmpty, "\(wrong.prefix(5))")
    }
}
