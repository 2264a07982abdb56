internal import FerryModel
internal import FerryStore
internal import FerryVault
internal import SystemPackage
internal import Testing

@testable internal import FerryPipeline

@Suite(.timeLimit(.minutes(1)))
struct DashboardTests {
    private static func feature(_ number: Int, _ name: String, _ state: FeatureState, waitsFor: String? = nil) -> FeatureRecord {
        var feature = FeatureRecord(
            id: FeatureID(number: number, prefix: "FR"), path: VaultLayout().folder(of: state).appending("\(name).md"), title: name, state: state)
        feature.waitsFor = waitsFor
        return feature
    }

    private static var busy: Dashboard {
        var dashboard = Dashboard()
        dashboard.features = [
            feature(1, "Add login", .review), feature(2, "FR-002 Pay", .blocked, waitsFor: "Answer the questions below.\nmore"),
            feature(3, "Search", .inProgress), feature(4, "Export", .planned),
        ]
        dashboard.stages = [FeatureID(number: 3, prefix: "FR"): "coder, round 1"]
        dashboard.waits = [FeatureID(number: 4, prefix: "FR"): "waits for FR-003, which it depends on"]
        dashboard.faults = [NoteFault(path: "20_agents/coder.md", line: 3, what: "`max_turns` is `x`", remedy: "write a number")]
        dashboard.noteFaults = [
            "10_features/03_planned/Odd.md": "Ferry does not write into it.", "10_features/03_planned/Held.md": "The note is busy.",
        ]
        dashboard.busyNotes = ["10_features/03_planned/Held.md"]
        dashboard.conflicts = ["10_features/03_planned/Export (late save).md": "Export"]
        dashboard.boxes = [.init(id: "bulk-dispatch", run: 0, text: ["Start 143 features that were moved to planned together"])]
        var total = SpendingTotal()
        total.amount = Money(dollars: 2)
        dashboard.today = total
        dashboard.todayByFeature = [(FeatureID(number: 3, prefix: "FR"), Money(dollars: 2))]
        dashboard.dayLimit = Money(dollars: 50)
        return dashboard
    }

    private func text(_ bytes: [UInt8], _ dashboard: Dashboard) throws -> String {
        String(decoding: try Dashboard.updated(bytes, dashboard.content), as: UTF8.self)
    }
    private func block(_ text: String) throws -> FerryBlock {
        let note = NoteBytes(Array(text.utf8))
        return try #require(FerryBlock.read(note, MarkdownBody(note)))
    }

    @Test func `it says first what a person is asked for, then what goes on`() throws {
        let text = String(decoding: try Dashboard.fresh(Self.busy.content), as: UTF8.self)
        let expected = """
            # Dashboard

            \(Dashboard.introduction)

            <!-- ferry:begin -->
            > [!todo] 3 things wait for you · 2 faults to mend · 1 under way · 1 in the queue

            ## Ferry asks first

            - [ ] Start 143 features that were moved to planned together <!-- ferry:box bulk-dispatch run-0 -->

            ## Faults

            - [[coder]] `20_agents/coder.md:3`: `max_turns` is `x`; write a number
            - [[Odd]] `10_features/03_planned/Odd.md`: Ferry does not write into it.

            ## Waits for you

            - FR-001 [[Add login]], review: approve it, or ask for changes
            - [[FR-002 Pay]], blocked: Answer the questions below.

            ## Under way

            - FR-003 [[Search]]: coder, round 1

            ## Queue

            - FR-004 [[Export]]: waits for FR-003, which it depends on

            ## Copies to look at

            - [[Export (late save)]] beside [[Export]]: a copy that is never run. Take over what you need, then delete it.

            ## Busy notes

            - [[Held]]: The note is busy.

            ## Money

            - today (UTC): 2.00 USD of 50.00 USD
            - FR-003 [[Search]]: 2.00 USD

            ## Health

            - vault: every change is seen at once
            - sandbox and machine: ready
            <!-- ferry:lines
            """
        #expect(text.hasPrefix(expected), Comment(rawValue: text))
    }

    @Test func `where the note cannot be written the dashboard shows the commit that is to be approved`() throws {
        var dashboard = Dashboard()
        var feature = Self.feature(1, "Odd", .review)
        feature.tip = "0123456789abcdef0123"
        dashboard.features = [feature]
        #expect(try text([], dashboard).contains("review: approve it, or ask for changes"))
        dashboard.noteFaults = [feature.path: "Ferry does not write into it: the note is not UTF-8."]
        let shown = try text([], dashboard)
        #expect(shown.contains("approve the commit 0123456789ab, or ask for changes") && shown.contains("the note is not UTF-8"), "\(shown)")
    }

