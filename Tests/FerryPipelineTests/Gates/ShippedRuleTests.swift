internal import FerryModel
internal import Testing

@testable internal import FerryPipeline

/// The executable rules of `vault-template/30_review_rules/` on small repositories, run as Ferry runs them.
@Suite(.timeLimit(.minutes(2))) struct ShippedRuleTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let before: [String: String]
        let change: [String: String?]
        /// What a finding says after `a new circle of imports: `, with its place; `nil`: there is none.
        let expected: String?

        init(_ name: String, _ before: [String: String], _ change: [String: String?], _ expected: String? = nil) {
            testDescription = name
            self.before = before
            self.change = change
            self.expected = expected
        }
    }

    private static let python = [
        "app/__init__.py": "", "app/a.py": "from app import b\n", "app/b.py": "X = 1\n", "app/c.py": "from . import d\n",
        "app/d.py": "from .c import Y\n",
    ]
    private static let typeScript = [
        "src/a.ts": "import { b } from './b'\n", "src/b.ts": "export const b = 1\n", "src/c/index.ts": "export * from '../a'\n",
    ]
    private static let node = ["a.js": "const b = require('./b')\n", "b.js": "module.exports = 1\n"]
    private static let go = [
        "go.mod": "module ex.org/m\n\ngo 1.22\n", "a/a.go": "package a\n\nimport \"ex.org/m/b\"\n", "b/b.go": "package b\n",
        "b/b_test.go": "package b_test\n",
    ]
    private static let swift = [
        "Sources/A/a.swift": "import B\n", "Sources/B/b.swift": "let x = 1\n", "Tests/ATests/t.swift": "@testable import A\n",
    ]

    static let circles: [Case] = [
        Case("Python", python, ["app/b.py": "import os\nfrom app.a import z\n"], "app/b.py:2 app/b.py -> app/a.py -> app/b.py"),
        Case(
            "Python, over several lines", python, ["app/b.py": "from app import (\n    a,\n    c,\n)\n"],
            "app/b.py:4 app/b.py -> app/a.py -> app/b.py"),
        Case(
            "Python, two new files", python, ["app/x.py": "from . import y\n", "app/y.py": "from . import x\n"],
            "app/y.py:1 app/y.py -> app/x.py -> app/y.py"),
        Case(
            "Python, a package and its module", python, ["app/__init__.py": "from .b import X\n", "app/b.py": "from app import X2\n"],
            "app/__init__.py:1 app/__init__.py -> app/b.py -> app/__init__.py"),
        Case(
            "Python, an old one mended and another made", python,
            ["app/c.py": "", "app/d.py": "", "app/x.py": "from . import y\n", "app/y.py": "from . import x\n"],
            "app/y.py:1 app/y.py -> app/x.py -> app/y.py"),
        Case("Python, within a function", python, ["app/b.py": "def f():\n    from app import a\n"]),
        Case(
            "Python, for type checkers alone", python, ["app/b.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from app.a import T\n"]),
        Case("Python, in a text", python, ["app/b.py": "\"\"\"Use it so:\nfrom app import a\n\"\"\"\n"]),
        Case("Python, one that was there", python, ["app/d.py": "from .c import Y, Z\nimport app.c\n"]),
        Case(
            "Python, one that was there, with a file renamed", python,
            ["app/d.py": nil, "app/e.py": "from .c import Y\n", "app/c.py": "from . import e\n"]),
        Case(
            "TypeScript", typeScript, ["src/b.ts": "import {\n  c,\n} from './c'\nexport const b = c\n"],
            "src/b.ts:3 src/b.ts -> src/c/index.ts -> src/a.ts -> src/b.ts"),
        Case(
            "TypeScript, as a module of tomorrow", typeScript, ["src/b.ts": "import { a } from './a.js'\n"],
            "src/b.ts:1 src/b.ts -> src/a.ts -> src/b.ts"),
        Case("TypeScript, types alone", typeScript, ["src/b.ts": "import type {\n  c,\n} from './c'\nexport const b = 1\n"]),
        Case("TypeScript, when it is needed", typeScript, ["src/b.ts": "export const b = () => import('./c')\n"]),
        Case("Node", node, ["b.js": "var a = require('./a');\n"], "b.js:1 b.js -> a.js -> b.js"),
        Case("Node, within a function", node, ["b.js": "function f() {\n  const a = require('./a');\n}\n"]),
        Case("Go", go, ["b/b.go": "package b\n\nimport (\n\t\"fmt\"\n\tx \"ex.org/m/a\"\n)\n"], "b/b.go:5 b -> a -> b"),
        Case("Go, in a test", go, ["b/b_test.go": "package b_test\n\nimport \"ex.org/m/a\"\n"]),
        Case(
            "Swift", swift, ["Sources/B/b.swift": "internal import struct A.X\n"], "Sources/B/b.swift:1 Sources/B -> Sources/A -> Sources/B"),
        Case("Swift, from a test", swift, ["Tests/ATests/t.swift": "@testable import A\nimport B\n"]),
    ]

    /// Cases of different languages share a repository, a folder each; those of Go and of Swift cannot, since their modules bear names.
    static let groups: [[Case]] = {
        let alone = circles.filter { $0.testDescription.hasPrefix("Go") || $0.testDescription.hasPrefix("Swift") }.map { [$0] }
        return [circles.filter { !$0.testDescription.hasPrefix("Go") && !$0.testDescription.hasPrefix("Swift") }] + alone
    }()

    @Test(arguments: groups) func `a new circle of imports is found, and no other`(_ cases: [Case]) async throws {
        var before: [String: String] = [:]
        var change: [String: String?] = [:]
        var expected: [String] = []
        for (number, known) in cases.enumerated() {
            let folder = cases.count > 1 ? "case\(number + 10)/" : ""
            for (path, text) in known.before { before[folder + path] = text }
            for (path, text) in known.change { change.updateValue(text, forKey: folder + path) }
            guard let words = known.expected?.split(separator: " ") else { continue }
            let circle = words.dropFirst().map { $0 == "->" ? "->" : folder + $0 }.joined(separator: " ")
            expected.append(
                "\(folder)\(words[0]) error a new circle of imports: \(circle): take one of them out, or move what both need into a third")
        }
        let found = try await ShippedRules.findings(of: "no-new-import-circles", before: before, after: change)
        #expect(found.sorted() == expected.sorted())
    }

    // MARK: Layers

    private static let layered = [
        "src/__init__.py": "", "src/model/__init__.py": "", "src/model/m.py": "X = 1\n", "src/web/__init__.py": "",
        "src/web/w.py": "from src.model import m\n",
    ]

    private func layers(_ change: [String: String?], in before: [String: String] = layered, of layers: [String], pairs: String = "") async throws
        -> [String]
    {
        try await ShippedRules.findings(of: "layers-keep-apart", before: before, after: change, layers: layers) { script in
            if !pairs.isEmpty { script.replace("# src/model/** -> src/web/**", with: pairs) }
        }
    }

    @Test func `a lower layer imports no higher one`() async throws {
        let up: [String: String?] = ["src/model/m.py": "from src.web import w\nX = 1\n"]
        let found = try await layers(up, of: ["src/model", "src/web"])
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("src/model/m.py:1 error this imports src/web/w.py, and src/web is a layer above src/model") == true)
        #expect(try await layers(["src/web/w.py": "from src.model import m\nimport src.model.m\n"], of: ["src/model", "src/web"]).isEmpty)
        #expect(try await layers(up, of: []).isEmpty)
        let pair = try await layers(up, of: [], pairs: "src/model/** -> src/web/**")
        #expect(pair.first?.contains("src/model/** must not import src/web/**") == true)
    }

    @Test func `an import that was there is left alone`() async throws {
        var before = Self.layered
        before["src/model/m.py"] = "from src.web import w\n"
        #expect(try await layers(["src/model/m.py": "from src.web import w\nY = 2\n"], in: before, of: ["src/model", "src/web"]).isEmpty)
    }

    @Test func `layers are folders of Go and modules of Swift too`() async throws {
        let go = ["go.mod": "module m\n", "core/c.go": "package core\n", "web/w.go": "package web\n"]
        #expect(try await layers(["core/c.go": "package core\nimport \"m/web\"\n"], in: go, of: ["core", "web"]).count == 1)
        #expect(try await layers(["Sources/B/b.swift": "import A\n"], in: Self.swift, of: ["Sources/B", "Sources/A"]).count == 1)
    }

    @Test func `both rules read imports by the same lines`() throws {
        let parts = try ShippedRules.executable().filter { ["no-new-import-circles", "layers-keep-apart"].contains($0.name) }.map { rule in
            rule.script.split(separator: "edges='\n")[1].split(separator: "\n# ---\n")[0]
        }
        #expect(parts.count == 2)
        #expect(Set(parts).count == 1)
    }

    // MARK: Documents

    private static let library = [
        "lib/a.py": "def area(w, h):\n    return w * h\n\n\ndef _p():\n    pass\n\n\nclass Box:\n    def size(self):\n        return 1\n",
        "README.md": "Call `area(w, h)`.\n",
    ]

    private func documents(_ before: [String: String], _ change: [String: String?]) async throws -> [String] {
        try await ShippedRules.findings(of: "interfaces-have-documents", before: before, after: change)
    }

    private func edited(_ path: String, _ files: [String: String], _ old: String, _ new: String) -> [String: String?] {
        [path: files[path]?.replacing(old, with: new)]
    }

    @Test func `a changed public declaration wants a document, and names the one that speaks of it`() async throws {
        let changed = try await documents(Self.library, edited("lib/a.py", Self.library, "(w, h)", "(w, h, unit)"))
        #expect(changed == ["lib/a.py:1 warning the public declaration of area was changed, and no document with it (it is named in README.md:1)"])
        let method = try await documents(Self.library, edited("lib/a.py", Self.library, "size(self)", "size(self, x)"))
        #expect(method == ["lib/a.py:10 warning the public declaration of Box.size was changed, and no document with it"])
        let removed = try await documents(Self.library, ["lib/a.py": "def _p():\n    pass\n"])
        #expect(removed.count == 3 && removed.allSatisfy { $0.contains("was taken away") })
        let new = try await documents(Self.library, ["lib/a.py": Self.library["lib/a.py", default: ""] + "\n\ndef more():\n    pass\n"])
        #expect(new == ["lib/a.py:14 note the public declaration of more is new, and no document tells of it"])
    }

    @Test func `what nobody calls, what only moved and what a document came with is no finding`() async throws {
        let source = Self.library["lib/a.py", default: ""]
        #expect(try await documents(Self.library, edited("lib/a.py", Self.library, "w * h", "h * w")).isEmpty)
        #expect(try await documents(Self.library, edited("lib/a.py", Self.library, "_p()", "_p(x)")).isEmpty)
        #expect(try await documents(Self.library, edited("lib/a.py", Self.library, "(w, h)", "(\n    w,\n    h,\n)")).isEmpty)
        #expect(try await documents(Self.library, ["lib/a.py": nil, "lib/b.py": source]).isEmpty)
        let told: [String: String?] = ["lib/a.py": source.replacing("(w, h)", with: "(w, h, unit)"), "README.md": "Call `area(w, h, unit)`.\n"]
        #expect(try await documents(Self.library, told).isEmpty)
        #expect(try await documents(["tests/test_a.py": "def test_a():\n    pass\n"], ["tests/test_a.py": "def test_a(x):\n    pass\n"]).isEmpty)
    }

    @Test func `Swift, Go and TypeScript say themselves what is public`() async throws {
        let swift = [
            "Sources/K/k.swift": "public struct K {\n    public init(a: Int) {}\n    public func go(_ x: Int) -> Int { x }\n    func inner() {}\n}\n"
        ]
        let kit = swift["Sources/K/k.swift", default: ""].replacing("x: Int)", with: "x: Int, y: Int)").replacing("inner()", with: "inner(z: Int)")
        #expect(try await documents(swift, ["Sources/K/k.swift": kit]).map { $0.prefix(28) } == ["Sources/K/k.swift:3 warning "])
        let go = ["k.go": "package k\n\nfunc Do(a int) int { return a }\nfunc do() {}\n\ntype T struct{}\n\nfunc (t *T) Run() {}\n"]
        let changed = go["k.go", default: ""].replacing("Do(a int)", with: "Do(a, b int)").replacing("do()", with: "do(x int)")
        #expect(
            try await documents(go, ["k.go": changed.replacing("Run()", with: "Run(x int)")]).map { $0.prefix(14) } == [
                "k.go:3 warning", "k.go:8 warning",
            ])
        let script = ["src/k.ts": "export function f(a: number) {\n  return a\n}\nexport const g = (a: number) => a\nfunction h() {}\n"]
        let other = script["src/k.ts", default: ""].replacing("h()", with: "h(x)").replacing("return a", with: "return a + 1")
        #expect(try await documents(script, ["src/k.ts": other]).isEmpty)
        #expect(
            try await documents(script, ["src/k.ts": other.replacing("a: number)", with: "a: string)")]).map { $0.prefix(18) } == [
                "src/k.ts:1 warning", "src/k.ts:4 warning",
            ])
    }
}
