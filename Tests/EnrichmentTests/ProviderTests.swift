import Curl
import Foundation
import Postgres
import TestSupport
import Testing
import Text
import Threads

@testable import Enrichment

@Suite(.timeLimit(.minutes(2))) struct ProviderTests {
    @Test("Failures are classified: what is tried again, what is not, and of what nobody knows")
    func classification() {
        let kinds: [(Int, [(name: String, value: String)], ProviderError.Kind)] = [
            (400, [], .invalid), (402, [], .spent), (401, [], .unauthorized), (403, [], .refused), (404, [], .refused),
            (429, [("Retry-After", "7")], .throttled(retryAfter: .seconds(7))), (429, [], .throttled(retryAfter: nil)),
            (500, [], .unavailable), (503, [("Retry-After", "3")], .throttled(retryAfter: .seconds(3))),
            (504, [], .unavailable), (202, [("Retry-After", "9")], .notReady(retryAfter: .seconds(9))),
            (422, [], .invalid),
        ]
        for (status, headers, kind) in kinds {
            #expect(ProviderError(HTTPResponse(status: status, headers: HTTPHeaders(headers)), from: "p").kind == kind)
        }
        let doubtful = [500, 502, 503, 504].filter {
            ProviderError(HTTPResponse(status: $0), from: "p").isOutcomeUnknown
        }
        #expect(doubtful == [502, 504])
        let transport: [(HTTPTransportError.Kind, ProviderError.Kind, Bool)] = [
            (.cannotConnect, .unavailable, false), (.cannotResolve, .unavailable, false),
            (.timeout, .unavailable, true),
            (.cutOff, .unavailable, true), (.tls, .refused, false), (.bodyTooLarge, .refused, true),
        ]
        for (failure, kind, isUnknown) in transport {
            let error = ProviderError(HTTPTransportError(failure, "m"), from: "p")
            #expect(error.kind == kind && error.isOutcomeUnknown == isUnknown)
        }
    }

    @Test("Answers find their inputs whatever their order and number")
    func matching() {
        let records = ZoomInfoRecords(outputFields: ["jobTitle"])
        let inputs = [["emailAddress": "a"], ["emailAddress": "b"], ["emailAddress": "c"]]
        func item(_ email: String?, _ status: String = "FULL_MATCH") -> ZoomInfoRecords.Item {
            .init(
                input: email.map { .object(["emailAddress": .string($0)]) },
                data: .object(["jobTitle": .string(email ?? "x"), "contactAccuracyScore": .string("80.0")]),
                status: status)
        }
        func titles(_ items: [ZoomInfoRecords.Item]) -> [String?] {
            records.answers(items, to: inputs).map {
                if case .match(let fields, _) = $0 { fields["job_title"] } else { "\($0)" }
            }
        }
        #expect(titles([item("C"), item("a"), item("b")]) == ["a", "b", "C"])
        #expect(titles([item("c")]) == ["unanswered", "unanswered", "c"])
        #expect(titles([item(nil), item(nil), item(nil)]) == ["x", "x", "x"])
        #expect(titles([item(nil), item(nil)]) == ["unanswered", "unanswered", "unanswered"])
    }

    @Test(
        "Every word of ZoomInfo for a match means one thing",
        arguments: [
            ("FULL_MATCH", ProviderAnswer.match(fields: ["job_title": "x"], confidence: 0.8)),
            ("CONTACT_ONLY_MATCH", .match(fields: ["job_title": "x"], confidence: 0.4)), ("NO_MATCH", .noMatch),
            ("NON_MATCH_BY_LAST_UPDATED_DATE", .noMatch), ("NON_MATCH_BY_VALID_DATE", .noMatch),
            ("NON_MATCH_BY_REQUIRED_FIELDS", .noMatch), ("NON_MATCH_BY_CONTACT_ACCURACY_MIN", .noMatch),
            ("COMPANY_ONLY_MATCH", .noMatch), ("OPT_OUT", .noMatch), ("INVALID_INPUT", .noMatch),
            ("LIMIT_EXCEEDED", .limitExceeded),
        ])
    func words(_ status: String, _ answer: ProviderAnswer) {
        let data = JSONValue.object(["jobTitle": .string("x"), "contactAccuracyScore": .string("80.0")])
        let item = ZoomInfoRecords.Item(input: nil, data: data, status: status)
        #expect(ZoomInfoRecords(outputFields: ["jobTitle"]).answers([item], to: [[:]]) == [answer])
    }

    @Test("Any JSON interface is asked as its mapping says, one input a call or several")
    func httpJSON() async throws {
        try await ZoomInfoServer.with { server in
            // The login of the server stands for an interface that takes one object, its log for nothing at all.
            let settings = """
                {"capabilities": {"contact_enrich": {"url": "\(server.url)/authenticate",
                    "request": {"first_name": "username", "last_name": "password"}, "response": {"token": "jwt"}}}}
                """
            let row = ProviderRow(name: "any", kind: "http-json", settings: settings)
            try await Enrichment.with([row]) { enrichment in
                let (request, output) = try await enrichment.run(
                    "first_name,last_name,company\nada,s3cret,X\n", providers: ["any"])
                #expect(request.status == .completed)
                #expect(output.contains("enriched_contact_token"))
                #expect(output.contains("ada,s3cret,X,header."))
            }
        }
    }

    @Test("A list of inputs has a list of answers, in their order, or none counts")
    func httpJSONLists() async throws {
        let folder = try TemporaryFolder()
        let server = try folder.write(
            """
            import http.server, json, sys
            class Handler(http.server.BaseHTTPRequestHandler):
                def log_message(self, *arguments): pass
                def do_POST(self):
                    question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                    good = self.headers["X-Key"] == "k3y" and question["version"] == 2
                    people = [{"found": p["mail"] != "p1@example.com", "score": 75, "job": {"name": p["mail"]}} for p in question["people"]]
                    body = json.dumps({"data": {"people": people}}).encode()
                    self.send_response(200 if good else 403)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
            server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
            open(sys.argv[1], "w").write(f"{server.server_address[1]}\\n")
            server.serve_forever()
            """, to: "server.py")
        let key = try folder.write("k3y\n", to: "key")
        try await ListeningProcess.with {
            ["/usr/bin/env", "python3", server, $0]
        } _: { process in
            let settings = """
                {"secretHeader": "X-Key", "capabilities": {"contact_enrich": {"url": "http://127.0.0.1:\(process.port)/",
                    "inputs": "people", "inputsPerCall": 2, "constants": {"version": 2}, "request": {"email": "mail"},
                    "results": "data.people", "response": {"job_title": "job.name"}, "confidence": "score", "isMatchIf": "found"}}}
                """
            let row = ProviderRow(name: "any", kind: "http-json", settings: settings, secretID: "file:\(key)")
            try await Enrichment.with([row]) { enrichment in
                let (request, output) = try await enrichment.run(Enrichment.contacts(3), providers: ["any"])
                #expect(request.status == .completed)
                #expect(output.contains("p0@example.com,p0@example.com,matched,any,"))
                #expect(output.contains("p1@example.com,,no_match,,"))
                let kept = try await enrichment.value(
                    "select count(*) || ' ' || max(confidence) from enrichment.results where outcome = 'match'")
                #expect(kept == "2 0.75")
            }
        }
    }

    @Test("Answers in another order reach their inputs by what they repeat of them")
    func matchBy() async throws {
        try await PeopleServer.with("order=reversed") { server in
            let settings = server.settings().replacing(
                #""results""#, with: #""matchBy": {"email": "mail"}, "results""#)
            try await Enrichment.with([ProviderRow(name: "crm", kind: "http-json", settings: settings)]) { enrichment in
                let (request, output) = try await enrichment.run(Enrichment.contacts(30), providers: ["crm"])
                #expect(request.status == .completed)
                for (number, line) in output.split(separator: "\r\n").dropFirst().enumerated() {
                    #expect(line.contains("p\(number)@example.com,Head of p\(number)@example.com,matched"))
                }
            }
        }
    }

    @Test(
        "An interface that is asked by GET has our fields in its address, the key in its query and headers of its own")
    func get() async throws {
        let folder = try TemporaryFolder()
        let key = try folder.write("k3y", to: "key")
        try await PeopleServer.with { server in
            let settings = """
                {"capabilities": {"contact_enrich": {"method": "GET",
                    "url": "\(server.url)/person?email={email}&phone={phone}&v=2",
                    "response": {"job_title": "title"}, "isMatchIf": "score"}},
                 "secretIn": "query", "secretName": "api_key", "headers": {"X-Version": "2"}}
                """
            let row = ProviderRow(name: "crm", kind: "http-json", settings: settings, secretID: "file:\(key)")
            try await Enrichment.with([row]) { enrichment in
                let (request, output) = try await enrichment.run(
                    "email\na+b@example.com\nnobody@example.com\n", providers: ["crm"])
                #expect(request.status == .completed)
                #expect(output.contains("a+b@example.com,Head of a+b@example.com,matched,crm,"))
                #expect(output.contains("nobody@example.com,,no_match,,"))
            }
        }
    }

    @Test("False is false in whatever type it comes")
    func conditions() {
        let mapping = HTTPJSONMapping(url: "http://a", response: ["a": "a"], isMatchIf: "found")
        for (found, isMatch) in [
            (JSONValue.bool(false), false), (.number(0), false), (.string("false"), false), (.string("0"), false),
            (.string(""), false), (.null, false), (.array([]), false), (.bool(true), true), (.number(1), true),
            (.string("yes"), true), (.object(["x": .null]), true),
        ] {
            let document = JSONValue.object(["a": .string("x"), "found": found])
            #expect(mapping.answers(document, to: [ProviderInput()])[0].isMatch == isMatch, "\(found)")
        }
    }

    @Test(
        "Settings that an adapter cannot use are named",
        arguments: [
            ("zoominfo", "{}", "it needs credentials"), ("http-json", "{}", "'capabilities' is missing"),
            ("zoominfo", #"{"baseUrl": "http://a"}"#, "unknown setting 'baseUrl' (did you mean 'baseURL'?)"),
            (
                "http-json", #"{"capabilities": {"industry": {"urls": "http://a"}}}"#,
                "unknown setting 'capabilities.industry.urls' (did you mean 'url'?)"
            ),
            (
                "http-json",
                #"{"capabilities": {"x": {"url": "http://a", "request": {"email": "e"}, "response": {"a": "b"}}}}"#,
                "unknown capability 'x'"
            ),
            (
                "http-json",
                #"{"capabilities": {"industry": {"url": "ftp://a", "request": {"email": "e"}, "response": {"a": "b"}}}}"#,
                "'industry.url' must be"
            ),
            (
                "http-json",
                #"{"capabilities": {"industry": {"url": "http://a", "request": {"mail": "e"}, "response": {"a": "b"}}}}"#,
                "unknown field 'mail'"
            ),
            ("zoominfo", #"{"timeoutSeconds": -5}"#, "'timeoutSeconds' must be greater than 0"),
            (
                "http-json", #"{"capabilities": {"industry": {"inputsPerCall": 0}}}"#,
                "'capabilities.industry.inputsPerCall' must be greater than 0"
            ),
            (
                "http-json", #"{"capabilities": {"industry": {"poll": {"everySeconds": -1}}}}"#,
                "'capabilities.industry.poll.everySeconds' must be greater than 0"
            ),
        ])
    func settings(_ kind: String, _ settings: String, _ reason: String) async throws {
        let factory = ProviderFactory(
            ProviderResources(http: HTTPClient(), pool: Pool("", maximum: 1)) { id, _ in id })
        let error = #expect(throws: ProviderSettingsError.self) {
            try factory.make(ProviderRow(name: "p", kind: kind, settings: settings))
        }
        #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
    }
}

/// Counts across tasks.
private final class Counter: Sendable {
    private let count = Locked(0)

    var value: Int { count.withLock { $0 } }

    func increment() -> Int {
        count.withLock { count in
            count += 1
            return count
        }
    }
}
