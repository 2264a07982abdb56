"""A hundred thousand queued jobs: what a claim and a whole job cost, beside SQLite doing the same commits by itself."""

import shutil
import sqlite3
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from statistics_of import percentile

JOBS = 100_000
SAMPLES = 1_000


@dataclass
class QueueFacts:
    # Milliseconds each.
    decide: list
    claim: list
    cycle: list
    bare_claim: list
    bare_cycle: list


def measure_queue(folder, program):
    """`folder` lies on the disk that is measured. The queue is made in memory, where a commit costs no disk, and copied."""
    database = Path(folder) / "queue.db"
    with tempfile.TemporaryDirectory(dir="/dev/shm") as quick:
        made = Path(quick) / "queue.db"
        subprocess.run([program, "fill", made, str(JOBS)], check=True)
        shutil.copy(made, database)
    output = subprocess.run([program, "take", database, str(SAMPLES)], check=True, capture_output=True, text=True).stdout
    found = {"decide": [], "claim": [], "cycle": []}
    for line in output.splitlines():
        what, microseconds = line.split()
        found[what].append(int(microseconds) / 1000)
    claim, cycle = bare(Path(folder) / "bare.db")
    return QueueFacts(found["decide"], found["claim"], found["cycle"], claim, cycle)


def bare(path):
    """The same two commits (take the first ready job by an index; close it) with nothing around them."""
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("CREATE TABLE job (sequence INTEGER PRIMARY KEY, feature TEXT, priority INTEGER, state TEXT, fence INTEGER)")
    database.execute("BEGIN")
    database.executemany("INSERT INTO job VALUES (?,?,?,'ready',0)", ((n, f"FR-{n:03}", n % 5 + 1) for n in range(1, JOBS + 1)))
    database.execute("CREATE INDEX job_ready ON job (priority, sequence) WHERE state = 'ready'")
    database.execute("COMMIT")
    database.execute("PRAGMA synchronous = FULL")
    claims, cycles = [], []
    for _ in range(SAMPLES):
        began = time.perf_counter()
        ((sequence, fence),) = database.execute(
            "UPDATE job SET state = 'running', fence = fence + 1 WHERE sequence = "
            "(SELECT sequence FROM job WHERE state = 'ready' ORDER BY priority, sequence LIMIT 1) RETURNING sequence, fence").fetchall()
        claims.append((time.perf_counter() - began) * 1000)
        database.execute("UPDATE job SET state = 'review' WHERE sequence = ? AND fence = ? AND state = 'running'", (sequence, fence))
        cycles.append((time.perf_counter() - began) * 1000)
    database.close()
    return claims, cycles


def queue_section(facts):
    def row(name, values, yardstick=None):
        ratio = f"{percentile(values, 50) / percentile(yardstick, 50):.1f} ×" if yardstick else "–"
        return f"| {name} | {percentile(values, 50):.3f} | {percentile(values, 99):.3f} | {max(values):.3f} | {ratio} |"

    def rate(values):
        return f"{1000 * len(values) / sum(values):.0f}"

    return f"""
## A hundred thousand jobs

{JOBS:,} queued jobs of 20 repositories with five priorities; {SAMPLES:,} of them are started, one after the other. Milliseconds. Bare is Python's `sqlite3` on the same disk with the same settings (WAL,
`synchronous = FULL`), a table of {JOBS:,} rows with an index made for the question, and the same two commits.

| | median | 99th percentile | longest | ratio of the medians |
|---|---|---|---|---|
{row("which job is next (fairness, ageing, limits, breakers)", facts.decide)}
{row("a claim: decided, job and feature stored", facts.claim, facts.bare_claim)}
{row("… bare", facts.bare_claim)}
{row("a whole job: claimed, then completed", facts.cycle, facts.bare_cycle)}
{row("… bare", facts.bare_cycle)}

Whole jobs in a second: {rate(facts.cycle)}, bare {rate(facts.bare_cycle)}.
"""
