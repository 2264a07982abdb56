"""What a command in the sandbox costs beside bubblewrap alone, and a tool call of an agent beside the same command where it has no sandbox to wait for."""

import json
import os
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from scratch_repository import make_repository
from statistics_of import percentile

SAMPLES = 50
ROUNDS = 5
FILES = 200
GOAL = 25


@dataclass
class SandboxFacts:
    # Milliseconds each.
    start: list = field(default_factory=list)
    bare: list = field(default_factory=list)
    inside: list = field(default_factory=list)
    call: list = field(default_factory=list)
    kept: list = field(default_factory=list)


def measure_sandbox(folder, program):
    folder = Path(folder) / "sandbox"
    repository = folder / "repository"
    make_repository(repository, FILES)
    rounds = 0

    def of(what, samples=SAMPLES // ROUNDS, **variables):
        nonlocal rounds
        rounds += 1
        ground = folder / f"{what}-{rounds}"
        ground.mkdir()
        environment = {**os.environ, "FERRY_STEP": str(program.with_name("ferry-step")), **variables}
        output = subprocess.run([program, what, ground, repository, str(samples)], capture_output=True, text=True, env=environment)
        return ground, [int(line) / 1000 for line in output.stdout.split("\n") if line.isdigit()], output.stdout + output.stderr

    ground, _, said = of("start", 1, FERRY_BENCH_BWRAP=str(Path(__file__).with_name("recorded_bwrap.py")))
    if not (ground / "options.json").is_file():
        raise RuntimeError(f"no options were recorded: {said}")
    options = json.loads((ground / "options.json").read_text())
    facts = SandboxFacts()
    for _ in range(ROUNDS):
        facts.bare += [bare(options) for _ in range(SAMPLES // ROUNDS)]
        for what, values in (("start", facts.start), ("inside", facts.inside), ("calls", facts.call), ("kept", facts.kept)):
            _, measured, said = of(what)
            if len(measured) != SAMPLES // ROUNDS:
                raise RuntimeError(f"{program.name} {what}: {said}")
            values += measured
    return facts


def bare(options):
    """The options of one command of Ferry's, without the pipes by which `ferry-step` follows it."""
    words, descriptors = ["bwrap"], []
    for word in options:
        if isinstance(word, dict):
            descriptor = os.memfd_create("data", 0)
            os.write(descriptor, bytes.fromhex(word["data"]))
            os.lseek(descriptor, 0, os.SEEK_SET)
            descriptors.append(descriptor)
            word = str(descriptor)
        words.append(word)
    began = time.monotonic_ns()
    subprocess.run([*words, "--", "/bin/true"], check=True, pass_fds=descriptors, stdin=subprocess.DEVNULL)
    took = (time.monotonic_ns() - began) / 1_000_000
    for descriptor in descriptors:
        os.close(descriptor)
    return took


def sandbox_section(facts):
    def row(name, values, yardstick=None):
        ratio = f"{percentile(values, 50) / percentile(yardstick, 50):.1f} ×" if yardstick else "1"
        return f"| {name} | {percentile(values, 50):.1f} | {percentile(values, 99):.1f} | {max(values):.1f} | {ratio} |"

    overhead = percentile(facts.call, 50) - percentile(facts.inside, 50)
    kept = percentile(facts.kept, 50) - percentile(facts.inside, 50)
    return f"""
## The sandbox

{SAMPLES} times each, in {ROUNDS} rounds that take turns. Bare is `bwrap` with the very options that Ferry gives it, filter included, without `ferry-step` in front of it and without limits. A
tool call reaches from the model's answer to the next request: arguments, sandbox, output, redaction, what SQLite keeps of it with fsync before and after, transcript. Milliseconds.

| | median | 99th percentile | longest | ratio of the medians |
|---|---|---|---|---|
{row("`/bin/true` in bare `bwrap`", facts.bare)}
{row("`/bin/true` in Ferry's sandbox", facts.start, facts.bare)}
{row("`bash -c true` by itself, inside a sandbox that is there already", facts.inside)}
{row("a tool call `bash` with the same, whole", facts.call, facts.inside)}
{row(f"… and the worktree of {FILES} files kept after it", facts.kept, facts.inside)}

Overhead of a tool call: {overhead:.1f} ms at the median, {kept:.1f} ms where the worktree is kept after it; at most {GOAL} ms are wanted of the first.
"""
