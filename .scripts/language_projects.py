"""Small projects in several languages, each a library of modules with a test for every one: what `.scripts/languages` builds and tests."""

from dataclasses import dataclass, field

MODULES = 20


@dataclass
class Project:
    name: str
    # The programs whose versions are told; where one is missing the project is left out.
    programs: list
    # What `ferry init` is to find; `None` where a person writes it.
    found: str
    files: dict
    test: str = ""
    tests: int = MODULES
    ignored: list = field(default_factory=list)

    @property
    def command(self):
        return self.test or self.found


def each(path, text):
    """A file for each module: `@` is its number."""
    return {path.replace("@", str(number)): text.replace("@", str(number)) for number in range(1, MODULES + 1)}


def all_of(line, join="\n"):
    return join.join(line.replace("@", str(number)) for number in range(1, MODULES + 1))


def swift():
    package = """// swift-tools-version: 5.9
import PackageDescription

let package = Package(name: "Sums", targets: [.target(name: "Sums"), .testTarget(name: "SumsTests", dependencies: ["Sums"])])
"""
    module = "public struct Sum@ {\n    public init() {}\n    public func of(_ numbers: [Int]) -> Int { numbers.reduce(@, +) }\n}\n"
    test = "import XCTest\n\n@testable import Sums\n\nfinal class Sum@Tests: XCTestCase {\n    func testItAdds() { XCTAssertEqual(Sum@().of([1, 2]), 3 + @) }\n}\n"
    # Of the attribute, not of the module's number.
    test = test.replace("@testable", "\0testable")
    tests = {path: text.replace("\0", "@") for path, text in each("Tests/SumsTests/Sum@Tests.swift", test).items()}
    return Project("Swift", ["swift"], "swift test", {"Package.swift": package, **each("Sources/Sums/Sum@.swift", module), **tests}, ignored=[".build/"])


def python():
    module = "def add(numbers):\n    return sum(numbers, @)\n"
    test = "from sums import sum@\n\n\ndef test_it_adds():\n    assert sum@.add([1, 2]) == 3 + @\n"
    files = {"sums/__init__.py": "", **each("sums/sum@.py", module), **each("tests/test_sum@.py", test), "pytest.ini": "[pytest]\n"}
    return Project("Python", ["python3"], "python3 -m pytest -q", files, ignored=["__pycache__/", ".pytest_cache/"])


def node():
    package = '{"name": "sums", "version": "1.0.0", "private": true, "scripts": {"test": "node --test"}}\n'
    module = "exports.add = (numbers) => numbers.reduce((left, right) => left + right, @);\n"
    test = 'const test = require("node:test");\nconst assert = require("node:assert");\nconst { add } = require("../lib/sum@");\n\n'
    test += 'test("sum @ adds", () => assert.strictEqual(add([1, 2]), 3 + @));\n'
    return Project("Node", ["node", "npm"], "npm test", {"package.json": package, **each("lib/sum@.js", module), **each("test/sum@.test.js", test)})


def rust():
    manifest = '[package]\nname = "sums"\nversion = "1.0.0"\nedition = "2021"\n'
    module = "pub fn add(numbers: &[u64]) -> u64 {\n    numbers.iter().sum::<u64>() + @\n}\n\n#[cfg(test)]\nmod tests {\n"
    module += "    #[test]\n    fn it_adds() {\n        assert_eq!(super::add(&[1, 2]), 3 + @);\n    }\n}\n"
    files = {"Cargo.toml": manifest, "src/lib.rs": all_of("pub mod sum@;") + "\n", **each("src/sum@.rs", module)}
    return Project("Rust", ["cargo", "rustc"], "cargo test", files, ignored=["target/", "Cargo.lock"])


def go():
    module = "package sum@\n\nfunc Add(numbers []int) int {\n\tsum := @\n\tfor _, number := range numbers {\n\t\tsum += number\n\t}\n\treturn sum\n}\n"
    test = 'package sum@\n\nimport "testing"\n\nfunc TestItAdds(t *testing.T) {\n\tif Add([]int{1, 2}) != 3+@ {\n\t\tt.Fatal("not the sum")\n\t}\n}\n'
    files = {"go.mod": "module sums\n\ngo 1.19\n", **each("sum@/sum.go", module), **each("sum@/sum_test.go", test)}
    return Project("Go", ["go"], "go test ./...", files)


SOURCE = "int sum@(const int *numbers, int count) {\n    int sum = @;\n    for (int i = 0; i < count; i++) sum += numbers[i];\n    return sum;\n}\n"
HEADER = all_of("int sum@(const int *numbers, int count);") + "\n"


def c():
    main = '#include "sums.h"\n#include <stdio.h>\n\nint main(void) {\n    const int numbers[] = {1, 2};\n    printf("1..%d\\n", ' + str(MODULES) + ");\n"
    main += all_of('    printf("%s @ - sum @ adds\\n", sum@(numbers, 2) == 3 + @ ? "ok" : "not ok");') + "\n    return 0;\n}\n"
    makefile = "CFLAGS = -O2 -Wall -I.\nOBJECTS = $(patsubst %.c,%.o,$(wildcard src/*.c))\n\ntest: tests\n\t./tests\n\n"
    makefile += "tests: $(OBJECTS) tests.o\n\t$(CC) -o $@ $^\n\n.PHONY: test\n"
    files = {"Makefile": makefile, "sums.h": HEADER, "tests.c": main, **each("src/sum@.c", SOURCE)}
    return Project("C with make", ["gcc", "make"], "make test", files, ignored=["*.o", "/tests"])


def cmake():
    lists = "cmake_minimum_required(VERSION 3.13)\nproject(sums C)\nenable_testing()\nfile(GLOB sources src/*.c)\nadd_library(sums ${sources})\n"
    lists += all_of("add_executable(test@ tests/test@.c)\ntarget_link_libraries(test@ sums)\nadd_test(NAME sum@ COMMAND test@)") + "\n"
    test = '#include "../sums.h"\n\nint main(void) {\n    const int numbers[] = {1, 2};\n    return sum@(numbers, 2) == 3 + @ ? 0 : 1;\n}\n'
    files = {"CMakeLists.txt": lists, "sums.h": HEADER, **each("src/sum@.c", SOURCE), **each("tests/test@.c", test)}
    command = "cmake -S . -B build && cmake --build build && ctest --test-dir build --output-on-failure"
    return Project("C with CMake", ["gcc", "cmake"], None, files, command, tests=0, ignored=["build/"])


PROJECTS = [swift(), python(), node(), rust(), go(), c(), cmake()]
