internal import FerryModel
internal import FerryVault

extension RunRequest {
    /// The note's phases; a note without any is one phase.
    var phases: [Phase] {
        // Rework answers to the whole change, whose phases are committed already.
        if kind == .rework || note.phases.isEmpty { return [Phase(number: 1, count: 1, title: title, text: "")] }
        return note.phases.enumerated().map { Phase(number: $0.offset + 1, count: note.phases.count, title: $0.element.title, text: $0.element.text) }
    }

    /// What note and repository say about the change.
    var gateContext: GateContext {
        GateContext(
            filesToModify: note.filesToModify, filesNotToTouch: note.filesNotToTouch, protected: repository.protected,
            licenceHeader: repository.licenceHeader)
    }
}
