"""What Ferry is compared with, and what a process uses."""

import os
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path


class InotifyWait:
    """`inotifywait -m -r` on a folder; its lines come out of a pipe."""

    def __init__(self, folder):
        self.folder = folder

    def __enter__(self):
        self.child = subprocess.Popen(
            ["inotifywait", "-m", "-r", "-e", "moved_to", "--format", "%f", self.folder], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for line in self.child.stderr:
            if b"Watches established" in line:
                os.set_blocking(self.child.stdout.fileno(), False)
                return self
        raise RuntimeError("inotifywait did not set its watches")

    def __exit__(self, *_):
        self.child.kill()
        self.child.wait()

    @property
    def pid(self):
        return self.child.pid

    def fileno(self):
        return self.child.stdout.fileno()

    def names(self):
        """What has come since the last call."""
        try:
            return os.read(self.fileno(), 65536).decode().split("\n")
        except BlockingIOError:
            return []


class RawInotify(InotifyWait):
    """raw_inotify.c, compiled anew: one folder, as little as a watcher can do."""

    def __init__(self, folder, scratch):
        super().__init__(folder)
        self.program = scratch / "raw_inotify"
        subprocess.run(["cc", "-O2", "-o", self.program, Path(__file__).with_name("raw_inotify.c")], check=True)

    def __enter__(self):
        self.child = subprocess.Popen([self.program, self.folder], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        if self.child.stdout.readline() != b"watching\n":
            raise RuntimeError("raw_inotify did not set its watch")
        os.set_blocking(self.child.stdout.fileno(), False)
        return self


class Noise:
    """Makes and deletes about a thousand files a second in a folder, as programs do in /tmp."""

    def __init__(self, folder):
        self.folder = folder
        self.ending = threading.Event()

    def __enter__(self):
        self.thread = threading.Thread(target=self._make)
        self.thread.start()

    def __exit__(self, *_):
        self.ending.set()
        self.thread.join()

    def _make(self):
        while not self.ending.wait(0.001):
            file = self.folder / "noise"
            file.touch()
            file.unlink()


@dataclass
class Use:
    cpu_seconds: float
    wakeups: int
    resident_mib: float
    peak_mib: float


def idle_use(pids, seconds):
    """What each process has used in that time."""
    before = [_counters(pid) for pid in pids]
    time.sleep(seconds)
    after = [_counters(pid) for pid in pids]
    return [
        Use((new["ticks"] - old["ticks"]) / os.sysconf("SC_CLK_TCK"), _wakeups(old["switches"], new["switches"]), new["rss"] / 1024, new["peak"] / 1024)
        for old, new in zip(before, after)
    ]


def _wakeups(old, new):
    """Of the threads that are there at the end."""
    return sum(count - old.get(thread, 0) for thread, count in new.items())


def _counters(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    status = Path(f"/proc/{pid}/status").read_text().split("\n")
    value = {line.split(":")[0]: line.split()[1] for line in status if ":" in line and len(line.split()) > 1}
    switches = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        text = (task / "status").read_text()
        switches[task.name] = int(text[text.index("\nvoluntary_ctxt_switches:") :].split()[1])
    # utime and stime: fields 14 and 15 of proc(5), counted from the state, field 3.
    return {"ticks": int(fields[11]) + int(fields[12]), "switches": switches, "rss": int(value["VmRSS"]), "peak": int(value["VmHWM"])}


def milliseconds_of(*command):
    start = time.monotonic_ns()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return (time.monotonic_ns() - start) / 1_000_000


def read_all_notes(root):
    return milliseconds_of("rg", "--count", "--glob", "*.md", "^", root)
