import Foundation
import TestSupport
import Testing

@testable import AWS

/// What botocore signs, for requests made at random: the same requests in every run, for failures that repeat.
@Suite(.timeLimit(.minutes(5))) struct BotocoreTests {
    @Test("botocore makes the same signatures")
    func signatures() async throws {
        var random = SeededGenerator(seed: 20_150_830)
        let questions = (0..<300).map { _ in SigningQuestion.random(&random) }
        let answers: [String] = try await PythonTools.answer(of: "Tests/Oracle/aws_signing.py", to: questions)
        #expect(answers.count == questions.count)
        for (question, answer) in zip(questions, answers) {
            #expect(question.signature == SigningQuestion.signature(in: answer), "\(question) \(answer)")
        }
    }

    @Test("botocore makes the same database tokens")
    func databaseTokens() async throws {
        var random = SeededGenerator(seed: 900)
        let questions = (0..<20).map { _ in
            var question = SigningQuestion.random(&random)
            question.url = "db-\(Int.random(in: 1...99, using: &random)).abc.eu-west-1.rds.amazonaws.com:5432"
            question.database_user = SigningQuestion.word(&random)
            return question
        }
        let answers: [String] = try await PythonTools.answer(of: "Tests/Oracle/aws_signing.py", to: questions)
        for (question, answer) in zip(questions, answers) {
            let token = RDSAuthToken.make(
                host: String(question.url.dropLast(5)), port: 5432, user: question.database_user ?? "",
                region: question.region, credentials: question.credentials, date: question.time)
            #expect(Self.parts(token) == Self.parts(answer))
        }
    }

    /// The host and the parameters, whose order differs.
    private static func parts(_ token: String) -> [Substring] {
        token.split(separator: "?", maxSplits: 1).flatMap { $0.split(separator: "&") }.sorted()
    }
}

/// A request as the Python script reads it.
struct SigningQuestion: Codable {
    var rules, place, method, url, service, region, date: String
    var access_key, secret_key: String
    var token: String?
    var headers: [String: String]
    var body: String
    var expires: Int
    var database_user: String?
    private var path: String
    private var query: [[String]]

    static func random(_ random: inout SeededGenerator) -> SigningQuestion {
        let key = (0..<Int.random(in: 1...4, using: &random)).map { _ in word(&random) }.joined(separator: "/")
        let query = (0..<Int.random(in: 0...3, using: &random)).map { _ in [word(&random), word(&random)] }
        let rules = ["s3", "general"].randomElement(using: &random)!
        let place = ["header", "query"].randomElement(using: &random)!
        let path = "/" + PercentEncoding.encode(key, keepingSlashes: true)
        let request = SignableRequest(
            host: "files.example.com:8443", path: path, query: query.map { ($0[0], $0[1]) })
        return SigningQuestion(
            rules: rules, place: place,
            method: ["GET", "PUT", "POST", "DELETE"].randomElement(using: &random)!, url: request.url,
            service: rules == "s3" ? "s3" : "sns",
            region: ["us-east-1", "eu-central-1"].randomElement(using: &random)!,
            date: "20260\(Int.random(in: 1...9, using: &random))15T0\(Int.random(in: 0...9, using: &random))4512Z",
            access_key: "AKIA\(UInt32.random(in: 0...UInt32.max, using: &random))", secret_key: word(&random) + "/+",
            token: Bool.random(using: &random) ? word(&random) + "==" : nil,
            headers: ["x-amz-meta-note": "  two  words \(query.count)", "Content-Type": "text/csv; charset=utf-8"],
            body: place == "query" ? "" : word(&random), expires: Int.random(in: 1...604_800, using: &random),
            path: path, query: query)
    }

    /// Letters that encoders disagree about, and a few outside ASCII.
    static func word(_ random: inout SeededGenerator) -> String {
        let letters = Array("aZ09-._~ +*'()!$&=%,;:@?#äß漢🙂..")
        return String((0..<Int.random(in: 1...12, using: &random)).map { _ in letters.randomElement(using: &random)! })
    }

    var credentials: Credentials {
        Credentials(accessKeyID: access_key, secretAccessKey: secret_key, sessionToken: token)
    }

    var time: Date {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.dateFormat = "yyyyMMdd'T'HHmmss'Z'"
        return formatter.date(from: date)!
    }

    /// What our signer makes of it.
    var signature: String? {
        let signer = SigV4(
            credentials: credentials, region: region, service: service, rules: rules == "s3" ? .s3 : .general)
        let request = SignableRequest(
            method, host: "files.example.com:8443", path: path, query: query.map { ($0[0], $0[1]) },
            headers: headers.map { ($0.key, $0.value) })
        let hash = SigV4.payloadHash(Array(body.utf8))
        guard place == "query" else {
            return signer.signed(request, payloadHash: hash, at: time).headers.last.flatMap {
                Self.signature(in: $0.value)
            }
        }
        let isS3 = rules == "s3"
        return Self.signature(
            in: signer.presigned(
                request, payloadHash: isS3 ? SigV4.unsignedPayload : hash, expires: expires, at: time
            ).url)
    }

    static func signature(in text: String) -> String? {
        text.split(separator: "Signature=").last.map { String($0.prefix(64)) }
    }
}

/// Bytes that no two places share.
func sampleBytes(_ count: Int, seed: UInt64 = 7) -> [UInt8] {
    var random = SeededGenerator(seed: seed)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + 8)
    while bytes.count < count { withUnsafeBytes(of: random.next()) { bytes.append(contentsOf: $0) } }
    return Array(bytes.prefix(count))
}
