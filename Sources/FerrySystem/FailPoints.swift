internal import Glibc
internal import Synchronization
package import SystemPackage

/// Passes a named moment. Unless the process was started with `FERRY_FAILPOINTS` this is one load of a flag. Throws the armed `Errno`.
package func failpoint(_ point: FailPoint) throws {
    guard FailPoints.isArmed.load(ordering: .relaxed), let ending = FailPoints.due(point) else { return }
    switch ending {
    case .kill: FailPoints.die()
    case .errno(let error): throw error
    case .hang: while true { pause() }
    case .wait(let file): while access(file, F_OK) != 0 { usleep(5_000) }
    }
}

/// As above, in a task: what hangs ends with the task. Throws `CancellationError` then.
package func failpoint(_ point: FailPoint) async throws {
    guard FailPoints.isArmed.load(ordering: .relaxed), let ending = FailPoints.due(point) else { return }
    switch ending {
    case .kill: FailPoints.die()
    case .errno(let error): throw error
    case .hang: while true { try await Task.sleep(for: .seconds(3_600)) }
    case .wait(let file): while access(file, F_OK) != 0 { try await Task.sleep(for: .milliseconds(5)) }
    }
}

/// Which named moments are armed in this process. Nothing but the environment it was started with arms one: no note, no setting, no repository and
/// no sandboxed process can.
package enum FailPoints {
    /// What happens at an armed point.
    package enum Ending: Hashable, Sendable {
        /// SIGKILL.
        case kill
        case errno(Errno)
        /// It does not return.
        case hang
        /// It returns when the file is there.
        case wait(String)
    }

    /// `FERRY_FAILPOINTS` cannot be read. It says which part.
    package struct Fault: Error, Hashable, CustomStringConvertible {
        package let description: String
    }

    struct Armed: Hashable, Sendable {
        let ending: Ending
        /// The pass at which it happens, from 1.
        let pass: Int
    }

    private struct Plan: Sendable {
        var armed: [FailPoint: Armed] = [:]
        var passes: [FailPoint: Int] = [:]
        /// Gets a line for every pass.
        var trace: FileDescriptor?
    }

    static let isArmed = Atomic(false)
    private static let plan = Mutex(Plan())

    /// Arms what `FERRY_FAILPOINTS` in the environment of the process names, for example `merge.afterEffect=kill@1;noteWrite.afterSend=errno(28)@2;model.afterSend=hang`,
    /// and writes each pass of a point to the file that `FERRY_FAILPOINT_TRACE` names. Returns whether anything is armed.
    package static func arm(_ environment: [String: String]) throws -> Bool {
        var armed: [FailPoint: Armed] = [:]
        for part in (environment["FERRY_FAILPOINTS"] ?? "").split(separator: ";") {
            let (point, what) = try parse(String(part))
            armed[point] = what
        }
        var trace: FileDescriptor?
        if let path = environment["FERRY_FAILPOINT_TRACE"] {
            trace = try FileDescriptor.open(
                FilePath(path), .writeOnly, options: [.append, .create, .closeOnExec], permissions: [.ownerReadWrite])
        }
        let isWanted = !armed.isEmpty || trace != nil
        plan.withLock { $0 = Plan(armed: armed, trace: trace) }
        isArmed.store(isWanted, ordering: .releasing)
        return isWanted
    }

    /// `NAME=kill`, `NAME=hang`, `NAME=errno(28)`, `NAME=wait(/a/file)`, each with or without `@PASS`.
    static func parse(_ text: String) throws -> (FailPoint, Armed) {
        let sides = text.split(separator: "=", maxSplits: 1).map(String.init)
        guard sides.count == 2, let point = FailPoint(rawValue: sides[0]) else {
            throw Fault(description: "`\(text)`: there is no such point; `ferry failpoints` lists them")
        }
        var what = sides[1]
        var pass = 1
        if let at = what.lastIndex(of: "@"), !what[at...].contains(")") {
            guard let number = Int(what[what.index(after: at)...]), number > 0 else {
                throw Fault(description: "`\(text)`: after @ stands a number from 1")
            }
            pass = number
            what = String(what[..<at])
        }
        return (point, Armed(ending: try ending(what, in: text), pass: pass))
    }

    private static func ending(_ what: String, in text: String) throws -> Ending {
        switch what {
        case "kill": return .kill
        case "hang": return .hang
        case let what where what.hasPrefix("errno(") && what.hasSuffix(")"):
            if let number = Int32(what.dropFirst(6).dropLast()), number > 0 { return .errno(Errno(rawValue: number)) }
        case let what where what.hasPrefix("wait(/") && what.hasSuffix(")"): return .wait(String(what.dropFirst(5).dropLast()))
        default: break
        }
        throw Fault(description: "`\(text)`: it is kill, hang, errno(NUMBER) or wait(/FILE)")
    }

    /// Counts the pass. `nil`: nothing happens.
    fileprivate static func due(_ point: FailPoint) -> Ending? {
        plan.withLock { plan in
            let pass = (plan.passes[point] ?? 0) + 1
            plan.passes[point] = pass
            let armed = plan.armed[point].flatMap { $0.pass == pass ? $0 : nil }
            // What is armed is told of even if the process does not live to.
            _ = try? plan.trace?.writeAll("\(point.rawValue)\(armed == nil ? "" : " !")\n".utf8)
            return armed?.ending
        }
    }

    fileprivate static func die() -> Never {
        kill(getpid(), SIGKILL)
        while true { pause() }
    }
}
