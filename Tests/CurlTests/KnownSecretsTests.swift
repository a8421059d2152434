import Testing

@testable import Curl

@Suite struct KnownSecretsTests {
    @Test("Secrets are struck out wherever they stand, and whatever stands where credentials stand")
    func struck() {
        KnownSecrets.remember("WRONG-pa55word")
        KnownSecrets.remember("WRONG-pa55word-and-more")
        KnownSecrets.remember("abc")
        let texts = [
            "Invalid password WRONG-pa55word": "Invalid password …",
            "'WRONG-pa55word-and-more' is refused": "'…' is refused",
            "your token was Bearer eyJhbGciOi.abc-def_g": "your token was Bearer …",
            "Authorization: basic QWxhZGRpbjpvcGVu1!": "Authorization: basic …!",
            "Basic authentication is required": "Basic authentication is required",
            "GET /x?X-Amz-Security-Token=FQoGZXIvYXdzE&y": "GET /x?X-Amz-Security-Token=…&y",
        ]
        for (text, expected) in texts { #expect(KnownSecrets.struck(from: text) == expected) }
        #expect(KnownSecrets.struck(from: "abc: the token is expired") == "abc: the token is expired")
    }
}
