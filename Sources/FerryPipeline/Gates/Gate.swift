package import FerryModel

/// A check of a change that no agent can talk away. Pure: the same change and context give the same findings.
package protocol Gate: Sendable {
    /// As rule notes and findings name it (`gate: secrets`).
    var name: String { get }
    /// Whether a rule note may switch it off.
    var isOptional: Bool { get }
    /// One or two sentences for the run's note: what it looks at.
    var purpose: String { get }
    func check(_ change: ProposedChange, _ context: GateContext) -> [Finding]
}

extension Gate {
    package var isOptional: Bool { true }
}

/// What the feature, the repository and the settings say about a change.
package struct GateContext: Sendable {
    /// `### Files to modify`; empty where the feature names none.
    package var filesToModify: [PathPattern]
    /// `### Files not to touch`.
    package var filesNotToTouch: [PathPattern]
    /// `protected` of the repository note, and the vault where it lies inside the repository.
    package var protected: [PathPattern]
    package var size: SizeLimits
    /// `licence_header` of the repository note; `nil` where it asks for none. A `*` in it stands for any text.
    package var licenceHeader: String?
    /// Knows the keys in use, which no change may hold in whatever form.
    package var keys: Redactor

    package init(
        filesToModify: [PathPattern] = [], filesNotToTouch: [PathPattern] = [], protected: [PathPattern] = [], size: SizeLimits = SizeLimits(),
        licenceHeader: String? = nil, keys: Redactor = Redactor()
    ) {
        self.filesToModify = filesToModify
        self.filesNotToTouch = filesNotToTouch
        self.protected = protected
        self.size = size
        self.licenceHeader = licenceHeader
        self.keys = keys
    }

    /// Whether the feature itself names this path.
    func names(_ path: String) -> Bool { filesToModify.contains { $0.matches(path) } }
}
