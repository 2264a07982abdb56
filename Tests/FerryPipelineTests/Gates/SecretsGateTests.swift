internal import FerryModel
internal import Testing

@testable internal import FerryPipeline

@Suite(.timeLimit(.minutes(1))) struct SecretsGateTests {
    private func findings(_ text: String, in path: String = "src/a.py") -> [Finding] {
        SecretsGate().check(ProposedChange([path: (nil, text)]), GateContext())
    }

    @Test(arguments: SecretPattern.all.indices) func `every known shape is found, and is none as part of a longer word`(index: Int) {
        let pattern = SecretPattern.all[index]
        let alphabet = "Q7W3E9R2T5Y8U4P6".utf8.filter(pattern.alphabet.contains) + "A1B2C3D4E5F60987".utf8.filter(pattern.alphabet.contains)
        let key = String(
            decoding: pattern.prefix + (0..<pattern.lengths.lowerBound).map { alphabet[($0 * 7 + $0 / 3) % alphabet.count] }, as: UTF8.self)
        #expect(findings("x = '\(key)'\n").map(\.line) == [1], "\(pattern.name)")
        #expect(pattern.firstMatch(in: Array("x\(key)".utf8)[...]) == nil)
    }

    @Test(arguments: [
        "API_KEY=\(MadeUp.random)", "  \"client_secret\": \"\(MadeUp.random)\",", "connect(user='a', password='\(MadeUp.random)')",
        "const authToken: string = \"\(MadeUp.random)\"", "secret_key = \"9f86d081884c7d659a2feaa0c55ad015\"", "password: \(MadeUp.random)  # prod",
        "jwt = \(MadeUp.webToken)", "redis://:\(MadeUp.random)@cache.corp.net:6379", "key = \(MadeUp.anthropicKey)",
        "{\"private_key\": \"-----BEGIN PRIVATE KEY-----\\n\(MadeUp.base64)\"}",
    ]) func `a secret in an assignment is found`(line: String) {
        #expect(findings(line + "\n").map(\.severity) == [.error])
    }

    @Test(arguments: [
        "password = input('Password: ')", "token = 'access_token_for_refresh_flow_2'", "TOKEN_URL = 'https://login.corp.net/oauth2/v2.0/token'",
        "secret = config['prod/db/password1']", "api_key: ${{ secrets.SERVICE_KEY_2024 }}", "password: {{ db_password_2024_main }}",
        "http://user:hunter2pass@localhost:8080", "GITHUB_TOKEN=ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "passwords = load('a1b2c3d4e5f6g7h8i9')",
        "the token: it is read from the environment", "token = sha256(b'abcdefgh12345678').hexdigest()", "secretName: my-service-credentials-v12",
        "git@github.com:owner/repository12345.git", "let tokenCount = 12345678901234567890",
    ]) func `what only looks like one is left alone`(line: String) {
        #expect(findings(line + "\n").isEmpty)
    }

    @Test func `what a test suite makes up is a warning there, a key of an issuer an error`() {
        #expect(findings("token = '\(MadeUp.random)'\n", in: "tests/test_a.py").map(\.severity) == [.warning])
        #expect(findings("-----BEGIN EC PRIVATE KEY-----\n\(MadeUp.base64)\n", in: "tests/key.pem").map(\.severity) == [.warning])
        #expect(findings("-----BEGIN EC PRIVATE KEY-----\n\(MadeUp.base64)\n", in: "deploy/key.pem").map(\.severity) == [.error])
        #expect(findings("token = '\(MadeUp.gitHubToken)'\n", in: "tests/test_a.py").map(\.severity) == [.error])
    }

    @Test func `a line made to keep the gate busy does not`() {
        let start = ContinuousClock.now
        #expect(findings(String(repeating: "sk-" + "ant-", count: 40_000) + "\n").count <= 1)
        #expect(ContinuousClock.now - start < .seconds(20))
    }

    @Test func `a megabyte of code is looked through in a moment`() {
        let text = String(repeating: "    let value = compute(first: 12, second: \"some words\", third: [1, 2, 3])\n", count: 14_000)
        let start = ContinuousClock.now
        #expect(findings(text).isEmpty)
        #expect(ContinuousClock.now - start < .seconds(20))
    }
}
