"""What a turn of an agent costs beside its model's time, and what many agents cost that wait for a slow model: Ferry, mini-swe-agent and `claude -p`.

By itself: agent_cost.py FERRY prints its section of docs/benchmarks.md.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parent.parent / ".scripts"
sys.path[:0] = [str(SCRIPTS), str(SCRIPTS / "agents")]
from fetched import CLAUDE, FETCHED, PYTHON, fetch, program_version, version
from scripted_model import ScriptedModel
from trial.scene import Scene, Template

from statistics_of import percentile

# Fewer than the 30 without a change after which Ferry stops an agent.
TURNS = 25
GOAL_MILLISECONDS = 3
AGENTS = 200
GOAL_MIB = 300
GOAL_PERCENT = 10
# Of the others so many at once are measured; each is a process of its own.
MINI, CLAUDES = 10, 5
SECONDS = 30
# Only how long a note must have been left alone; all else as every day.
TIMING = "settle=40 firstTouch=15"
PACKAGES = ("claude", "mini")

MINI_PROGRAM = """
import sys
from minisweagent.agents.default import DefaultAgent
from minisweagent.environments.extra.bubblewrap import BubblewrapEnvironment
from minisweagent.environments.local import LocalEnvironment
from minisweagent.models.litellm_model import LitellmModel
port, folder, sandbox, task = sys.argv[1:]
model = LitellmModel(model_name="openai/bench", cost_tracking="ignore_errors", model_kwargs={"api_base": f"http://127.0.0.1:{port}/v1", "api_key": "x"})
environment = BubblewrapEnvironment(cwd=folder) if sandbox == "bwrap" else LocalEnvironment(cwd=folder)
DefaultAgent(model, environment, system_template="You work.", instance_template="{{task}}", cost_limit=0).run(task)
"""
TASK = "Role: coder\nLook at the words."


@dataclass
class AgentFacts:
    # Milliseconds each, by who and what.
    turns: dict = field(default_factory=dict)
    # (agents, MiB, percent of a core)
    waiting: dict = field(default_factory=dict)
    versions: dict = field(default_factory=dict)


def measure_agents(folder, ferry, say):
    folder = Path(folder) / "agents"
    folder.mkdir()
    facts = AgentFacts()
    facts.versions = {"mini": version("mini", "mini-swe-agent"), "claude": program_version(str(CLAUDE), "--version").split()[0]}
    (folder / "template").mkdir()
    template = Template(folder / "template", ferry)
    for number in range(TURNS):
        (folder / "template" / "hello" / "words" / f"w{number}").write_text(f"w{number}\n")
    commit(folder / "template" / "hello")
    say(f"{TURNS} turns of an agent")
    facts.turns = ferry_turns(template) | mini_turns(folder, "local") | mini_turns(folder, "bwrap") | claude_turns(folder)
    say(f"{AGENTS} agents that wait for a model")
    for silent in (True, False):
        facts.waiting["ferry", silent] = ferry_waiting(template, silent)
    facts.waiting["mini", True] = waiting(MINI, lambda model, number: mini(folder, model, "local"))
    facts.waiting["claude", True] = waiting(CLAUDES, lambda model, number: claude(folder, model))
    return facts


def commit(repository):
    identity = ("-c", "user.name=Bench", "-c", "user.email=bench@localhost")
    for command in (("add", "--all"), (*identity, "commit", "--quiet", "--message", "More words")):
        subprocess.run(("git", "-C", repository, *command), check=True)


# Turns


def looks(end):
    """Reads, a change, then commands, each another one: who does the same again and again, or changes nothing for 30 turns, is stopped."""
    reads = ({"read": f"words/w{number}"} for number in range(TURNS))
    return [*reads, {"write": {"words/between": "between\n"}}, *({"run": f"true {number}"} for number in range(TURNS)), end]


def between(model, reading, commanding, begin=0):
    """Milliseconds from the answer of a turn to the request of the next, for the turns of `looks` that read and those that command; `begin`: turns before them."""
    asked = [request for request in model.requests if request.get("role") == "coder" and request["status"] == 200]
    if [request["turn"] for request in asked] != list(range(begin + 2 * TURNS + 2)):
        raise RuntimeError(f"these turns were asked for: {[request['turn'] for request in asked]}")
    waits = [(after["arrived"] - before["answered"]) * 1000 for before, after in zip(asked[begin:], asked[begin + 1:])]
    return {reading: waits[:TURNS], commanding: waits[TURNS + 1:2 * TURNS + 1]}


def ferry_turns(template):
    finish = {"report": {"summary": "Nothing to find.", "findings": []}}
    coder = looks({"report": {"summary": "It is written.", "answers": [], "questions": []}})
    model = ScriptedModel(
        {"planner": [{"report": {"summary": "A plan.", "plan": "Write words/bench.", "questions": []}}],
         "coder": [{"write": {"words/bench": "bench\n"}}, *coder], "tester": [finish], "reviewer": [finish]}, "")
    scene = Scene(template, model, timing=TIMING)
    try:
        scene.start()
        scene.write("Bench", "# Say bench\n\nThere shall be a file that says bench.\n")
        scene.wait(lambda: "\nstatus: review\n" in scene.read("review", "Bench"), 120, "review")
        return between(model, ("ferry", "read"), ("ferry", "bash"), begin=1)
    finally:
        scene.close()
        model.stop()


def mini_turns(folder, sandbox):
    model = ScriptedModel({"coder": looks({"run": "echo COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT"})}, "x")
    try:
        # It has no tool that reads: it runs `cat`.
        finished(mini(folder, model, sandbox))
        return between(model, ("mini", "read", sandbox), ("mini", "bash", sandbox))
    finally:
        model.stop()


def claude_turns(folder):
    model = ScriptedModel({"coder": looks({"text": "Done."})}, "x", root=str(work(folder)))
    try:
        finished(claude(folder, model))
        return between(model, ("claude", "read"), ("claude", "bash"))
    finally:
        model.stop()


def finished(process):
    output, _ = process.communicate(timeout=180)
    if process.returncode != 0:
        raise RuntimeError(f"{process.args[:2]} ended with {process.returncode}: {output.decode(errors='replace')[-2000:]}")


def work(folder):
    """A checkout for programs that Ferry does not give one."""
    place = folder / "work"
    if not place.exists():
        subprocess.run(("git", "clone", "--quiet", folder / "template" / "hello", place), check=True)
    return place


def mini(folder, model, sandbox):
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": str(FETCHED / "mini"), "MSWEA_SILENT_STARTUP": "1", "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "MSWEA_GLOBAL_CONFIG_DIR": str(folder / "mini"), "LANG": "C.UTF-8",
    }
    command = (PYTHON, "-c", MINI_PROGRAM, str(model.port), str(work(folder)), sandbox, TASK)
    return subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def claude(folder, model):
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1", "DISABLE_AUTOUPDATER": "1",
        "ANTHROPIC_BASE_URL": f"http://127.0.0.1:{model.port}", "ANTHROPIC_API_KEY": "x", "CLAUDE_CONFIG_DIR": str(folder / "claude"),
    }
    command = (str(CLAUDE), "-p", "--output-format", "json", "--permission-mode", "bypassPermissions", "--strict-mcp-config", "--model", "claude-haiku-5-5", TASK)
    return subprocess.Popen(command, env=environment, cwd=work(folder), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


# Waiting


class SlowModel:
    """Takes requests and answers none: silently, or with a word of a stream of Chat Completions each second."""

    def __init__(self, silent=True):
        self.waiting = 0
        self._over = threading.Event()
        self._lock = threading.Lock()
        slow = self

        class Connection(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                with slow._lock:
                    slow.waiting += 1
                self.close_connection = True
                if silent:
                    slow._over.wait()
                    return
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.end_headers()
                chunk = {"id": "slow", "choices": [{"index": 0, "delta": {"role": "assistant", "content": "word "}, "finish_reason": None}]}
                try:
                    while not slow._over.wait(1):
                        self.wfile.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")
                except OSError:
                    pass

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 512

            def handle_error(self, *_):
                """The client was killed."""

        self._server = Server(("127.0.0.1", 0), Connection)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self):
        self._over.set()
        self._server.shutdown()
        self._server.server_close()

    def wait_for(self, count, is_alive):
        end = time.monotonic() + 170
        while self.waiting < count:
            if time.monotonic() > end or not is_alive():
                raise RuntimeError(f"only {self.waiting} of {count} agents asked")
            time.sleep(0.05)


def ferry_waiting(template, silent):
    model = SlowModel(silent)
    scene = Scene(template, model, agents=AGENTS, timing=TIMING)
    try:
        scene.start()
        for number in range(AGENTS):
            scene.write(f"Agent {number:03}", f"# Say agent{number}\n\nThere shall be a file that says agent{number}.\n")
        model.wait_for(AGENTS, lambda: scene.is_alive)
        return (AGENTS, *use([scene.ferry.pid]))
    finally:
        scene.close()
        model.stop()


def waiting(count, start):
    model = SlowModel()
    processes = [start(model, number) for number in range(count)]
    try:
        model.wait_for(count, lambda: all(process.poll() is None for process in processes))
        return (count, *use([process.pid for process in processes]))
    finally:
        for process in processes:
            process.kill()
            process.communicate()
        model.stop()


def use(roots):
    """Memory in MiB (each shared page counted once) and percent of a core over `SECONDS`, of these processes and their children."""
    time.sleep(3)
    pids = family(roots)
    begin, began = sum(ticks(pid) for pid in pids), time.monotonic()
    time.sleep(SECONDS)
    percent = (sum(ticks(pid) for pid in pids) - begin) / os.sysconf("SC_CLK_TCK") / (time.monotonic() - began) * 100
    memory = 0
    for pid in pids:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().split("\n")
        memory += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return memory / 1024, percent


def family(roots):
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents.setdefault(int(stat.read_text().rpartition(")")[2].split()[1]), []).append(int(stat.parent.name))
        except OSError:
            pass
    found = list(roots)
    for pid in found:
        found += parents.get(pid, [])
    return found


def ticks(pid):
    """utime and stime: fields 14 and 15 of proc(5), counted from the state, field 3."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


