@testable internal import FerryCommands
internal import FerryModel
internal import FerrySystem
internal import FerryTestSupport
internal import SystemPackage
internal import Testing

@testable internal import FerryVault

/// `features.base` against Obsidian's documentation of Bases: en/Bases of github.com/obsidianmd/obsidian-help ("Bases syntax", "Functions", "Views").
@Suite(.timeLimit(.minutes(1)))
struct FeaturesBaseTests {
    /// The values of a YAML map, read as Ferry reads YAML.
    private func map(_ text: String) throws -> [String: NoteValue] {
        let note = NoteBytes(Array("---\n\(text)---\n".utf8))
        let frontMatter = try #require(note.frontMatter)
        #expect(frontMatter.oddities == [])
        return Dictionary(uniqueKeysWithValues: try frontMatter.entries.map { ($0.key, try YAMLReader.value(of: $0, in: note.bytes)) })
    }

    private func pairs(_ value: NoteValue?) throws -> [String: NoteValue] {
        guard case .map(let pairs)? = value?.content else { throw Odd(what: "no map: \(value?.shown ?? "nothing")") }
        return Dictionary(uniqueKeysWithValues: pairs.map { ($0.key, $0.value) })
    }
    private func list(_ value: NoteValue?) throws -> [NoteValue] {
        guard case .list(let items)? = value?.content else { throw Odd(what: "no list: \(value?.shown ?? "nothing")") }
        return items
    }
    private func text(_ value: NoteValue?) throws -> String {
        guard case .text(let text)? = value?.content else { throw Odd(what: "no text: \(value?.shown ?? "nothing")") }
        return text
    }
    private struct Odd: Error { let what: String }

    /// All statements of a filter: a string, or `and`, `or`, `not` with a list.
    private func statements(_ value: NoteValue?) throws -> [String] {
        guard case .map(let pairs)? = value?.content else { return [try text(value)] }
        #expect(pairs.count == 1 && ["and", "or", "not"].contains(pairs[0].key))
        return try pairs.flatMap { try list($0.value).flatMap { try statements($0) } }
    }

    private func check(_ base: String, keys: Set<String>) throws {
        let top = try map(base)
        #expect(Set(top.keys).isSubset(of: ["filters", "formulas", "properties", "summaries", "views"]))
        let formulas = try pairs(top["formulas"])
        let views = try list(top["views"]).map(pairs)
        let isKnown = { (property: String) in
            if property.hasPrefix("formula.") { return formulas[String(property.dropFirst(8))] != nil }
            if property.hasPrefix("file.") { return ["name", "ext", "folder", "path", "mtime", "ctime", "size"].contains(property.dropFirst(5)) }
            return property.hasPrefix("note.") && keys.contains(String(property.dropFirst(5)))
        }
        for property in try pairs(top["properties"]) {
            #expect(isKnown(property.key), "\(property.key)")
            let settings = try pairs(property.value).keys
            #expect(Set(settings) == ["displayName"])
        }
        var expressions = try statements(top["filters"]) + formulas.values.map(text)
        for view in views {
            #expect(["table", "cards"].contains(try text(view["type"])))
            let name = try text(view["name"])
            #expect(!name.isEmpty)
            for property in try list(view["order"]).map(text) { #expect(isKnown(property), "\(property)") }
            let directed = try list(view["sort"]).map(pairs) + (view["groupBy"].map { [try pairs($0)] } ?? [])
            for order in directed {
                #expect(isKnown(try text(order["property"])), "\(order)")
                #expect(["ASC", "DESC"].contains(try text(order["direction"])))
            }
            if let filters = view["filters"] { expressions += try statements(filters) }
            if let summaries = view["summaries"] {
                for summary in try pairs(summaries) {
                    #expect(isKnown(summary.key))
                    #expect(try text(summary.value) == "Sum")
                }
            }
        }
        // Of "Functions": file.inFolder(string), date.relative().
        for expression in expressions {
            for call in expression.matches(of: /(?<name>[A-Za-z]+)\(/) { #expect(["inFolder", "relative"].contains(call.name), "\(expression)") }
            for key in expression.matches(of: /note\["(?<name>[^"]+)"\]/) { #expect(keys.contains(String(key.name)), "\(expression)") }
        }
        let names = try views.map { try text($0["name"]) }
        #expect(names.contains("By age"))
        let boards = try views.filter { try text($0["type"]) == "cards" && $0["groupBy"] != nil }
        #expect(boards.count == 1)
    }

    private static let path = "10_features/features.base"
    private static let usual: Set<String> = ["id", "status", "branch", "pr", "cost_usd", "repo", "priority"]

    @Test func `it is made of what Obsidian documents`() throws {
        let base = try #require(VaultTemplateFiles.files.first { $0.path == Self.path }?.content)
        try check(base, keys: Self.usual)
        #expect(base.contains("      property: note.status\n"))
        #expect(base.contains("file.inFolder(\"10_features\")"))
    }

    @Test func `in another vault it has that vault's folder and keys`() throws {
        var layout = VaultLayout()
        layout.features = "Wishes"
        layout.states[.planned] = "Go"
        let file = try #require(VaultTemplateFiles.files.first { $0.path == Self.path })
        let (path, base) = TemplateRendering(layout: layout, prefix: "ferry-", below: "Work/shop").file(file)
        #expect(path == "Wishes/features.base")
        try check(base, keys: Set(["id", "status", "branch", "pr", "cost_usd"].map { "ferry-" + $0 } + ["repo", "priority"]))
        #expect(base.contains("file.inFolder(\"Work/shop/Wishes\")"))
        #expect(base.contains("note[\"ferry-status\"] == \"review\""))
        #expect(base.contains("      property: note.ferry-status\n"))
        #expect(!base.contains("10_features"))
    }

    @Test func `it is written once`() async throws {
        try await VaultFixture.with(whole: true) { vault in
            #expect(try vault.exists(Self.path))
            try write(["vault/\(Self.path)": "mine\n"], below: vault.scratch)
            _ = try await VaultFounding(root: vault.root).found()
            #expect(try vault.text(Self.path) == "mine\n")
        }
    }
}
