"""A vault of a thousand notes, with a small repository and settings that name the benchmark's model server."""

import json
import os
import re
import subprocess
from pathlib import Path

IDEAS, DRAFTS, DONE = 500, 400, 100

NOTE = """{front}# {title}

At the counter this takes too long today. The list is read from top to bottom for every line of an order, and whoever waits sees it.

- A line is found by its number, not by its place.
- What is not found is an error that names the number.
- Nothing else changes.

## Scope
### Files to modify
- `src/list.py`
- `README.md`

## Testing
```sh
true
```

## Definition of done
- [ ] An order of a thousand lines takes less than a second.
"""

SETTINGS = """
## Providers
```yaml
bench: {{api: openai, base_url: "http://127.0.0.1:{port}/v1"}}
```

## Models
```yaml
small: bench/model
medium: bench/model
large: bench/model
```
"""


class ScratchVault:
    """Its folders below `folder`, made anew; a person's Ferry, git and keys are out of reach of it."""

    def __init__(self, folder, ferry):
        self.folder = folder
        self.root = folder / "vault"
        self.repository = folder / "counter"
        self.features = self.root / "10_features"
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": os.environ["HOME"], "LANG": "C.UTF-8",
            "XDG_STATE_HOME": str(folder / "state"), "XDG_CACHE_HOME": str(folder / "cache"), "XDG_CONFIG_HOME": str(folder / "config"),
            "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1",
        }
        self._make_repository()
        self._run(ferry, "init", self.root, "--repo", self.repository)
        self._fill()

    @property
    def dashboard(self):
        return self.root / "90_system" / "dashboard.md"

    @property
    def database(self):
        """Of the one vault that this state folder knows."""
        return next((self.folder / "state" / "ferry").glob("*/ferry.db"))

    def note(self, state, name):
        return self.features / state / name

    def draft(self, number):
        return f"Draft {number:04}.md"

    def use_model_server(self, port):
        settings = self.root / "90_system" / "ferry.md"
        text = settings.read_text()
        settings.write_text(text[: text.index("## Providers")].rstrip() + "\n" + SETTINGS.format(port=port))

    def worktree_commands(self, count):
        for number in range(count):
            yield ["git", "-C", self.repository, "worktree", "add", "--quiet", "--detach", self.folder / f"worktree-{number}"]

    def _run(self, *command):
        subprocess.run(command, env=self.environment, check=True, stdout=subprocess.DEVNULL)

    def _make_repository(self):
        (self.repository / "src").mkdir(parents=True)
        (self.repository / "README.md").write_text("# Counter\n")
        (self.repository / "src" / "list.py").write_text("ITEMS = []\n")
        (self.repository / "Makefile").write_text("test:\n\ttrue\n")
        git = ["git", "-C", self.repository, "-c", "user.name=Bench", "-c", "user.email=bench@localhost"]
        self._run(*git, "init", "--quiet", "--initial-branch=main")
        self._run(*git, "add", "--all")
        self._run(*git, "commit", "--quiet", "--message", "A counter")

    def _fill(self):
        repository = self.root / "80_repositories" / "counter.md"
        repository.write_text(re.sub(r"^test: .*$", "test: 'true'", repository.read_text(), flags=re.M))
        self.note("01_ideas", "Example feature.md").unlink()
        for number in range(IDEAS):
            self._write("01_ideas", f"Idea {number:04}.md", "")
        for number in range(DRAFTS):
            self._write("02_drafts", self.draft(number), "---\npriority: 3\n---\n")
        for number in range(1, DONE + 1):
            self._write("06_done", f"Done {number:04}.md", f"---\nid: FR-{number:03}\nstatus: done\n---\n")

    def _write(self, state, name, front):
        self.note(state, name).write_text(NOTE.format(front=front, title=Path(name).stem))