# The document


def agent_section(facts):
    def turn(name, key, goal=""):
        values = facts.turns[key]
        return f"| {name} | {percentile(values, 50):.2f} | {percentile(values, 99):.2f} | {max(values):.2f} | {goal} |"

    def wait(name, key, goal=("", "")):
        count, memory, percent = facts.waiting[key]
        scale = AGENTS / count
        measured = "" if count == AGENTS else f"; {count} measured"
        return f"| {name}{measured} | {memory * scale:.0f}{goal[0]} | {memory / count:.2f} | {percent * scale:.1f}{goal[1]} |"

    mini, claude = f"mini-swe-agent {facts.versions['mini']}", f"`claude -p` {facts.versions['claude']}"
    return f"""
## Agents

A turn, without the model's time: from the last event of its answer to the last byte of the next request, seen by the server. {TURNS} turns of a conversation that grows; the same ones for each, from the same server. Ferry keeps each turn and each call with
fsync; a command of it runs in the sandbox, and the worktree is kept after it (what these two cost stands under "The sandbox" and "Keeping a worktree"). mini-swe-agent has no tool that reads, and runs `cat`. Milliseconds.

| | median | 99th percentile | longest | goal, median |
|---|---|---|---|---|
{turn("Ferry, `read`", ("ferry", "read"), GOAL_MILLISECONDS)}
{turn(f"{claude}, `Read`", ("claude", "read"))}
{turn(f"{mini}, `cat` without a sandbox", ("mini", "read", "local"))}
{turn(f"{mini}, `cat` in its own bubblewrap", ("mini", "read", "bwrap"))}
{turn("Ferry, `bash` with `true`, in the sandbox", ("ferry", "bash"))}
{turn(f"{claude}, `Bash` with `true`, without a sandbox", ("claude", "bash"))}
{turn(f"{mini}, `true` without a sandbox", ("mini", "bash", "local"))}
{turn(f"{mini}, `true` in its own bubblewrap", ("mini", "bash", "bwrap"))}

{AGENTS} agents that wait for a model, over {SECONDS} s: memory (proportional set size, so that what processes share counts once) and CPU of all their processes. The others are a process for each agent; where fewer were measured, the sums are theirs, scaled.

| | memory, MiB | for one agent | CPU, % of a core |
|---|---|---|---|
{wait("Ferry, the model is silent", ("ferry", True), (f" (goal {GOAL_MIB})", f" (goal {GOAL_PERCENT})"))}
{wait("Ferry, the model says a word each second", ("ferry", False), (f" (goal {GOAL_MIB})", f" (goal {GOAL_PERCENT})"))}
{wait(f"{mini}, silent", ("mini", True))}
{wait(f"{claude}, silent", ("claude", True))}
"""


if __name__ == "__main__":
    for package in PACKAGES:
        fetch(package)
    with tempfile.TemporaryDirectory(prefix="ferry-bench-") as scratch:
        print(agent_section(measure_agents(Path(scratch).resolve(), Path(sys.argv[1]).resolve(), print)))
