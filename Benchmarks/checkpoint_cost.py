"""A worktree of five thousand files in which one changes: what keeping its state costs, beside git's own two commands for it."""

import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from scratch_repository import make_repository
from statistics_of import percentile

FILES = 5_000
SAMPLES = 50
CHANGED = "src/d1/f1.txt"


@dataclass
class CheckpointFacts:
    # Milliseconds each.
    own: list
    bare: list


def measure_checkpoints(folder, program):
    folder = Path(folder) / "checkpoints"
    repository = folder / "repository"
    make_repository(repository, FILES)
    work = folder / "work"
    work.mkdir()
    output = subprocess.run([program, repository, work, CHANGED, str(SAMPLES)], check=True, capture_output=True, text=True).stdout
    return CheckpointFacts([int(line) / 1000 for line in output.split()], bare(repository))


def bare(repository):
    times = []
    for sample in range(SAMPLES):
        (repository / CHANGED).write_text(f"sample {sample}\n")
        began = time.perf_counter()
        subprocess.run(("git", "add", "-A"), cwd=repository, check=True)
        subprocess.run(("git", "write-tree"), cwd=repository, check=True, stdout=subprocess.DEVNULL)
        times.append((time.perf_counter() - began) * 1000)
    return times


def checkpoint_section(facts):
    def row(name, values, yardstick=None):
        ratio = f"{percentile(values, 50) / percentile(yardstick, 50):.2f} ×" if yardstick else "1"
        return f"| {name} | {percentile(values, 50):.1f} | {percentile(values, 99):.1f} | {max(values):.1f} | {ratio} |"

    return f"""
## Keeping a worktree

After each turn of an agent that may have changed files. {FILES:,} files, of which one is another than the last time, {SAMPLES} times. Milliseconds; in Ferry's
time are the walk that refuses what does not belong into a commit, the tree, and the hidden ref.

| | median | 99th percentile | longest | ratio of the medians |
|---|---|---|---|---|
{row("a checkpoint", facts.own, facts.bare)}
{row("`git add -A` and `git write-tree`", facts.bare)}
"""
