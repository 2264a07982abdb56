internal import FerryLLM
internal import FerryModel
internal import FerryService
internal import FerryStore
internal import FerrySystem
internal import FerryTestSupport
internal import FerryVault
internal import FerryWireServer
internal import Foundation
internal import SystemPackage
internal import Testing

/// Secrets that are planted where Ferry has, meets or is told them, and are looked for afterwards in everything that it wrote.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct CanaryTests {
    /// Sent to the provider; neither a word nor of a known shape.
    private static let key = "canary/Zq7-provider+key_0123456789abcdefghijkl"
    /// In the environment of Ferry, for nobody.
    private static let token = "canary.Wx3-environment-token-9876543210zyxwvu"
    /// In a file of the repository: Ferry does not know it, but its shape.
    private static let shaped = "ghp_" + "c4n4ryC4N4RYc4n4ryC4N4RYc4n4ryC4N4RY"

    /// Planted in the same ways, and no secret to Ferry: the control. What finds this one would find the others.
    private static let control = "canary/Kq5-word+that-nobody-knows_135791357913579"

    private static var known: [String] { [key, token] }

    /// What a program that means harm prints: the secrets stand in a file of the repository.
    private static let prints =
        (1...3).flatMap { line in
            let secret = "s=$(sed -n \(line)p secrets.txt); "
            return [
                "echo $s", "printf '%s' $s | base64", "printf 'x%s' $s | base64 -w 30", "printf '%s' $s | od -An -tx1", "printf '%s' $s | fold -w 10",
                "echo $s | sed 's,/,%2F,g;s,+,%2B,g'; echo $s >&2; exit 3", "for i in $(seq 3000); do echo $i $s; done",
            ].map { secret + $0 }
        } + ["cat config.txt; env; cat /proc/self/environ | tr '\\0' '\\n'"]
        // The change is shown with what stands around it.
        + ["echo another >> secrets.txt"]

    private static func escaped(_ secret: String) -> String { secret.replacing("/", with: "%2F").replacing("+", with: "%2B") }

    private static var answers: [Answer] {
        let finding = Answer.Finding(severity: "note", path: "README.md", message: "see \(key), \(token) and \(control)", fix: "use \(key)")
        var coder = Answer.coder(writes: Hello.word("thanks"), runs: prints)
        coder.turns[0].text = "I know \(key), \(token) and \(control)."
        return [
            .planner(plan: "Use \(key) and \(Data(key.utf8).base64EncodedString()) for it, or \(token)."), coder,
            .tester(findings: [finding]), .reviewer(findings: [finding]),
        ]
    }

    @Test func `nothing that Ferry wrote in a run holds a planted secret, encoded or broken up`() async throws {
        let files = Hello.files.merging([
            "config.txt": "token = \(Self.shaped)\n", "secrets.txt": "\(Self.key)\n\(Self.token)\n\(Self.control)\n",
            "tests/__init__.py": "print(open('secrets.txt').read(), open('config.txt').read())\n",
        ]) { $1 }
        try await Scene.with(Self.answers, files: files) { scene in
            let host = scene.server.baseURL.dropFirst("http://".count)
            try scene.change(Scene.settings) { $0 = $0.replacing("{api: anthropic, ", with: "{api: anthropic, key: TEAM_KEY, ") }
            let keys = scene.configHome.appending("ferry").appending("keys.yaml")
            try Directory.create(keys.removingLastComponent(), mode: 0o700)
            try FileContents.write(Array("TEAM_KEY: {key: \"\(Self.key)\", hosts: [\"\(host)\"]}\n".utf8), to: keys, mode: 0o600)
            try await scene.whileServing({ $0.environment = ["OTHER_TOKEN": Self.token] }) {
                try scene.plan()
                try await scene.note("Thanks", reaches: .review)
            }
            #expect(scene.server.requests.first?.header("x-api-key") == Self.key, "the key was in use")
            var looked = 0
            var controls: [String: Set<String>] = [:]
            for folder in [scene.vault, scene.stateHome, scene.cacheHome] {
                for file in try Self.regularFiles(below: folder) where !file.string.contains("/work/") {
                    looked += 1
                    let bytes = try FileContents.read(file, limit: 256 << 20)
                    let text = Self.plain(bytes)
                    #expect(Self.traces(in: text) == [], "\(file)")
                    for form in Self.forms(of: Self.control) where Self.holds(text, form.text) {
                        controls[form.name, default: []].insert(folder == scene.vault ? "vault" : file.extension ?? "")
                    }
                }
            }
            #expect(looked > 20)
            // In every form, in transcripts, journals, the database and notes.
            #expect(Set(controls.keys) == Set(Self.forms(of: Self.control).map(\.name)))
            #expect(controls.values.reduce(Set<String>()) { $0.union($1) }.isSuperset(of: ["vault", "jsonl", "db"]), "\(controls)")
            let shown = try #require(try Self.regularFiles(below: scene.vault).first { $0.string.hasSuffix(" diff.md") })
            #expect(try text(shown).contains("[redacted]") && text(shown).contains("+another"))
            // What was printed is there otherwise.
            let transcript = try #require(try Self.regularFiles(below: scene.stateHome).first { $0.string.hasSuffix("code.jsonl") })
            let words = try text(transcript)
            #expect(words.contains("[redacted]") && words.contains("HOME=/home/agent"))
        }
    }

    /// As text without blanks, quotes and signs that join strings.
    private static func plain(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.filter { $0 > 0x20 && !"\"'\\+".utf8.contains($0) }, as: UTF8.self)
    }

    /// A secret as it may stand somewhere, without what `plain` leaves out.
    private static func forms(of secret: String) -> [(name: String, text: String)] {
        let middle = { (text: String) in String(text.dropFirst(4).dropLast(4)) }
        let hex = secret.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let all = [
            ("plain", secret), ("base64", middle(Data(secret.utf8).base64EncodedString())),
            ("base64 at an offset", middle(Data(("x" + secret).utf8).base64EncodedString())), ("hex", hex), ("escaped", escaped(secret)),
        ]
        return all.map { ($0.0, $0.1.filter { !"\"'\\+".contains($0) }) }
    }

    /// A part of a form is a trace, too.
    private static func holds(_ text: String, _ form: String) -> Bool { text.contains(form) || text.contains(form.suffix(24)) }

    /// The parts of the secrets that stand in this text, in any of the forms.
    private static func traces(in text: String) -> [String] {
        let all = known.flatMap { secret in forms(of: secret).map { (secret, $0.text) } } + [(shaped, shaped)]
        return all.compactMap { secret, form in holds(text, form) ? "\(secret.prefix(14)): \(form)" : nil }
    }

    private static func regularFiles(below folder: FilePath) throws -> [FilePath] {
        var files: [FilePath] = []
        var folders = [folder]
        while let next = folders.popLast() {
            for entry in try Directory.entries(of: next) {
                let path = next.appending(entry.name)
                switch try FileStatus.ifPresent(path)?.kind {
                case .directory: folders.append(path)
                case .regular: files.append(path)
                default: continue
                }
            }
        }
        return files
    }
}
