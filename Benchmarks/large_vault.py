"""A vault of a hundred thousand notes of about a kilobyte, always the same ones: what years of work leave behind."""

import random
from pathlib import Path

from scratch_vault import ScratchVault

# Folder of a state, how many notes in how many folders below it, the `status` key, and whether notes bear an id.
SHARES = [
    ("01_ideas", 14_000, 70, None, False),
    ("02_drafts", 24_185, 121, "drafts", True),
    # Fewer than Ferry asks about, and each waits for a draft, so that none of them is worked on.
    ("03_planned", 15, 1, "planned", True),
    ("04_in_progress", 0, 0, None, True),
    ("05_review", 800, 4, "review", True),
    ("06_done", 60_000, 300, "done", True),
    ("07_blocked", 1_000, 5, "blocked", True),
]
NOTES = sum(share[1] for share in SHARES)
FOLDERS = sum(share[2] for share in SHARES)

WORDS = (
    "order counter list number line price shop customer window report export import page table column filter search login token cache queue "
    "worker mail letter address country currency tax invoice payment refund shelf stock parcel label scanner screen button form field value"
).split()


def text_of(randomness, words):
    return " ".join(randomness.choices(WORDS, k=words)).capitalize() + "."


def note(randomness, number, title, status, has_id):
    lines = ["---"]
    if has_id:
        lines.append(f"id: FR-{number:06}")
    lines.append(f'title: "{title}: {randomness.choice(WORDS)}"')
    if status:
        lines.append(f"status: {status}")
    lines += [f"priority: {randomness.randint(1, 5)}", f"tags: [feature, {randomness.choice(WORDS)}]", f"created: 2026-0{randomness.randint(1, 9)}-1{randomness.randint(0, 9)}"]
    if status == "planned":
        lines.append("depends_on: FR-020000")
    elif randomness.random() < 0.3:
        lines += ["depends_on:", f'  - "[[{randomness.choice(WORDS)} {randomness.randint(1, NOTES)}]]"']
    lines += ["---", f"# {title}", ""]
    lines += [text_of(randomness, 20), "", "## Scope", "### Files to modify"]
    lines += [f"- `src/{word}.py`" for word in randomness.choices(WORDS, k=3)]
    lines += ["", "## Implementation plan", text_of(randomness, 45), "", text_of(randomness, 25), "", "## Definition of done"]
    lines += [f"- [ ] {text_of(randomness, 8)}" for _ in range(3)]
    return "\n".join(lines) + "\n"


def fill(features):
    """Writes the notes below the features folder; returns how many bytes they have."""
    randomness = random.Random(20261121)
    number = size = 0
    for state, count, folders, status, has_id in SHARES:
        for folder in range(folders):
            path = Path(features) / state / f"{WORDS[folder % len(WORDS)]} {folder:03}"
            path.mkdir(parents=True)
            for _ in range(count // folders + (folder < count % folders)):
                number += 1
                title = f"{randomness.choice(WORDS)} {number:06}"
                content = note(randomness, number, title, status, has_id).encode()
                size += len(content)
                with open(path / f"{title}.md", "wb", buffering=0) as file:
                    file.write(content)
    return size


class LargeVault(ScratchVault):
    """The notes, beside a few drafts at the top of their folder that are there to be moved."""

    def _fill(self):
        super()._fill()
        self.note_bytes = fill(self.features)

    @property
    def state(self):
        return self.folder / "state"

    @property
    def notes(self):
        """Paths of all Markdown files of the features."""
        return self.features.rglob("*.md")
