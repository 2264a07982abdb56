/// The shape of one kind of key: a fixed start, then characters of an alphabet.
struct SecretPattern: Sendable {
    let name: String
    let prefix: [UInt8]
    let alphabet: Alphabet
    /// How many characters follow the prefix.
    let lengths: ClosedRange<Int>

    enum Alphabet: Sendable {
        case upperDigits, hex, letters, token, dotted

        func contains(_ byte: UInt8) -> Bool {
            let isDigit = (0x30...0x39).contains(byte)
            let isUpper = (0x41...0x5A).contains(byte)
            let isLower = (0x61...0x7A).contains(byte)
            let isTokenMark = byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
            return switch self {
            case .upperDigits: isDigit || isUpper
            case .hex: isDigit || (0x61...0x66).contains(byte) || (0x41...0x46).contains(byte)
            case .letters: isDigit || isUpper || isLower
            case .token: isDigit || isUpper || isLower || isTokenMark
            case .dotted: isDigit || isUpper || isLower || isTokenMark || byte == UInt8(ascii: ".")
            }
        }
    }

    private init(_ name: String, _ prefix: String, _ alphabet: Alphabet, _ lengths: ClosedRange<Int>) {
        self.name = name
        self.prefix = Array(prefix.utf8)
        self.alphabet = alphabet
        self.lengths = lengths
    }

    /// The key at the first place where the pattern fits whole words, or `nil`.
    func firstMatch(in line: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        var rest = line
        while let start = rest.firstRange(of: prefix) {
            // Bounded, so that a line of prefixes alone takes no quadratic time.
            let key = line[start.upperBound...].prefix(lengths.upperBound + 1).prefix(while: alphabet.contains)
            let before = line[..<start.lowerBound].last
            let after = line[key.endIndex...].first
            let isWord = ![before, after].contains { $0.map(Alphabet.letters.contains) ?? false }
            if isWord, lengths.contains(key.count) { return line[start.lowerBound..<key.endIndex] }
            rest = line[start.upperBound...]
        }
        return nil
    }

    /// Published formats of the issuers' own documentation, and of the rule sets of gitleaks and GitHub secret scanning.
    static let all: [SecretPattern] = [
        SecretPattern("an AWS access key id", "AKIA", .upperDigits, 16...16),
        SecretPattern("an AWS access key id", "ASIA", .upperDigits, 16...16),
        SecretPattern("an Anthropic key", "sk-ant-", .token, 32...200),
        SecretPattern("an OpenAI key", "sk-proj-", .token, 32...300),
        SecretPattern("an OpenAI key", "sk-svcacct-", .token, 32...300),
        SecretPattern("an API key", "sk-", .letters, 32...64),
        SecretPattern("an OpenRouter key", "sk-or-v1-", .hex, 64...64),
        SecretPattern("a GitHub token", "ghp_", .letters, 36...255),
        SecretPattern("a GitHub token", "gho_", .letters, 36...255),
        SecretPattern("a GitHub token", "ghu_", .letters, 36...255),
        SecretPattern("a GitHub token", "ghs_", .letters, 36...255),
        SecretPattern("a GitHub token", "ghr_", .letters, 36...255),
        SecretPattern("a GitHub token", "github_pat_", .token, 60...255),
        SecretPattern("a GitLab token", "glpat-", .dotted, 20...64),
        SecretPattern("a GitLab token", "glrt-", .dotted, 20...64),
        SecretPattern("a Slack token", "xoxb-", .token, 20...255),
        SecretPattern("a Slack token", "xoxp-", .token, 20...255),
        SecretPattern("a Slack token", "xoxa-", .token, 20...255),
        SecretPattern("a Slack token", "xapp-", .token, 20...255),
        SecretPattern("a Stripe key", "sk_live_", .letters, 20...255),
        SecretPattern("a Stripe key", "rk_live_", .letters, 20...255),
        SecretPattern("a Stripe webhook secret", "whsec_", .letters, 32...64),
        SecretPattern("a Google API key", "AIza", .token, 35...35),
        SecretPattern("a Google client secret", "GOCSPX-", .token, 28...28),
        SecretPattern("an npm token", "npm_", .letters, 36...36),
        SecretPattern("a PyPI token", "pypi-AgEIcHlwaS5vcmc", .token, 50...255),
        SecretPattern("a crates.io token", "cio", .letters, 32...32),
        SecretPattern("a Hugging Face token", "hf_", .letters, 34...40),
        SecretPattern("a SendGrid key", "SG.", .dotted, 60...70),
        SecretPattern("a DigitalOcean token", "dop_v1_", .hex, 64...64),
        SecretPattern("a Shopify token", "shpat_", .hex, 32...32),
        SecretPattern("a Databricks token", "dapi", .hex, 32...32),
        SecretPattern("a Docker Hub token", "dckr_pat_", .token, 27...40),
        SecretPattern("a Vault token", "hvs.", .token, 24...255),
        SecretPattern("a Grafana token", "glsa_", .token, 40...60),
        SecretPattern("a Linear key", "lin_api_", .letters, 40...40),
        SecretPattern("a Postman key", "PMAK-", .token, 50...64),
        SecretPattern("an age secret key", "AGE-SECRET-KEY-1", .upperDigits, 58...58),
    ]
}
