"""The part of docs/benchmarks.md about a hundred thousand notes."""

from large_vault import FOLDERS, NOTES
from scale import BURST, COLD_ROUNDS, ROUNDS
from statistics_of import percentile

# Of a look at everything, in seconds, unless the last one took more than a three-hundredth of it.
INTERVAL = 300


def beside(name, runs, yardstick_name, yardstick, limit):
    mine, other = percentile([run.milliseconds for run in runs], 50), percentile(yardstick, 50)
    return f"| {name} | {mine:.0f} ms | {yardstick_name}: {other:.0f} ms | {mine / other:.2f} | {limit} |"


def latency(name, values, yardstick):
    return f"| {name} | {percentile(values, 50):.2f} | {percentile(values, 99):.2f} | {max(values):.2f} | {percentile(values, 50) / percentile(yardstick, 50):.1f} × |"


def section(facts, note_bytes):
    look = percentile([run.seconds for run in facts.restart], 50)
    idle, watch, busy, dispatch = facts.idle, facts.idle_watch, facts.busy, facts.dispatch
    seconds = facts.idle_seconds
    after = facts.after_burst
    wrong = after.new + after.changed + after.gone
    return f"""
## A hundred thousand notes

{NOTES:,} notes of {note_bytes / NOTES:.0f} bytes in {FOLDERS + 7} folders. Ferry's times are of the whole process, from its start until it says that all notes are indexed;
medians of {ROUNDS} rounds warm and {COLD_ROUNDS} cold, each beside the yardstick just before it. Cold: {facts.cold_how}.

| | Ferry | beside | ratio | at most |
|---|---|---|---|---|
{beside("first index, warm", facts.first, "`rg -l '^status: planned$'`", facts.grep, 1.5)}
{beside("first index, cold", facts.cold_first, "`rg -l '^status: planned$'`", facts.cold_grep, 1.5)}
{beside("restart of an unchanged vault, warm", facts.restart, "`find -newermt`", facts.find, 2)}
{beside("restart of an unchanged vault, cold", facts.cold_restart, "`find -newermt`", facts.cold_find, 2)}
| a look at everything, every {INTERVAL} s or 300 times its length | {look * 1000:.0f} ms | {max(INTERVAL, 300 * look):.0f} s | 1/{max(INTERVAL, 300 * look) / look:.0f} | 1/300 |
| {BURST:,} renames: CPU time until all is known | {facts.burst_seconds:.2f} s | – | – | – |
| … found wrong by a fresh look at all {after.notes:,} notes | {wrong} | – | – | 0 |
| idle, CPU in {seconds} s | {idle.cpu_seconds * 1000:.0f} ms ({idle.cpu_seconds / seconds * 100:.3f} %) | raw inotify in C: {watch.cpu_seconds * 1000:.0f} ms | – | 0.1 % |
| idle, wake-ups in {seconds} s | {idle.wakeups} | raw inotify in C: {watch.wakeups} | – | – |
| resident memory | {idle.resident_mib:.1f} MiB, peak {idle.peak_mib:.1f} MiB | raw inotify in C: {watch.resident_mib:.1f} MiB | – | 114 MiB |
| … after {len(dispatch.job)} dispatches | {busy.resident_mib:.1f} MiB, peak {busy.peak_mib:.1f} MiB | – | – | 114 MiB |

A known note is moved into planned, {len(dispatch.job)} times; milliseconds from just before the call, seen as in the section above. At most: a median of 5, 99 of 100 within 50.

| until | median | 99th percentile | longest | ratio of the medians |
|---|---|---|---|---|
{latency("raw inotify in C has told of it through a pipe", dispatch.event, dispatch.event)}
{latency("the job row is in SQLite, with fsync", dispatch.job, dispatch.event)}
"""
