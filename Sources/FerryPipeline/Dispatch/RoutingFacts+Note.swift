internal import FerryModel
internal import FerryVault

extension RoutingFacts {
    /// What a note tells the router.
    init(_ note: FeatureNote) {
        self.init()
        phases = note.phases.count
        filesNamed = note.filesToModify.count
        sensitivePaths = note.filesToModify.count { SensitiveFile.kind(of: $0.description) != nil }
        words = note.textForAgents.split(whereSeparator: \.isWhitespace).count
        hasTesting = !note.testCommands.isEmpty || !note.testBoxes.isEmpty
        hasDefinitionOfDone = !note.definitionOfDone.isEmpty
        dependencies = note.dependsOn.count
    }
}
