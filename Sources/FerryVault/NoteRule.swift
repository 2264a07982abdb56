/// The kinds of things that can be wrong with a note: the names that `ferry check` prints, which stay the same from version to version.
/// What each means, and what to do about it, is in docs/SPEC.md, section 10.
package enum NoteRule: String, CaseIterable, Hashable, Sendable, Codable {
    // The file
    case unreadable, link, empty, leftover, untitled
    case tooDeep = "too-deep"
    case tooLarge = "too-large"
    case notUTF8 = "not-utf-8"
    case unsafeName = "unsafe-name"
    case doubleName = "double-name"
    case conflictCopy = "conflict-copy"
    case lateSave = "late-save"
    case recovered
    case yourEdit = "your-edit"
    // Keys and values
    case brokenFrontMatter = "broken-front-matter"
    case doubleKey = "double-key"
    case unknownKey = "unknown-key"
    case badValue = "bad-value"
    case badID = "bad-id"
    case unknownStatus = "unknown-status"
    case propertyType = "property-type"
    // What Ferry could not write
    case damagedBlock = "damaged-block"
    case notWritable = "not-writable"
    // How notes fit together
    case doubleID = "double-id"
    case unknownRepo = "unknown-repo"
    case unknownModel = "unknown-model"
    case unknownAgent = "unknown-agent"
    case unknownDependency = "unknown-dependency"
    case dependencyCycle = "dependency-cycle"
    case openQuestion = "open-question"
    case bulkQuestion = "bulk-question"
    // Ferry's own notes
    case noFeatures = "no-features"
    case noVaultID = "no-vault-id"
    case noRole = "no-role"
    case doubleRole = "double-role"
    case noTierModel = "no-tier-model"
    case noRepository = "no-repository"
    case missingFolder = "missing-folder"
    case missingToolchain = "missing-toolchain"
    case vaultInRepository = "vault-in-repository"

    /// Ferry works with the note as it is; it is probably not meant so, or a person is waited for.
    package var isWarning: Bool {
        switch self {
        case .link, .empty, .leftover, .untitled, .tooDeep, .unsafeName, .doubleName, .conflictCopy, .lateSave, .recovered, .yourEdit, .propertyType,
            .unknownAgent,
            .unknownDependency, .openQuestion, .bulkQuestion, .noTierModel, .noRepository, .missingToolchain:
            true
        default: false
        }
    }
}
