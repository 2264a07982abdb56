/// Checks of this process's run by commit: the same commit is not checked twice in a row.
package actor CheckCache {
    private var last: CheckResult?
    package init() {}
    func result(for commit: String) -> CheckResult? { last?.commit == commit ? last : nil }
    func keep(_ result: CheckResult) { last = result }
}