    @Test func `its boxes are read back with their ticks`() throws {
        let text = String(decoding: try Dashboard.fresh(Self.busy.content), as: UTF8.self)
        #expect(try block(text).boxes.map(\.id) == ["bulk-dispatch"])
        #expect(try block(text).boxes.allSatisfy { !$0.isTicked && $0.run == 0 })
        let ticked = text.replacing("- [ ] Start", with: "- [x] Start")
        #expect(try block(ticked).boxes.allSatisfy(\.isTicked))
        // A tick makes no line the person's: it is not kept when the box goes.
        #expect(!(try self.text(Array(ticked.utf8), Dashboard()).contains("143")))
    }

    @Test func `what a person wrote around and into the block stays`() throws {
        let page = "---\ncssclasses: [wide]\n---\n# My board\r\n\r\nFirst things first.\n\n"
        let first = try text(Array(page.utf8), Self.busy)
        #expect(first.hasPrefix(page))
        let edited = first.replacing("## Queue\n", with: "## Queue\n\nmy remark\n") + "\nbelow\n"
        let second = try text(Array(edited.utf8), Dashboard())
        #expect(second.hasPrefix(page))
        #expect(second.contains("<!-- ferry:end -->\nmy remark\n\nbelow\n") || second.contains("<!-- ferry:end -->\n\nmy remark\n\nbelow\n"))
        #expect(!second.contains("Search"))
    }

    @Test func `the template's words inside the markers are Ferry's, those outside the person's`() throws {
        let template = """
            # Dashboard

            \(Dashboard.introduction)

            <!-- ferry:begin -->
            \(Dashboard.templateLines[0])
            <!-- ferry:end -->

            """
        let text = try text(Array(template.utf8), Dashboard())
        #expect(text.hasPrefix("# Dashboard\n\n\(Dashboard.introduction)\n\n<!-- ferry:begin -->\n> [!success] Nothing waits for you"))
        #expect(!text.contains("has not looked"))
        #expect(text.hasSuffix("<!-- ferry:end -->\n"))
    }

    @Test func `a page that Ferry wrote whole becomes a note with a block; a person's line in it stays`() throws {
        let old = """
            # Dashboard

            Written by Ferry; what you write here is replaced.

            ## Health

            All is well.

            ## Faults in notes

            - `x.md`: it is busy

            ## Waits for you

            call Ann about the invoice

            ## Money

            Today (UTC): 0 USD of 50 USD.

            """
        let text = try text(Array(old.utf8), Dashboard())
        #expect(text.hasPrefix("# Dashboard\n\n\(Dashboard.introduction)\n\ncall Ann about the invoice\n\n<!-- ferry:begin -->\n"))
        #expect(!text.contains("replaced"))
        #expect(!text.contains("it is busy"))
    }

    @Test func `a long list is cut and says so`() throws {
        var dashboard = Dashboard()
        dashboard.features = (1...100).map { Self.feature($0, "Feature \($0)", .planned) }
        let queue = try #require(dashboard.content.sections.first { $0.title == "Queue" })
        #expect(queue.items.count == Dashboard.rowLimit + 1)
        #expect(queue.items.last == [.text("and 60 more")])
        #expect(dashboard.content.callouts.last?.title == [.text("Nothing waits for you · 0 under way · 100 in the queue")])
    }
}

@Suite(.timeLimit(.minutes(1)))
struct DashboardPacingTests {
    private let calm = Dashboard()
    private let working: Dashboard = {
        var dashboard = Dashboard()
        dashboard.features = [
            FeatureRecord(id: FeatureID(number: 1, prefix: "FR"), path: "10_features/04_in_progress/x.md", title: "x", state: .inProgress)
        ]
        return dashboard
    }()
    private let faulty: Dashboard = {
        var dashboard = Dashboard()
        dashboard.holds = ["the disk is full"]
        return dashboard
    }()

    private func due(_ dashboard: Dashboard, at now: Int, isOpen: Bool = false, isLast: Bool = false) -> Duration? {
        var pacing = DashboardPacing(interval: .seconds(10))
        pacing.wrote(calm, now: .seconds(100))
        return pacing.due(dashboard, now: .seconds(now), isOpen: isOpen, isLast: isLast)
    }

    @Test func `the first is written at once, the same never again`() {
        #expect(DashboardPacing(interval: .seconds(10)).due(calm, now: .seconds(3), isOpen: true, isLast: false) == .seconds(3))
        #expect(due(calm, at: 101) == nil)
        #expect(due(calm, at: 1000) == nil)
    }

    @Test func `progress waits for ten seconds since the last write, and for the editor`() {
        #expect(due(working, at: 101) == .seconds(110))
        #expect(due(working, at: 120) == .seconds(120))
        #expect(due(working, at: 120, isOpen: true) == .seconds(130))
        #expect(due(working, at: 101, isLast: true) == .seconds(101))
    }

    @Test func `a fault is shown at once, also in an open editor`() {
        #expect(due(faulty, at: 101) == .seconds(101))
        #expect(due(faulty, at: 101, isOpen: true) == .seconds(101))
    }
}
