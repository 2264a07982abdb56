internal import SystemPackage
internal import Testing

@testable internal import FerrySystem

struct FailPointTests {
    @Test func `there are 84 points or more, each named after an effect and a moment`() {
        #expect(FailPoint.allCases.count >= 84)
        let moments: Set = ["beforeIntent", "afterIntent", "afterSend", "afterEffect", "beforeDone", "afterDone", "afterMirror"]
        for point in FailPoint.allCases {
            let parts = point.rawValue.split(separator: ".").map(String.init)
            #expect(parts.count == 2 && moments.contains(parts.last ?? ""), "\(point.rawValue)")
        }
    }

    @Test(arguments: [
        ("merge.afterEffect=kill", FailPoint.mergeAfterEffect, FailPoints.Ending.kill, 1), ("model.afterSend=hang@3", .modelAfterSend, .hang, 3),
        ("noteWrite.afterSend=errno(28)@2", .noteWriteAfterSend, .errno(.noSpace), 2),
        ("claim.afterDone=wait(/tmp/a@b)@2", .claimAfterDone, .wait("/tmp/a@b"), 2),
    ])
    func `what the variable arms is read`(text: String, point: FailPoint, ending: FailPoints.Ending, pass: Int) throws {
        let (read, armed) = try FailPoints.parse(text)
        #expect(read == point && armed == FailPoints.Armed(ending: ending, pass: pass))
    }

    @Test(arguments: [
        "merge", "merge.never=kill", "merge.afterDone=boom", "merge.afterDone=kill@0", "merge.afterDone=errno(x)", "merge.afterDone=wait(a)",
    ])
    func `what cannot be read is refused with its part`(text: String) {
        let fault = #expect(throws: FailPoints.Fault.self) { try FailPoints.parse(text) }
        #expect(fault?.description.contains(text) == true)
    }

    @Test func `nothing is armed in a process that was not started so`() throws {
        #expect(try !FailPoints.arm([:]))
        for point in FailPoint.allCases { try failpoint(point) as Void }
    }
}
