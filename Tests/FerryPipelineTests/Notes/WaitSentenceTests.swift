internal import FerryLLM
internal import FerryModel
internal import FerryStore
internal import Testing

@testable internal import FerryPipeline

/// Why a job waits, in words; and whose trouble an error of a model is.
@Suite(.timeLimit(.minutes(1)))
struct WaitSentenceTests {
    private let one = FeatureID(number: 1), two = FeatureID(number: 2)

    private func standing(_ state: FeatureState?, _ waitsFor: String? = nil) -> FeatureStanding {
        var standing = FeatureStanding(state: state)
        standing.waitsFor = waitsFor
        return standing
    }

    /// Where the last of the chain stands, and how the sentence ends.
    @Test func `the end of a chain says what it waits for, in every state`() {
        let table: [(FeatureStanding?, String)] = [
            (nil, "which is not in the vault: correct `depends_on`, or add that note"),
            (standing(nil), "which was taken out of the vault: bring its note back, or take it out of `depends_on`"),
            (standing(.ideas), "which is in ideas: nothing happens there until somebody moves it to planned"),
            (standing(.drafts), "which is in drafts: nothing happens there until somebody moves it to planned"),
            (standing(.planned), "which is planned"),
            (standing(.planned, "There is no repository `x`.\nMore."), "which is planned: There is no repository `x`."),
            (standing(.inProgress), "which is at work"),
            (standing(.review), "which waits for your decision"),
            (standing(.blocked, "The tests fail:\n- a.py:3"), "which is blocked: The tests fail:"),
        ]
        for (standing, end) in table {
            #expect(WaitReason.dependency([one]).sentence { _ in standing } == "waits for FR-001, " + end)
        }
        #expect(
            WaitReason.dependency([two, one]).sentence { _ in self.standing(.blocked) }
                == "waits for FR-002, which waits for FR-001, which is blocked")
    }

    @Test func `a long chain is told by its ends`() {
        let chain = (1...50).map { FeatureID(number: $0) }
        let sentence = WaitReason.dependency(chain).sentence { _ in self.standing(.blocked) }
        #expect(sentence.hasPrefix("waits for FR-001, which waits for FR-002, which waits for 46 others in a row, which waits for FR-049"))
        #expect(sentence.hasSuffix("FR-050, which is blocked"))
    }

    @Test func `a circle is named, to those in it and to those that wait for it`() {
        let ids = (1...60).map { FeatureID(number: $0) }
        let circle = "depends on itself: FR-002 → FR-003 → FR-002; take one `depends_on` out"
        #expect(WaitReason.cycle([ids[1], ids[2], ids[1]]).sentence { _ in nil } == circle)
        #expect(
            WaitReason.dependency([ids[0], ids[1], ids[2], ids[1]]).sentence { _ in self.standing(.planned) }
                == "waits for FR-001, which waits for FR-002, which " + circle)
        #expect(
            WaitReason.dependency([ids[1], ids[1]]).sentence { _ in nil }
                == "waits for FR-002, which depends on itself: FR-002 → FR-002; take one `depends_on` out")
        let long = WaitReason.cycle(ids + [ids[0]]).sentence { _ in nil }
        #expect(long.hasPrefix("depends on itself: FR-001 → FR-002") && long.contains("FR-010 → … → FR-052") && long.contains("FR-060 → FR-001;"))
    }

    @Test func `a fault names who tries it`() {
        #expect(WaitReason.hold("no bwrap").sentence { _ in nil } == "no bwrap")
        #expect(WaitReason.hold("no bwrap", canary: one).sentence { _ in nil }.contains("FR-001 tries now"))
    }

    @Test func `every kind of a model's error has its class and concerns those that it concerns`() {
        let table: [(ModelError.Kind, FaultClass, FaultScope)] = [
            (.authentication, .configuration, .provider("a")), (.quota, .quota, .provider("a")), (.rate, .rate, .model("a/x")),
            (.overloaded, .rate, .model("a/x")), (.server, .infrastructure, .model("a/x")), (.network, .infrastructure, .provider("a")),
            (.stalled, .infrastructure, .model("a/x")), (.truncated, .infrastructure, .model("a/x")), (.contextOverflow, .configuration, .feature),
            (.badRequest, .configuration, .feature), (.unknownModel, .configuration, .model("a/x")), (.configuration, .configuration, .model("a/x")),
        ]
        for (kind, faultClass, scope) in table {
            let error = ModelError(kind, "x").naming("a/x")
            #expect(error.faultClass == faultClass && error.faultScope == scope, "\(kind)")
            #expect(ModelError(kind, "x").faultScope == .feature)
        }
    }
}
