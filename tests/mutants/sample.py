"""Tries mutants of the server by the acceptance tests on SQLite, one after another.

    sample.py MUTANTS WORK

MUTANTS is an answer of `cargo mutants --list --json`. WORK is a directory: the sources are copied there and built; the
outcomes are written there in the form of cargo-mutants, which cannot do this itself: it runs tests of a package, and
these run a program that is built beside them.

A mutant is caught when the first test fails, or when the tests take ten times as long as without it. Left out are the
tests that kill the program or fail its system calls at many places: they take most of the time and are about the
store. The half on PostgreSQL is left out too: above the store the code is the same.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import time

FAILED = re.compile(rb"^test .* \.\.\. FAILED$", re.MULTILINE)
LEFT_OUT = ["write_faults", "kill", "database_role", "slow_clients", "clients::"]
LONGER = 10


def changed(text, mutant):
    """The text with the mutant in it. Lines and columns are counted from one, in characters; the end is exclusive."""
    lines = text.splitlines(keepends=True)
    at = lambda place: sum(map(len, lines[: place["line"] - 1])) + place["column"] - 1
    start, end = at(mutant["span"]["start"]), at(mutant["span"]["end"])
    return text[:start] + mutant["replacement"] + text[end:]


def copy(sources, tree):
    """What git tracks, as it is now; what is the same stays untouched, so that it is not built again."""
    files = subprocess.run(["git", "ls-files", "-z"], cwd=sources, check=True, capture_output=True).stdout
    for file in filter(None, files.decode().split("\0")):
        source, to = sources / file, tree / file
        if source.is_file() and not (to.is_file() and to.read_bytes() == source.read_bytes()):
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_bytes(source.read_bytes())
            to.chmod(source.stat().st_mode)


def build(tree, *what):
    command = ["cargo", *what, "--locked", "--message-format=json"]
    built = subprocess.run(command, cwd=tree, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    messages = [json.loads(line) for line in built.stdout.splitlines() if line.startswith("{")]
    programs = {one["target"]["name"]: one["executable"] for one in messages if one.get("executable")}
    return programs if built.returncode == 0 else None


def run(tests, tree, limit_s):
    """Whether all tests passed: False at the first that fails, None where they took too long."""
    environment = {name: value for name, value in os.environ.items() if name not in ("TEST_POSTGRES_URL", "CI")}
    skipped = [part for one in LEFT_OUT for part in ("--skip", one)]
    command = [tests, "sqlite", *skipped]
    with subprocess.Popen(command, cwd=tree / "tests", env=environment, stdout=subprocess.PIPE) as running:
        os.set_blocking(running.stdout.fileno(), False)
        begun, said, passed = time.monotonic(), b"", None
        while limit_s is None or time.monotonic() - begun < limit_s:
            ended = running.poll()
            said += running.stdout.read() or b""
            if FAILED.search(said) or ended is not None:
                passed = ended == 0
                break
            time.sleep(0.2)
        running.kill()
    return passed


def main(mutants_path, work):
    sources = pathlib.Path(__file__).resolve().parents[2]
    work = pathlib.Path(work).resolve()
    tree = work / "tree"
    mutants = json.loads(pathlib.Path(mutants_path).read_text(encoding="utf-8"))
    os.environ["CARGO_TARGET_DIR"] = str(work / "target")
    copy(sources, tree)
    if build(tree, "build", "-p", "palm") is None:
        sys.exit("the program does not build")
    tests = (build(tree, "test", "-p", "tests", "--test", "acceptance", "--no-run") or {}).get("acceptance")
    if tests is None:
        sys.exit("the acceptance tests do not build")
    begun = time.monotonic()
    baseline = run(tests, tree, None)
    limit_s = LONGER * (time.monotonic() - begun)
    outcomes = [{"scenario": "Baseline", "summary": "Success" if baseline else "Failure"}]
    for mutant in mutants if baseline else []:
        file = tree / mutant["file"]
        text = file.read_text(encoding="utf-8")
        file.write_text(changed(text, mutant), encoding="utf-8")
        try:
            built = build(tree, "build", "-p", "palm") is not None
            passed = run(tests, tree, limit_s) if built else None
        finally:
            file.write_text(text, encoding="utf-8")
        summary = {True: "MissedMutant", False: "CaughtMutant", None: "Timeout"}[passed] if built else "Unviable"
        print(f"{summary}: {mutant['name']}", flush=True)
        outcomes.append({"scenario": {"Mutant": mutant}, "summary": summary})
        (work / "outcomes.json").write_text(json.dumps({"outcomes": outcomes}), encoding="utf-8")
    (work / "outcomes.json").write_text(json.dumps({"outcomes": outcomes}), encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
