#!/usr/bin/python3
"""In bubblewrap's place: keeps the options with which Ferry starts it in `options.json` beside the worktree, with what the descriptors among them stand for."""

import json
import os
import sys
from pathlib import Path

FOLDERS = {"--bind-fd": "--bind", "--ro-bind-fd": "--ro-bind"}
DATA = ("--file", "--ro-bind-data", "--seccomp")
# Of `ferry-step` alone.
OWN = ("--json-status-fd", "--block-fd")


def content(descriptor):
    pieces = []
    while piece := os.read(descriptor, 1 << 16):
        pieces.append(piece)
    return b"".join(pieces)


def main():
    words = content(int(sys.argv[sys.argv.index("--args") + 1])).decode().split("\0")[:-1]
    options, place = [], None
    while words:
        word = words.pop(0)
        if word in FOLDERS:
            folder, guest = os.readlink(f"/proc/self/fd/{words.pop(0)}"), words.pop(0)
            options += [FOLDERS[word], folder, guest]
            if guest == "/work":
                place = Path(folder).parent
        elif word in DATA:
            options += [word, {"data": content(int(words.pop(0))).hex()}]
        elif word in OWN:
            words.pop(0)
        else:
            options.append(word)
    (place / "options.json").write_text(json.dumps(options))


if __name__ == "__main__":
    main()
