internal import FerrySystem
internal import Glibc
internal import SystemPackage
internal import Testing

@testable internal import FerrySandbox

/// With ordinary folders in the place of the kernel's: what this machine has is not delegated to an ordinary user.
@Suite(.timeLimit(.minutes(1)))
struct DelegatedCgroupTests {
    private func group(_ controllers: String, in scratch: Scratch, processes: String = "\(getpid())\n") throws -> (
        root: FilePath, membership: FilePath
    ) {
        try Directory.create(scratch.root.appending("cgroup/user/ferry.service/ferry-main"))
        try Directory.create(scratch.root.appending("cgroup/user/ferry.service/step-7"))
        for (name, text) in [
            ("cgroup.procs", processes), ("cgroup.controllers", controllers), ("cgroup.subtree_control", ""), ("ferry-main/cgroup.procs", ""),
        ] { try scratch.write(text, to: "cgroup/user/ferry.service/" + name) }
        try scratch.write("4:memory:/old\n0::/user/ferry.service\n", to: "membership")
        return (scratch.root.appending("cgroup"), scratch.root.appending("membership"))
    }

    @Test func `a delegated group gives commands groups of their own, and Ferry moves out of the way`() async throws {
        try await withScratch { scratch async throws in
            let (root, membership) = try group("cpu memory pids\n", in: scratch)
            let cgroup = DelegatedCgroup.claim(root: root, membership: membership)
            #expect(cgroup?.folder == root.appending("user/ferry.service"))
            #expect(try scratch.text("cgroup/user/ferry.service/ferry-main/cgroup.procs") == "\(getpid())")
            #expect(try scratch.text("cgroup/user/ferry.service/cgroup.subtree_control") == "+memory +pids")
            #expect(try !scratch.exists("cgroup/user/ferry.service/step-7"))
            try scratch.write("0::/user/ferry.service/ferry-main\n", to: "membership")
            #expect(DelegatedCgroup.claim(root: root, membership: membership) == cgroup, "again, after a restart within the group")
        }
    }

    @Test func `where a controller misses, or others are in the group, nothing is moved`() async throws {
        for (controllers, processes) in [("cpu memory\n", "\(getpid())\n"), ("memory pids\n", "1\n\(getpid())\n")] {
            try await withScratch { scratch async throws in
                let (root, membership) = try group(controllers, in: scratch, processes: processes)
                #expect(DelegatedCgroup.claim(root: root, membership: membership) == nil)
                #expect(try scratch.text("cgroup/user/ferry.service/ferry-main/cgroup.procs") == "")
            }
        }
    }

    @Test(arguments: [("0::/a/b\n", "/a/b"), ("1:cpu:/x\n0::/a\n", "/a"), ("0::/\n", nil), ("0::/../x\n", nil), ("4:memory:/a\n", nil), ("", nil)])
    func `the group is read`(text: String, path: String?) { #expect(DelegatedCgroup.path(in: text) == path) }
}
