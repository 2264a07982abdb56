@testable internal import FerryLLM
internal import FerrySystem
internal import SystemPackage
internal import Testing

@Suite(.timeLimit(.minutes(1)))
struct KeyRingTests {
    private func refusal(_ ring: KeyRing, _ name: String, _ address: String) throws -> String? {
        let endpoint = try Endpoint(address)
        let error = #expect(throws: ModelError.self) { try ring.key(named: name, for: endpoint) }
        #expect(error?.kind == .configuration)
        return error?.description
    }

    @Test func `a vendor's variable goes to the vendor's host`() throws {
        let ring = KeyRing(environment: ["ANTHROPIC_API_KEY": " sk-ant-1\n", "OPENAI_API_KEY": "sk-2"])
        #expect(try ring.key(named: "ANTHROPIC_API_KEY", for: Endpoint("https://api.anthropic.com")) == Secret("sk-ant-1"))
        #expect(try ring.key(named: "OPENAI_API_KEY", for: Endpoint("https://api.openai.com/v1")) == Secret("sk-2"))
    }

    @Test(arguments: [
        "https://evil.example", "https://api.openai.com", "https://api.anthropic.com.evil.example", "https://api.anthropic.com:8443",
        "http://127.0.0.1:8080", "http://localhost",
    ])
    func `a key is not sent to a host that it is not bound to`(address: String) throws {
        let ring = KeyRing(environment: ["ANTHROPIC_API_KEY": "sk-ant-1"])
        let message = try refusal(ring, "ANTHROPIC_API_KEY", address)
        #expect(message?.contains("bound to api.anthropic.com") == true)
        #expect(message?.contains("keys.yaml") == true)
        #expect(message?.contains("sk-ant") == false)
    }

    @Test func `a variable that is no vendor's goes nowhere by itself`() throws {
        let ring = KeyRing(environment: ["AWS_SECRET_ACCESS_KEY": "s", "HOME": "/root"])
        #expect(try refusal(ring, "AWS_SECRET_ACCESS_KEY", "https://api.anthropic.com")?.contains("bound to no host") == true)
    }

    @Test func `the key file binds its own keys, variables, and vendors' keys to other hosts`() throws {
        let ring = KeyRing(
            entries: [
                "MINE": .init(key: Secret("k1"), hosts: ["models.example"]), "VAR": .init(key: nil, hosts: ["models.example:8443", "localhost"]),
                "OPENAI_API_KEY": .init(key: Secret("k3"), hosts: []),
            ], environment: ["VAR": "k2", "OPENAI_API_KEY": "from the environment"])
        #expect(try ring.key(named: "MINE", for: Endpoint("https://models.example/v1")) == Secret("k1"))
        #expect(try ring.key(named: "VAR", for: Endpoint("https://models.example:8443")) == Secret("k2"))
        #expect(try ring.key(named: "VAR", for: Endpoint("http://localhost:4000")) == Secret("k2"))
        #expect(try ring.key(named: "OPENAI_API_KEY", for: Endpoint("https://api.openai.com")) == Secret("k3"))
        _ = try refusal(ring, "MINE", "https://models.example:8443")
        _ = try refusal(ring, "VAR", "https://models.example")
    }

    @Test func `a missing key says how to give it`() throws {
        let message = try refusal(KeyRing(), "ANTHROPIC_API_KEY", "https://api.anthropic.com")
        #expect(message?.contains("ANTHROPIC_API_KEY is not set") == true)
    }

    @Test func `a server that names no key needs none`() throws {
        #expect(try KeyRing().key(named: nil, for: Endpoint("http://127.0.0.1:11434/v1")) == nil)
    }

    @Test(arguments: ["x\ny", "x y", "clé"])
    func `a key that no header can carry is refused`(value: String) throws {
        #expect(try refusal(KeyRing(environment: ["OPENAI_API_KEY": value]), "OPENAI_API_KEY", "https://api.openai.com")?.contains(value) == false)
    }

    @Test(arguments: ["../etc/passwd", ".hidden", "a/b", "", "a b"])
    func `a name that is a path is no name of a key`(name: String) throws {
        _ = try refusal(KeyRing(environment: ["CREDENTIALS_DIRECTORY": "/"]), name, "https://api.openai.com")
    }

    @Test func `a systemd credential serves as well`() throws {
        try withScratchFolder { folder in
            try FileContents.write("sk-from-file\n".utf8, to: folder.appending("ANTHROPIC_API_KEY"), mode: 0o400)
            let ring = KeyRing(environment: ["CREDENTIALS_DIRECTORY": folder.string])
            #expect(try ring.key(named: "ANTHROPIC_API_KEY", for: Endpoint("https://api.anthropic.com")) == Secret("sk-from-file"))
        }
    }

    @Test func `a key file that others may read is refused`() throws {
        try withScratchFolder { folder in
            let path = folder.appending("keys.yaml")
            #expect(try KeyRing.readFile(path) == nil)
            try FileContents.write("a".utf8, to: path, mode: 0o600)
            #expect(try KeyRing.readFile(path) == Array("a".utf8))
            try FileContents.write("a".utf8, to: path, mode: 0o640)
            let error = #expect(throws: ModelError.self) { try KeyRing.readFile(path) }
            #expect(error?.remedy?.contains("chmod 600") == true)
        }
    }

    @Test func `a secret shows itself nowhere`() {
        let secret = Secret("sk-1234")
        var dumped = ""
        dump([secret], to: &dumped)
        #expect("\(secret) \(String(reflecting: secret)) \(dumped) \([secret])".contains("1234") == false)
    }
}

/// A folder that is gone afterwards.
func withScratchFolder(_ body: (FilePath) throws -> Void) throws {
    let folder = FilePath("/tmp/ferry-llm-\(UInt64.random(in: .min ... .max))")
    try Directory.create(folder, mode: 0o700)
    defer { try? Directory.removeTree(folder) }
    try body(folder)
}
