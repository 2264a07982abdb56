@testable internal import FerryGit
internal import FerryModel
internal import FerrySystem
internal import SystemPackage
internal import Testing

@Suite(.timeLimit(.minutes(1))) struct SnapshotTests {
    @Test func `bytes, executable bits, links and odd names survive the way through a commit`() async throws {
        try await ScratchRepository.with([".gitattributes": "* text=auto eol=crlf ident\n*.py binary\n", "a.txt": "x\n"]) { scratch in
            let (repository, worktree, base) = try await scratch.worktree()
            try await scratch.sh(
                #"""
                cd $WT
                printf 'a\r\nb\r\n$Id$\n' > crlf.txt; printf 'lf\n' > lf.txt; printf '\0\1\377' > bin
                printf '#!/bin/sh\n' > run; chmod 755 run; ln -s run link; mkdir empty
                printf 1 > '-rf'; printf 2 > ':(top)x'; printf 3 > 'sp ace "q" \ b'; printf 4 > "$(printf 'no\377utf8')"; printf 5 > '*'
                """#)
            let commit = try await scratch.commit(repository, worktree, base: base)
            try await repository.export(commit, to: scratch.root.appending("out"))
            #expect(
                try await scratch.sh(
                    "rmdir $WT/empty; diff -r $WT $ROOT/out && ls -A $ROOT/out | wc -l; readlink $ROOT/out/link; test -x $ROOT/out/run; test ! -x $ROOT/out/lf.txt"
                )
                    == "12\nrun")
            #expect(try await repository.fileContents("crlf.txt", in: commit) == Array("a\r\nb\r\n$Id$\n".utf8))
            let again = try await scratch.commit(repository, Worktree(folder: scratch.root.appending("out"), base: commit), base: base)
            #expect(again == commit, "the same files, message and time give the same commit")
        }
    }

    @Test func `deleted, changed and ignored files are as the tree says`() async throws {
        try await ScratchRepository.with(["a.txt": "1\n", "b.txt": "1\n", "kept.log": "1\n", ".gitignore": "*.log\nbuild/\n", "d/e/f.txt": "1\n"]) {
            scratch in
            try await scratch.sh("git add -f kept.log && git commit -q -m log")
            let (repository, worktree, base) = try await scratch.worktree()
            try await scratch.sh(
                "cd $WT; rm a.txt; rm -r d; echo 2 > b.txt; echo 2 > kept.log; echo 2 > new.log; mkdir -p build; echo 2 > build/x; echo 2 > new.txt")
            let commit = try await scratch.commit(repository, worktree, base: base)
            let changes = try await repository.changes(from: base, to: commit)
            #expect(changes.map { "\($0.kind.rawValue) \($0.path)" } == ["D a.txt", "M b.txt", "D d/e/f.txt", "M kept.log", "A new.txt"])
            #expect(try await repository.changes(from: base, to: base).isEmpty)
        }
    }

    @Test func `a snapshot neither sees nor leaves anything in the user's index, and needs none of their excludes`() async throws {
        try await ScratchRepository.with { scratch in
            try await scratch.sh("echo '*.txt' > .git/info/exclude; echo staged > s.x; git add s.x; cp .git/index $ROOT/index-before")
            let (repository, worktree, base) = try await scratch.worktree()
            try scratch.write("n\n", "trees/work/new.txt")
            let commit = try await scratch.commit(repository, worktree, base: base)
            #expect(try await repository.listFiles(commit).map(\.path) == ["a.txt", "new.txt"])
            try await scratch.sh("cmp .git/index $ROOT/index-before; test -z \"$(ls $ROOT/state/indexes)\"")
        }
    }

    @Test func `a worktree is no entry in the repository, is found again, and a half-made one is not`() async throws {
        try await ScratchRepository.with { scratch in
            let (repository, worktree, base) = try await scratch.worktree()
            #expect(try await scratch.sh("git worktree list | wc -l; test ! -e $WT/.git") == "1")
            #expect(Worktree.open(at: scratch.worktreeFolder) == worktree)
            try Directory.removeTree(Worktree.marker(of: scratch.worktreeFolder))
            try scratch.write("half\n", "trees/work/left-over")
            #expect(Worktree.open(at: scratch.worktreeFolder) == nil)
            _ = try await repository.createWorktree(at: scratch.worktreeFolder, from: base)
            #expect(scratch.read("trees/work/left-over") == nil && scratch.read("trees/work/a.txt") == "one\n")
            try await scratch.sh("cd $WT; rm a.txt; mkdir -p x/y; chmod 0 x/y x")
            _ = try await repository.restore(worktree, to: base)
            #expect(try await scratch.sh("ls -A $WT") == "a.txt")
            try Worktree.remove(at: scratch.worktreeFolder)
            #expect(Worktree.open(at: scratch.worktreeFolder) == nil && scratch.read("trees/work/a.txt") == nil)
        }
    }

    @Test func `changes are counted and attributes of the tree hide nothing from the diff`() async throws {
        try await ScratchRepository.with(["a.py": "1\n2\n", "b.bin": "x\u{0}y"]) { scratch in
            let (repository, worktree, base) = try await scratch.worktree()
            try await scratch.sh(
                #"cd $WT; printf '* diff=none\n*.py binary -diff\n' > .gitattributes; printf '1\n3\n4\n' > a.py; printf 'x\0z' > b.bin; chmod +x a.py"#
            )
            let commit = try await scratch.commit(repository, worktree, base: base)
            let changes = try await repository.changes(from: base, to: commit)
            #expect(changes.map(\.path) == [".gitattributes", "a.py", "b.bin"])
            #expect(changes[1].addedLines == 2 && changes[1].deletedLines == 1 && changes[1].oldMode == .regular && changes[1].newMode == .executable)
            #expect(changes[2].isBinary && !changes[1].isBinary)
            let diff = try await repository.diff(from: base, to: commit)
            let text = String(decoding: diff.bytes, as: UTF8.self)
            #expect(text.contains("+3\n+4\n") && text.contains("+x\u{0}z") && !diff.isTruncated)
            #expect(
                try await scratch.sh(
                    "git diff \(base) \(commit) -- a.py | grep -c '^+' || true; cp $WT/.gitattributes .; git diff \(base) \(commit) -- a.py | grep -c Binary"
                ) == "3\n1")
            let cut = try await repository.diff(from: base, to: commit, limit: 40)
            #expect(cut.isTruncated && cut.bytes == Array(diff.bytes.prefix(40)))
        }
    }

    @Test func `one file of a commit is read, within its limit`() async throws {
        try await ScratchRepository.with(["d/a.txt": "one\n"]) { scratch in
            let repository = try await scratch.open()
            let base = try await repository.baseTip(main)
            #expect(try await repository.fileContents("d/a.txt", in: base) == Array("one\n".utf8))
            for (path, limit, code) in [
                ("d/none", 100, GitError.Code.fileMissing), ("d", 100, .fileMissing), ("./d/a.txt", 100, .fileMissing),
                ("../repo/d/a.txt", 100, .fileMissing), ("d/a.txt", 3, .fileTooLarge),
            ] {
                let error = await #expect(throws: GitError.self) { _ = try await repository.fileContents(FilePath(path), in: base, limit: limit) }
                #expect(error?.code == code, "\(path)")
            }
        }
    }
}
