internal import FerryModel

@testable internal import FerryPipeline

/// A small repository in four languages, and changes to it: some with one known fault each, some without any.
enum ChangeCorpus {
    struct Change: Sendable {
        let name: String
        /// Path to text, `nil` where it is deleted.
        let files: [String: String?]
        var context = GateContext()
        /// `rule path:line severity` of all that is to be found.
        var expected: [String] = []

        init(_ name: String, _ files: [String: String?], _ context: GateContext = GateContext(), _ expected: String...) {
            self.name = name
            self.files = files
            self.context = context
            self.context.licenceHeader = "SPDX-License-Identifier: MIT"
            self.expected = expected
        }
    }

    static let layers = ["shop/*.py", "shop/web"]

    private static let hash = "# SPDX-License-Identifier: MIT\n"
    private static let slashes = "// SPDX-License-Identifier: MIT\n"

    static let base: [String: String] = [
        "README.md": "# Shop\n\n`price(net, rate)` gives the gross price.\n",
        "shop/__init__.py": "",
        "shop/price.py": hash + "from shop import rates\n\n\ndef price(net, rate):\n    return net + net * rates.of(rate)\n",
        "shop/rates.py": hash + "def of(name):\n    return {'full': 0.19}[name]\n",
        "shop/web/__init__.py": "",
        "shop/web/page.py": hash + "from shop import price\n\n\ndef page(net):\n    return str(price.price(net, 'full'))\n",
        "shop/web/style.py": hash + "WIDE = 80\n",
        "tests/test_price.py": hash
            + "from shop.price import price\n\n\ndef test_full_rate():\n    assert price(100, 'full') == 119\n\n\n"
            + "def test_nothing():\n    assert price(0, 'full') == 0\n",
        "web/cart.ts": slashes + "import { total } from './total'\n\nexport function cart(items: number[]) {\n  return total(items)\n}\n",
        "web/total.ts": slashes + "export function total(items: number[]) {\n  return items.length\n}\n",
        "web/cart.test.ts": slashes
            + "import { cart } from './cart'\n\nit('counts', () => { expect(cart([1])).toBe(1) })\nit('is empty', () => {})\n",
        "go.mod": "module example.org/shop\n",
        "stock/stock.go": slashes + "package stock\n\nimport \"example.org/shop/store\"\n\nfunc Count() int { return store.All() }\n",
        "store/store.go": slashes + "package store\n\nfunc All() int { return 1 }\n",
        "Sources/Core/core.swift": slashes + "public struct Core {\n    public init() {}\n}\n",
        "Sources/App/app.swift": slashes + "import Core\n\nlet core = Core()\n",
    ]

    /// A file of the base with one part of it replaced.
    private static func edit(_ path: String, _ old: String, _ new: String) -> [String: String?] {
        [path: base[path]?.replacing(old, with: new)]
    }

    private static func adding(_ path: String, _ text: String) -> [String: String?] { [path: base[path, default: ""] + text] }

