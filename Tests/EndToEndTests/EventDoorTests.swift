import Curl
import Foundation
import Postgres
import TestSupport
import Testing

/// Who may post events, and what is answered to those that cannot be recorded.
@Suite(.timeLimit(.minutes(5))) struct EventDoorTests {
    private static func event(_ key: String) -> String {
        """
        {"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put",
            "s3": {"bucket": {"name": "inbox"}, "object": {"key": "\(key)", "size": 1, "eTag": "e"}}}]}
        """
    }

    private static let topic = "arn:aws:sns:eu-central-1:123456789012:vendor-files"

    @Test("With a topic and no token, only SNS is heard: a forged event makes no upload")
    func topicAlone() async throws {
        try await APIEnvironment.with(roles: "api", ["CATALOG_EVENTS_TOPIC": Self.topic]) { api in
            let answer = try await api.call("POST", "/events/s3", as: nil, json: Self.event("uploads/V001/f.csv"))
            #expect(answer.problem == "forbidden")
            #expect(answer["detail"]?.contains("CATALOG_EVENTS_TOKEN") == true)
            #expect(try await api.service.value("select count(*) from catalog.upload_history") == "0")
        }
    }

    @Test("Nobody keeps the service busy with accents: a megabyte of them is refused at once, written or escaped")
    func stackedMarks() async throws {
        try await APIEnvironment.with(roles: "api", ["CATALOG_EVENTS_TOPIC": Self.topic]) { api in
            let pairs = String(repeating: "\u{301}\u{316}", count: 200_000)
            for name in [pairs, String(repeating: #"\u0301\u0316"#, count: 80_000)] {
                let begin = ContinuousClock.now
                for (path, caller) in [("/events/s3", nil), ("/enrichment", "operator"), ("/process", "operator")] {
                    let answer = try await api.call("POST", path, as: caller, json: "{\"e\(name)\": 1}")
                    #expect(answer.status == 400, "\(path): \(answer.text)")
                }
                #expect(ContinuousClock.now - begin < .seconds(60))
            }
        }
    }

    @Test("With neither, a service that only this machine reaches takes events")
    func loopback() async throws {
        try await APIEnvironment.with(roles: "api") { api in
            let answer = try await api.call("POST", "/events/s3", as: nil, json: Self.event("uploads/V001/f.csv"))
            #expect(answer.status == 200, "\(answer.text)")
        }
    }

    @Test("The token's scheme is taken in any case, as everywhere else")
    func scheme() async throws {
        try await APIEnvironment.with(roles: "api", ["CATALOG_EVENTS_TOKEN": "t0ken"]) { api in
            for (header, status) in [
                ("Bearer t0ken", 200), ("bearer t0ken", 200), ("t0ken", 200), ("bearer other", 401), ("bearer", 401),
            ] {
                let answer = try await api.call(
                    "POST", "/events/s3", as: nil, json: Self.event("uploads/V001/\(header).csv"),
                    headers: [("Authorization", header)])
                #expect(answer.status == status, "\(header): \(answer.text)")
            }
        }
    }

    @Test("An event that can never be recorded is 400; one that cannot be recorded now is 503 with Retry-After")
    func unrecordable() async throws {
        try await APIEnvironment.with(roles: "api") { api in
            let long = String(repeating: "k", count: 900_000)
            let poisoned = try await api.call("POST", "/events/s3", as: nil, json: Self.event("uploads/V001/\(long)"))
            #expect(poisoned.problem == "invalid-body", "\(poisoned.text)")
            for (state, status) in [
                ("53100", 503), ("58030", 503), ("57P05", 503), ("40001", 503), ("25006", 503), ("54000", 400),
                ("22001", 400), ("XX000", 500),
            ] {
                try await api.service.pool.run {
                    try $0.executeScript(
                        """
                        create or replace function public.refuse() returns trigger language plpgsql as $$
                        begin raise exception 'refused' using errcode = '\(state)'; end $$;
                        create or replace trigger refuse before insert on intake.object_events
                            for each row execute function public.refuse();
                        """)
                }
                let answer = try await api.call(
                    "POST", "/events/s3", as: nil, json: Self.event("uploads/V001/f.csv"))
                #expect(answer.status == status, "\(state): \(answer.text)")
                #expect((answer.headers["Retry-After"] != nil) == (status == 503))
            }
            #expect(try await api.service.value("select count(*) from catalog.upload_history") == "0")
        }
    }
}
