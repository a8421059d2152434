import Testing

@testable import AWS

struct INIFileTests {
    @Test("sections, comments, whitespace and nested settings")
    func sections() {
        let file = INIFile(
            """
            # a comment
            stray = before any section
            [default]
            aws_access_key_id=AKIA1
            aws_secret_access_key = a#b;c=d # the rest is a comment
            s3 =
              max_concurrent_requests = 20
            ; another
            [ profile   two words ] # why not
            Region\t=\teu-west-1
            [broken
            lost = true
            """)
        #expect(
            file.sections == [
                "default": ["aws_access_key_id": "AKIA1", "aws_secret_access_key": "a#b;c=d", "s3": ""],
                "profile two words": ["region": "eu-west-1"],
            ])
    }

    @Test("a section named twice is one, and the last value wins")
    func repeatedSection() {
        let file = INIFile("[a]\nx=1\ny=1\n[b]\n[a]\r\nx=2")
        #expect(file.sections == ["a": ["x": "2", "y": "1"], "b": [:]])
    }
}

@Suite(.timeLimit(.minutes(5))) struct AWSEnvironmentTests {
    private static let files = [
        "/home/cat/.aws/config": """
        [default]
        region = us-west-2
        [profile work]
        region = eu-central-1
        endpoint_url = http://files.work:9000
        """,
        "/elsewhere": "[work]\naws_access_key_id = W\naws_secret_access_key = S",
    ]

    @Test("the region comes from AWS_REGION, AWS_DEFAULT_REGION or the profile, in this order")
    func region() {
        #expect(AWSEnvironment.make().region == nil)
        #expect(AWSEnvironment.make(files: Self.files).region == "us-west-2")
        #expect(AWSEnvironment.make(["AWS_PROFILE": "work"], files: Self.files).region == "eu-central-1")
        #expect(AWSEnvironment.make(["AWS_DEFAULT_REGION": "b"], files: Self.files).region == "b")
        #expect(AWSEnvironment.make(["AWS_REGION": "a", "AWS_DEFAULT_REGION": "b"]).region == "a")
        #expect(AWSEnvironment.make(["AWS_REGION": "", "AWS_DEFAULT_REGION": "b"]).region == "b")
    }

    @Test("a service's own endpoint wins over the common one")
    func endpoints() {
        let environment = AWSEnvironment.make(
            ["AWS_ENDPOINT_URL": "http://all", "AWS_ENDPOINT_URL_SECRETS_MANAGER": "http://secrets"])
        #expect(environment.endpointURL(of: .secretsManager) == "http://secrets")
        #expect(environment.endpointURL(of: .s3) == "http://all")
        let profile = AWSEnvironment.make(["AWS_PROFILE": "work"], files: Self.files)
        #expect(profile.endpointURL(of: .sns) == "http://files.work:9000")
        let ignoring = AWSEnvironment.make(
            ["AWS_ENDPOINT_URL": "http://all", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"])
        #expect(ignoring.endpointURL(of: .s3) == nil)
    }

    @Test("another profile's credentials win over keys in variables")
    func otherProfile() async throws {
        let environment = AWSEnvironment.make(
            [
                "AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "S", "AWS_REGION": "r",
                "AWS_SHARED_CREDENTIALS_FILE": "/elsewhere",
            ], files: Self.files
        ).using(profile: "work")
        let keys = try await EnvironmentCredentials(environment: environment).credentials()
        #expect(keys == nil)
        #expect(environment.profile?.staticCredentials?.accessKeyID == "W")
        #expect(environment.region == "r")
    }

    @Test("the files may be elsewhere")
    func files() {
        let environment = AWSEnvironment.make(
            ["AWS_SHARED_CREDENTIALS_FILE": "/elsewhere", "AWS_PROFILE": "work"], files: Self.files)
        #expect(environment.profile?.staticCredentials == Credentials(accessKeyID: "W", secretAccessKey: "S"))
    }
}

struct EndpointTests {
    @Test(
        "parts of an address",
        arguments: [
            ("http://127.0.0.1:5000", "http", "127.0.0.1:5000", ""),
            ("https://Files.Example", "https", "files.example", ""),
            ("https://files.example:443/", "https", "files.example", ""),
            ("http://files.example:80/base//", "http", "files.example", "/base"),
            ("http://[::1]:80", "http", "[::1]", ""),
            ("https://files.example:4430/Base", "https", "files.example:4430", "/Base"),
        ])
    func parts(url: String, scheme: String, host: String, path: String) throws {
        let endpoint = try AWSEndpoint(url: url)
        #expect(endpoint.scheme == scheme)
        #expect(endpoint.host == host)
        #expect(endpoint.basePath == path)
    }

    @Test(
        "what is not an address is refused",
        arguments: ["", "files.example", "ftp://x", "http://", "https://u@x", "http://x?y"])
    func refused(url: String) {
        #expect(throws: AWSConfigurationError.self) { try AWSEndpoint(url: url) }
    }

    @Test("AWS's own")
    func own() {
        #expect(AWSEndpoint(of: .secretsManager, region: "eu-west-1").host == "secretsmanager.eu-west-1.amazonaws.com")
        #expect(AWSEndpoint(of: .s3, region: "cn-north-1").host == "s3.cn-north-1.amazonaws.com.cn")
    }
}
