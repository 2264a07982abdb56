internal import FerryLLM

/// The schemas of the reports; `StageReports.swift` has the values that fit them.
extension ReportSchema {
    static let plan = ReportSchema(
        name: "plan", summary: "Hand in the plan. `plan` is the whole plan as Markdown; `questions` only what a person must decide.",
        schema: object([
            ("summary", string("Two sentences: what will be built and how.")), ("plan", string("The plan, as Markdown.")),
            ("questions", list(of: string("One decision that only a person can take, with the choices."))),
        ]),
        substitute: { words in
            words.isEmpty ? nil : ["summary": "The plan of an agent program.", "plan": .string(words), "questions": []]
        })

    static let code = ReportSchema(
        name: "coding", summary: "Report what you changed. Call it once, when the work is done or cannot go on.",
        schema: object([
            ("summary", string("What you changed and why; what you departed from, saw or could not do.")),
            (
                "answers",
                list(
                    of: object([
                        ("finding", integer("The number of the finding.")), ("result", choice(["mended", "disputed"])),
                        ("how", string("How it was mended, or the reason with the line that proves it.")),
                    ]))
            ), ("questions", list(of: string("A decision that only a person can take."))),
        ]), substitute: { words in ["summary": .string(String(words.prefix(2000))), "answers": [], "questions": []] })

    static let testing = findings(name: "testing", "Report what you tested and found. You give no verdict.")
    static let review = findings(name: "review", "Hand in the review: a list of findings, empty if the change is good.")

    /// By its name.
    static func named(_ name: String) -> ReportSchema? { [plan, code, testing, review].first { $0.name == name } }

    private static func findings(name: String, _ summary: String) -> ReportSchema {
        ReportSchema(
            name: name, summary: summary,
            schema: object([
                ("summary", string("Two or three sentences.")),
                (
                    "findings",
                    list(
                        of: object([
                            ("rule", string("The rule that is broken.")), ("severity", choice(["error", "warning", "note"])),
                            ("path", string("The file, relative to the repository.")), ("line", integer("From 1; 0 for the whole file.")),
                            ("message", string("What is wrong, and when it shows.")), ("fix", string("What to do instead.")),
                        ]))
                ),
            ]))
    }

    // MARK: JSON schema

    private static func object(_ properties: [(String, JSONValue)]) -> JSONValue {
        .object([
            .init("type", .string("object")), .init("properties", .object(properties.map { .init($0.0, $0.1) })),
            .init("required", .array(properties.map { .string($0.0) })), .init("additionalProperties", .bool(false)),
        ])
    }
    private static func string(_ description: String) -> JSONValue {
        .object([.init("type", .string("string")), .init("description", .string(description))])
    }
    private static func integer(_ description: String) -> JSONValue {
        .object([.init("type", .string("integer")), .init("description", .string(description))])
    }
    private static func list(of items: JSONValue) -> JSONValue { .object([.init("type", .string("array")), .init("items", items)]) }
    private static func choice(_ values: [String]) -> JSONValue {
        .object([.init("type", .string("string")), .init("enum", .array(values.map(JSONValue.string)))])
    }
}
