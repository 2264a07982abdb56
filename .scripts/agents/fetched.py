"""Programs and libraries of others, fetched from PyPI into folders of their own below .build/agents, where they stay for a day."""

import shutil
import subprocess
import time
from pathlib import Path

FETCHED = Path(__file__).resolve().parents[2] / ".build" / "agents"
PYTHON = "/usr/bin/python3"
PACKAGES = {
    "claude": ["claude-agent-sdk"],
    "codex": ["openai-codex"],
    "acp": ["agent-client-protocol", "anthropic", "jsonschema"],
    "litellm": ["litellm[proxy]"],
    "mini": ["mini-swe-agent"],
    "sdks": ["anthropic", "openai", "google-genai"],
}
CLAUDE = FETCHED / "claude" / "claude_agent_sdk" / "_bundled" / "claude"
CODEX = FETCHED / "codex" / "codex_cli_bin"


class FetchFailure(Exception):
    """What could not be fetched, for the person who wanted it."""


def fetch(name):
    """Installs a set of packages, unless that was done within a day."""
    folder, mark = FETCHED / name, FETCHED / f"{name}.fetched"
    wanted = " ".join(PACKAGES[name])
    if folder.is_dir() and mark.is_file() and mark.read_text() == wanted and time.time() - mark.stat().st_mtime < 86_400:
        return
    print(f"Fetching {wanted}", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    FETCHED.mkdir(parents=True, exist_ok=True)
    command = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-warn-script-location", "--only-binary", ":all:",
               "--target", str(folder), *PACKAGES[name]]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900)
    if done.returncode != 0:
        raise FetchFailure(f"pip could not fetch {wanted}; is PyPI reachable?\n{done.stdout}{done.stderr}")
    mark.write_text(wanted)


def version(folder, package):
    """Of a package in a fetched folder."""
    found = sorted((FETCHED / folder).glob(f"{package.replace('-', '_')}-*.dist-info"))
    if not found:
        raise FetchFailure(f"{package} is not in {FETCHED / folder}")
    return found[-1].name.removesuffix(".dist-info").rpartition("-")[2]


def program_version(*command):
    """The first line of what a program says of itself."""
    return subprocess.run(command, capture_output=True, text=True, timeout=60).stdout.strip().split("\n")[0]
