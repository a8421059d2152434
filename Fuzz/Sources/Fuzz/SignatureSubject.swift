import Foundation
import OpenSSL

@testable import AWS

extension Subject {
    /// Who gets a link and knows the secret finds its signature right, by an implementation of their own that sees nothing but the
    /// link; and any change of the link makes it wrong.
    static let signature = Subject(
        name: "signature", longest: 600,
        seeds: [
            "\0\u{5}a.csv\0\0\u{6}secret\0\u{10}", "\u{1}\u{8}a/b//c d\u{2}v1\u{8}text/csv\u{3}a+/\u{5}token\u{20}",
            "\u{3}\u{9}\u{E4}%2F?&=#\u{1}&\u{5} a  b\u{1}=\u{1}/\u{40}",
        ].map { Array($0.utf8) },
        words: ["%2F", "//", "/../", "/./", "+", "?", "&", "=", "\u{E9}", "e\u{301}"]
    ) { input in
        var choices = Choices(input)
        let kind = choices.byte()
        let object = S3Object(
            bucket: kind & 1 == 0 ? "bucket" : "a.b_C", key: choices.text(), version: given(choices.text()))
        let headers = [("Content-Type", choices.text()), ("x-amz-checksum-sha256", choices.text())].compactMap {
            name, value in
            given(value).map { (name: name, value: $0) }
        }
        let secret = choices.text()
        let credentials = Credentials(
            accessKeyID: "AKID", secretAccessKey: secret, sessionToken: kind & 2 == 0 ? nil : choices.text())
        let date = Date(timeIntervalSince1970: Double(choices.byte()) * 86_400_000)
        let endpoint =
            kind & 4 == 0
            ? AWSEndpoint(of: .s3, region: "eu-west-1") : try? AWSEndpoint(url: "http://localhost:9000/base")
        guard let endpoint,
            let request = answer(
                AWSConfigurationError.self,
                {
                    try S3Addressing(endpoint: endpoint).request("PUT", object, headers: headers)
                })
        else { return }
        let signer = SigV4(credentials: credentials, region: "eu-west-1", service: "s3", rules: .s3)
        let link = signer.presigned(request, payloadHash: SigV4.unsignedPayload, expires: 3600, at: date).url
        check(link, object, headers, secret: secret, flipped: choices.byte())
    }

    private static func given(_ text: String) -> String? { text.isEmpty ? nil : text }

    private static func check(
        _ link: String, _ object: S3Object, _ headers: [(name: String, value: String)], secret: String, flipped: UInt8
    ) {
        expect(link.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "\(link) is not printable ASCII")
        let parts = ReferenceLink(link)
        expect(parts.isRight("PUT", headers, secret: secret), "the signature of \(link) is wrong")
        expect(parts.decodedPath.hasSuffix(Array(object.key.utf8)), "\(link) does not lead to \(object.key)")
        var changed = Array(link.utf8)
        // Neither the scheme nor what would make the path a query is part of the test.
        let place = changed.count - 1 - Int(flipped) % (changed.count - 10)
        guard changed[place] != UInt8(ascii: "?") else { return }
        changed[place] = changed[place] == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
        let other = ReferenceLink(String(decoding: changed, as: UTF8.self))
        expect(!other.isRight("PUT", headers, secret: secret), "a changed link is right, too: \(other)")
    }
}

extension [UInt8] {
    fileprivate func hasSuffix(_ suffix: [UInt8]) -> Bool { Array(self.suffix(suffix.count)) == suffix }
}

/// What a store sees of a link, taken apart byte by byte as "Authenticating Requests: Using Query Parameters (AWS Signature Version
/// 4)", S3 API Reference, has it; nothing of it is the signer's code.
private struct ReferenceLink {
    private let host, path: [UInt8]
    private let query: [(name: [UInt8], value: [UInt8])]

    init(_ link: String) {
        let bytes = Array(link.utf8)
        let afterScheme = bytes.drop { $0 != UInt8(ascii: "/") }.dropFirst(2)
        host = Array(afterScheme.prefix { $0 != UInt8(ascii: "/") })
        let rest = afterScheme.dropFirst(host.count)
        path = Array(rest.prefix { $0 != UInt8(ascii: "?") })
        query = rest.dropFirst(path.count + 1).split(separator: UInt8(ascii: "&")).map { pair in
            let name = pair.prefix { $0 != UInt8(ascii: "=") }
            return (Self.decoded(name), Self.decoded(pair.dropFirst(name.count + 1)))
        }
    }

    var decodedPath: [UInt8] { Self.decoded(path[...]) }

    func isRight(_ method: String, _ headers: [(name: String, value: String)], secret: String) -> Bool {
        guard let credential = value("X-Amz-Credential")?.split(separator: "/"), credential.count == 5,
            let time = value("X-Amz-Date"), let signed = value("X-Amz-SignedHeaders"),
            let given = value("X-Amz-Signature")
        else { return false }
        let known =
            headers.map { ($0.name.lowercased(), Self.squeezed($0.value)) } + [
                ("host", String(decoding: host, as: UTF8.self))
            ]
        let names = known.map(\.0).sorted()
        guard signed == names.joined(separator: ";") else { return false }
        let lines = names.map { name in "\(name):\(known.first { $0.0 == name }!.1)\n" }.joined()
        let canonical = [
            method, String(decoding: Self.encoded(decodedPath, but: "/"), as: UTF8.self), canonicalQuery, lines, signed,
            "UNSIGNED-PAYLOAD",
        ].joined(separator: "\n")
        let scope = credential[1...].joined(separator: "/")
        let text = "AWS4-HMAC-SHA256\n\(time)\n\(scope)\n\(SHA256.hash(Array(canonical.utf8)).hex)"
        let key = credential[1...].reduce(Array("AWS4\(secret)".utf8)) { HMACSHA256.code(of: Array($1.utf8), key: $0) }
        return HMACSHA256.code(of: Array(text.utf8), key: key).hex == given && credential[1] == time.prefix(8)
    }

    private func value(_ name: String) -> String? {
        query.first { $0.name == Array(name.utf8) }.map { String(decoding: $0.value, as: UTF8.self) }
    }

    private var canonicalQuery: String {
        let pairs = query.filter { $0.name != Array("X-Amz-Signature".utf8) }
            .map { (Self.encoded($0.name, but: ""), Self.encoded($0.value, but: "")) }
            .sorted { $0.0 == $1.0 ? $0.1.lexicographicallyPrecedes($1.1) : $0.0.lexicographicallyPrecedes($1.0) }
        return pairs.map { String(decoding: $0 + [UInt8(ascii: "=")] + $1, as: UTF8.self) }.joined(separator: "&")
    }

    private static func encoded(_ bytes: [UInt8], but kept: String) -> [UInt8] {
        let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~\(kept)".utf8)
        let digits = Array("0123456789ABCDEF".utf8)
        return bytes.flatMap {
            plain.contains($0) ? [$0] : [UInt8(ascii: "%"), digits[Int($0 / 16)], digits[Int($0 % 16)]]
        }
    }

    private static func decoded(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var (result, rest): ([UInt8], ArraySlice<UInt8>) = ([], bytes)
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
                result.append(code)
                rest = rest.dropFirst(2)
            } else {
                result.append(byte)
            }
        }
        return result
    }

    /// White space at the ends is gone, and within it is one blank.
    private static func squeezed(_ value: String) -> String {
        value.split { $0.isWhitespace }.joined(separator: " ")
    }
}
