"""A repository of small files in folders of ten, with one commit."""

import subprocess


def make_repository(repository, files):
    for number in range(files):
        path = repository / f"src/d{number // 10}/f{number % 10}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{number}\n" * 20)
    identity = ("-c", "user.name=Bench", "-c", "user.email=bench@example.com")
    for command in (("init", "-q", "-b", "main"), ("add", "-A"), (*identity, "commit", "-q", "-m", "files")):
        subprocess.run(("git", *command), cwd=repository, check=True)
