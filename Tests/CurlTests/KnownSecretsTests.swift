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

    @Test("A secret is struck out in each form in which it is sent or quoted")
    func forms() {
        KnownSecrets.remember("user:pa/ss+w0rd=")
        for form in ["user:pa/ss+w0rd=", "user%3Apa%2Fss%2Bw0rd%3D", #"user:pa\/ss+w0rd="#, "dXNlcjpwYS9zcyt3MHJkPQ=="]
        {
            #expect(KnownSecrets.struck(from: "bad key \(form)!") == "bad key …!")
        }
    }
}
