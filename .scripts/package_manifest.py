"""The targets of a Package.swift that is written as literals, without running it."""

import re
from dataclasses import dataclass

_TARGET = re.compile(r"\.(target|executableTarget|testTarget|plugin|systemLibrary)\s*\(")


@dataclass
class Target:
    name: str
    line: int
    # Names of targets and products.
    dependencies: list


def read_targets(manifest):
    targets = []
    for found in _TARGET.finditer(manifest):
        body = _balanced(manifest, found.end() - 1, "(", ")")
        name = re.match(r'\(\s*name:\s*"([^"]+)"', body)
        if not name:
            continue
        start = body.find("dependencies:")
        listed = _balanced(body, body.index("[", start), "[", "]") if start >= 0 else ""
        products = re.findall(r'\.product\(\s*name:\s*"([^"]+)"', listed)
        plain = re.findall(r'"([^"]+)"', re.sub(r"\.product\([^)]*\)", "", listed))
        targets.append(Target(name.group(1), manifest.count("\n", 0, found.start()) + 1, plain + products))
    return targets


def _balanced(text, start, opening, closing):
    depth = 0
    for index in range(start, len(text)):
        depth += (text[index] == opening) - (text[index] == closing)
        if depth == 0:
            return text[start : index + 1]
    return text[start:]
