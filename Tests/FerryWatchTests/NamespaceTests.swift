internal import FerryTestSupport
internal import SystemPackage
internal import Testing

/// What only root, or a user in a namespace, can bring about: mounts that come and go, limits that are used up.
@Suite(.timeLimit(.minutes(1)), .serialized)
struct NamespaceTests {
    private static let vault = ["vault/10_features/03_planned/": "", "vault/90_system/": ""]

    @Test func `a vault that is unmounted and mounted again is watched again`() async throws {
        try await NamespaceShell.with { shell, folder in
            try write(Self.vault, below: folder.appending("disk"))
            try write(["place/": ""], below: folder)
            let place = folder.appending("place")
            // The file system's own end is what IN_UNMOUNT tells of; a bind mount ends without.
            try shell.send("mount -t tmpfs none \(place) && mkdir -p \(place)/10_features/03_planned")
            try await shell.finish()
            try await shell.watch(place)
            for (round, mount) in ["mount --bind \(folder)/disk/vault", "mount -t tmpfs none", "mount --bind \(folder)/disk/vault"].enumerated() {
                let before = shell.count("everything")
                try shell.send("umount \(place)")
                #expect(await shell.says("everything", times: before + 1), "\(shell.output)")
                let empty = shell.count("everything")
                try shell.send("\(mount) \(place) && mkdir -p \(place)/10_features/03_planned")
                #expect(await shell.says("everything", times: empty + 1), "\(shell.output)")
                try await shell.announces(place.appending("10_features/03_planned/\(round).md"))
            }
            #expect(shell.count("unreliable") == 0)
        }
    }

    @Test func `a mount on top of a folder, of which inotify tells nothing, is announced, and its end too`() async throws {
        try await NamespaceShell.with { shell, folder in
            try write(Self.vault, below: folder)
            let vault = folder.appending("vault"), planned = vault.appending("10_features/03_planned")
            try await shell.watch(vault)
            for covered in [vault, vault.appending("10_features"), planned] {
                let before = shell.count("everything")
                try shell.send("mount -t tmpfs none \(covered) && mkdir -p \(planned)")
                #expect(await shell.says("everything", times: before + 1), "\(shell.output)")
                try await shell.announces(planned.appending("over-\(before).md"))
                try shell.send("umount \(covered)")
                #expect(await shell.says("everything", times: before + 2), "\(shell.output)")
                try await shell.announces(planned.appending("under-\(before).md"))
            }
            // Mounts elsewhere are nobody's business here. What the last one has brought about may be told in two pieces.
            var before = shell.count("everything")
            while await eventually(within: .milliseconds(700), { shell.count("everything") > before }) { before = shell.count("everything") }
            try shell.send("mkdir \(folder)/elsewhere && mount -t tmpfs none \(folder)/elsewhere")
            try await shell.announces(planned.appending("last.md"))
            #expect(shell.count("everything") == before)
        }
    }

    @Test(arguments: [0, 1, 3, 5])
    func `where watches are used up that is said once, and when there are more they are all set`(limit: Int) async throws {
        try await NamespaceShell.with { shell, folder in
            try write(Self.vault, below: folder)
            try write(["vault/10_features/01_ideas/a/b/c/d/": ""], below: folder)
            let deep = folder.appending("vault/10_features/01_ideas/a/b/c/d")
            try shell.send("echo \(limit) > /proc/sys/user/max_inotify_watches")
            try await shell.watch(folder.appending("vault"))
            #expect(await shell.says("unreliable"), "\(shell.output)")
            #expect(shell.output.contains("sysctl fs.inotify.max_user_watches"))
            for number in 0..<5 { try shell.send("mkdir \(folder)/vault/10_features/03_planned/\(number)") }
            try await shell.finish()
            try shell.send("echo 1000 > /proc/sys/user/max_inotify_watches")
            #expect(await shell.says("reliable", times: 2), "\(shell.output)")
            #expect(shell.count("unreliable") == 1)
            #expect(shell.count("everything") > 0)
            try await shell.announces(deep.appending("a.md"))
            try await shell.announces(folder.appending("vault/10_features/03_planned/4/a.md"))
        }
    }

    @Test func `watches that are used up later are said, too`() async throws {
        try await NamespaceShell.with { shell, folder in
            try write(Self.vault, below: folder)
            let planned = folder.appending("vault/10_features/03_planned")
            try shell.send("echo 8 > /proc/sys/user/max_inotify_watches")
            try await shell.watch(folder.appending("vault"))
            #expect(shell.count("unreliable") == 0)
            try shell.send("mkdir -p \(planned)/1/2/3/4/5/6/7/8")
            #expect(await shell.says("unreliable"), "\(shell.output)")
            try shell.send("rm -r \(planned)/1")
            #expect(await shell.says("reliable", times: 2), "\(shell.output)")
            try await shell.announces(planned.appending("a.md"))
        }
    }

    @Test func `where no inotify instance is to be had that is said, and the watches stand when there is one`() async throws {
        try await NamespaceShell.with { shell, folder in
            try write(Self.vault, below: folder)
            try shell.send("echo 0 > /proc/sys/user/max_inotify_instances")
            try await shell.watch(folder.appending("vault"))
            #expect(await shell.says("unreliable"), "\(shell.output)")
            #expect(shell.output.contains("sysctl fs.inotify.max_user_instances"))
            try shell.send("echo 10 > /proc/sys/user/max_inotify_instances")
            #expect(await shell.says("reliable", times: 2), "\(shell.output)")
            try await shell.announces(folder.appending("vault/10_features/03_planned/a.md"))
        }
    }
}

extension NamespaceShell {
    /// A file that is made now is announced.
    fileprivate func announces(_ file: FilePath) async throws {
        try send("echo text > \(file)")
        #expect(await says("file \(file)"), "\(output)")
    }
}
