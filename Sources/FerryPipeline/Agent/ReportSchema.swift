package import FerryLLM

/// What an agent's report must look like. It is the argument object of the `finish` tool.
package struct ReportSchema: Sendable {
    /// `plan`, `coding`, `review`, …
    package let name: String
    /// Tells the model what to put in; part of the description of `finish`.
    package let summary: String
    /// A JSON schema of type `object` with `additionalProperties: false`, of `type`, `properties`, `required`, `items` and
    /// `enum` only: strict tools of some providers refuse a request with any other keyword.
    package let schema: JSONValue
    /// What stands for the report of an agent program that gave none, made of its last words: where the difference that it leaves can be judged by itself.
    package let substitute: (@Sendable (String) -> JSONValue?)?
    private let further: @Sendable (JSONValue) -> [String]

    /// `further` is asked only about a value that fits the schema; it returns problems, each naming its place.
    package init(
        name: String, summary: String, schema: JSONValue, substitute: (@Sendable (String) -> JSONValue?)? = nil,
        further: @escaping @Sendable (JSONValue) -> [String] = { _ in [] }
    ) {
        self.name = name
        self.summary = summary
        self.schema = schema
        self.substitute = substitute
        self.further = further
    }

    /// What is wrong with a report, each with its place; empty where it fits.
    package func problems(of report: JSONValue) -> [String] {
        let problems = SchemaCheck.problems(of: report, against: schema)
        return problems.isEmpty ? further(report) : problems
    }

    /// A report that stands in a text instead of a call of `finish`: the whole text, its last line, a fenced block, or from the first `{` to the last
    /// `}`.
    package func report(in text: String) -> JSONValue? {
        let lastLine = text.split(whereSeparator: \.isNewline).last { !$0.allSatisfy(\.isWhitespace) }.map(String.init)
        let candidates = [text] + [lastLine].compactMap(\.self) + Self.fencedBlocks(of: text) + Self.braces(of: text)
        for candidate in candidates {
            if let value = try? JSONValue(parsing: candidate), value.members != nil { return value }
        }
        return nil
    }

    private static func fencedBlocks(of text: String) -> [String] {
        let parts = text.split(separator: "```", omittingEmptySubsequences: false)
        // Every second part lies inside a fence; its first line is the language.
        return parts.enumerated().filter { $0.offset % 2 == 1 }.reversed().map { part in
            String(part.element.drop { $0 != "{" })
        }
    }

    private static func braces(of text: String) -> [String] {
        guard let first = text.firstIndex(of: "{"), let last = text.lastIndex(of: "}"), first < last else { return [] }
        return [String(text[first...last])]
    }
}
