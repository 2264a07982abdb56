internal import FerryModel
internal import FerryStore
internal import FerrySystem
internal import FerryTestSupport
internal import FerryVault
internal import Glibc
internal import SystemPackage
internal import Testing

/// People who do what they like, with whatever they like, whenever they like: what Ferry says that they asked for is what they asked for.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct RandomPersonTests {
    @Test func `the history of a feature is the list of the gestures that the person made`() async throws {
        let isLong = getenv("FERRY_LONG") != nil
        for round in 0..<(isLong ? 10 : 1) {
            let seed = UInt64.random(in: .min ... .max)
            try await EditorScene.with { scene in
                await withTaskGroup(of: Void.self) { group in
                    for number in 0..<(isLong ? 16 : 6) {
                        group.addTask {
                            var person = RandomPerson(scene: scene, name: "Note \(number)", seed: seed &+ UInt64(number))
                            do { try await person.live(steps: isLong ? 10 : 4) } catch {
                                Issue.record("seed \(seed), round \(round), \(person.diary.joined(separator: "; ")): \(error)")
                            }
                        }
                    }
                }
                let leftovers = try scene.leftovers()
                #expect(leftovers.isEmpty)
            }
        }
    }
}

/// One person with one note. Between two moves they wait until Ferry has followed, as people do; edits come at any time, from buffers of any age.
private struct RandomPerson {
    let scene: EditorScene
    let name: String
    var random: SplitMix
    /// What was done, for the message of a failure.
    var diary: [String] = []
    private var text: String
    private var line = 0
    private var state: FeatureState = .ideas
    private var jobs = 0
    /// The gestures of the history, each with what it may be called: a note that Ferry is about to move on is in two states.
    private var gestures: [Set<String>] = []

    init(scene: EditorScene, name: String, seed: UInt64) {
        self.scene = scene
        self.name = name
        random = SplitMix(state: seed)
        text = "---\ntags: [a,  b]   # mine\n---\n# \(name)\n\nFirst words.\n"
    }

    mutating func live(steps: Int) async throws {
        try FileContents.write(Array(text.utf8), to: scene.path(name, in: .ideas), mode: 0o644)
        for _ in 0..<steps {
            if Bool.random(using: &random) { try await edit() } else { try await move() }
            try await Task.sleep(for: .milliseconds(Int.random(in: 0...900, using: &random)))
        }
        try await scene.note(name, is: "settled in \(state.rawValue)") { $0.places == [state] && $0.own == text }
        try await scene.quiet()
        let story = try await scene.story(name)
        func check(_ holds: Bool, _ what: String) { if !holds { Issue.record("\(what): \(diary.joined(separator: "; "))\n\(story)") } }
        check(story.places == [state] && story.own == text, "the note is in \(state.rawValue) and its text is\n\(text)")
        check(story.jobs == jobs, "\(jobs) jobs")
        check(story.isOpen == (state == .inProgress), "a job is open only at work")
        let fits = story.gestures.count == gestures.count && zip(story.gestures, gestures).allSatisfy { $1.contains($0) }
        check(fits, "the gestures are \(gestures.map { $0.sorted() })")
    }

    /// With any tool; with one that has a buffer, perhaps after Ferry has written, or moved the note, meanwhile.
    private mutating func edit() async throws {
        let editors: [any Editor] = RecordedEditor.table + ShellEditor.table
        let editor = editors[Int.random(in: 0..<editors.count, using: &random)]
        line += 1
        let wait = Int.random(in: 0...600, using: &random)
        diary.append("edit with \(editor.name), \(wait) ms")
        try await scene.note(name, is: "in one place, without a late save") { $0.places.count == 1 && $0.own == text }
        guard let place = scene.places(of: name).first else { return }
        let session = try await editor.open(scene.path(name, in: place), in: scene)
        try await session.insert("Line \(line).")
        if editor.hasBuffer { try await Task.sleep(for: .milliseconds(wait)) }
        try await session.save()
        try await session.close()
        text = Buffer.inserting("Line \(line).", into: text)
    }

    private mutating func move() async throws {
        let targets: [FeatureState] =
            state == .inProgress ? [.ideas, .drafts, .blocked, .planned] : [.ideas, .drafts, .planned].filter { $0 != state }
        let target = targets[Int.random(in: 0..<targets.count, using: &random)]
        diary.append("\(state.rawValue) to \(target.rawValue)")
        guard let from = scene.places(of: name).first else { throw SceneError(what: "\(name) is nowhere") }
        let known = try scene.glance(name).feature
        try Renaming.move(scene.path(name, in: from), to: scene.path(name, in: target))
        if let known {
            let origins = Set([known.state, scene.board.feature(named: name)?.state, state].compactMap { $0 })
            let words = Set(origins.map { Gesture.between(.state($0), .state(target)) }.filter { $0 != .none }.map(\.rawValue))
            if !words.isEmpty { gestures.append(words) }
        } else if target == .planned {
            gestures.append([Gesture.dispatch.rawValue])
        }
        if target == .planned { jobs += 1 }
        state = target == .planned ? .inProgress : target
        let (wanted, jobs) = (state, jobs)
        guard known != nil || target == .planned else { return }
        try await scene.note(name, is: "followed to \(wanted.rawValue)") { $0.places == [wanted] && $0.feature?.state == wanted && $0.jobs == jobs }
    }
}

/// A generator that a seed repeats (Steele, Lea and Flood: Fast Splittable Pseudorandom Number Generators, 2014).
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