    static let faulty: [Change] = [
        Change(
            "a file outside the named ones", edit("shop/rates.py", "0.19", "0.2"), GateContext(filesToModify: patterns("shop/price.py")),
            "scope shop/rates.py error"),
        Change(
            "a file that must not be touched", edit("store/store.go", "return 1", "return 2"), GateContext(filesNotToTouch: patterns("store")),
            "scope store/store.go error"),
        Change(
            "a note of the vault", ["docs/vault/10_features/03_planned/x.md": "# X\n"], GateContext(protected: patterns("docs/vault")),
            "protected-paths docs/vault/10_features/03_planned/x.md error"),
        Change("a token", adding("shop/rates.py", "_TOKEN = '\(MadeUp.gitHubToken)'\n"), GateContext(), "secrets shop/rates.py:4 error"),
        Change(
            "a private key", ["deploy/key.txt": "-----BEGIN RSA PRIVATE KEY-----\n\(MadeUp.base64)\n"], GateContext(),
            "secrets deploy/key.txt:1 error"),
        Change("a random password", ["config.yaml": "db:\n  password: \(MadeUp.random)\n"], GateContext(), "secrets config.yaml:2 error"),
        Change(
            "an unresolved merge", edit("web/total.ts", "  return items.length\n", "<<<<<<< a\n  return 1\n=======\n  return 2\n>>>>>>> b\n"),
            GateContext(),
            "conflict-markers web/total.ts:3 error", "conflict-markers web/total.ts:5 error", "conflict-markers web/total.ts:7 error"),
        Change(
            "a test taken out", edit("tests/test_price.py", "def test_nothing():\n    assert price(0, 'full') == 0\n", ""), GateContext(),
            "deleted-tests tests/test_price.py error"),
        Change(
            "a test switched off", edit("tests/test_price.py", "def test_nothing", "import pytest\n\n\n@pytest.mark.skip\ndef test_nothing"),
            GateContext(),
            "deleted-tests tests/test_price.py:12 error"),
        Change(
            "one test silences the others", edit("web/cart.test.ts", "it('counts'", "it.only('counts'"), GateContext(),
            "deleted-tests web/cart.test.ts:4 error", "no-focused-tests web/cart.test.ts:4 error"),
        Change("a program", ["tools/run": "\u{7F}ELF\u{02}\0\0\0"], GateContext(), "binary-files tools/run error"),
        Change("too much to review", ["data.txt": (0..<1600).map { "line \($0)\n" }.joined()], GateContext(), "size  warning"),
        Change(
            "a task of an editor", [".vscode/tasks.json": "{\"tasks\": []}\n"], GateContext(), "sensitive-files .vscode/tasks.json note"),
        Change("a new file without its header", ["web/log.ts": "console.log(1)\n"], GateContext(), "licence-headers web/log.ts:1 error"),
        Change("a header taken out", edit("shop/rates.py", hash, ""), GateContext(), "licence-headers shop/rates.py:1 error"),
        Change(
            "a circle in Python", edit("shop/rates.py", "def of", "from shop import price\n\n\ndef of"), GateContext(),
            "no-new-import-circles shop/rates.py:2 error"),
        Change(
            "a circle in TypeScript", edit("web/total.ts", "export", "import { cart } from './cart'\nexport"), GateContext(),
            "no-new-import-circles web/total.ts:2 error"),
        Change(
            "a circle in Go", edit("store/store.go", "func All", "import \"example.org/shop/stock\"\n\nfunc All"), GateContext(),
            "no-new-import-circles store/store.go:4 error"),
        Change(
            "a circle in Swift", edit("Sources/Core/core.swift", "public struct", "import App\n\npublic struct"), GateContext(),
            "no-new-import-circles Sources/Core/core.swift:2 error"),
        Change(
            "a layer that looks up", edit("shop/rates.py", "def of", "from shop.web import style\n\n\ndef of"), GateContext(),
            "layers-keep-apart shop/rates.py:2 error"),
        Change(
            "a public function changed and its document not", edit("shop/price.py", "(net, rate)", "(net, rate, country)"), GateContext(),
            "interfaces-have-documents shop/price.py:5 warning"),
        Change("what a tool has left", ["shop/price.py.orig": "x\n"], GateContext(), "no-leftover-files shop/price.py.orig:1 error"),
        Change(
            "a file that stays in every clone", ["rates.csv": String(repeating: String(repeating: "0.19;", count: 220) + "\n", count: 1000)],
            GateContext(), "size rates.csv warning", "no-large-files rates.csv:1 error"),
    ]

    static let clean: [Change] = [
        Change(
            "a mended function and its test",
            edit("shop/rates.py", "0.19}[name]", "0.19, 'none': 0}[name]").merging(
                ["tests/test_rates.py": hash + "from shop import rates\n\n\ndef test_none():\n    assert rates.of('none') == 0\n"]
            ) { $1 }, GateContext(filesToModify: patterns("shop/rates.py"))),
        Change(
            "a public function changed, and its document",
            edit("shop/price.py", "(net, rate)", "(net, rate, country)").merging(edit("README.md", "(net, rate)", "(net, rate, country)")) { $1 }),
        Change("a function of its own", adding("shop/price.py", "\n\ndef _half(net):\n    return net / 2\n")),
        Change(
            "a test renamed and given a line",
            edit(
                "tests/test_price.py", "def test_nothing():\n    assert price(0, 'full') == 0\n",
                "def test_nothing_costs_nothing():\n    assert price(0, 'full') == 0\n    assert price(0.0, 'full') == 0\n")),
        Change("a new file with its header", ["web/log.ts": slashes + "console.log(1)\n"]),
        Change("an import when it is needed", edit("shop/rates.py", "    return", "    from shop import price  # noqa\n    return")),
        Change("an import of a type", edit("web/total.ts", "export", "import type { cart } from './cart'\nexport")),
        Change(
            "a Go test that imports what imports it", ["store/store_test.go": slashes + "package store_test\n\nimport _ \"example.org/shop/stock\"\n"]
        ),
        Change(
            "placeholders for keys", adding("README.md", "\n    export API_KEY=your-api-key-goes-here-1234\n    PASSWORD=changeme-please-12345\n")),
        Change(
            "a file moved with its importer",
            ["shop/rates.py": nil, "shop/tables.py": base["shop/rates.py"]].merging(
                edit("shop/price.py", "rates", "tables")
            ) { $1 }),
        Change("a page", ["docs/rates.md": "# Rates\n\nThe full rate is 19 %.\n"]),
        Change("an inner function in Swift", adding("Sources/App/app.swift", "\nfunc inner(_ core: Core) -> Core { core }\n")),
    ]
}
