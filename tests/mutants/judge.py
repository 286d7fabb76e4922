"""Judges a run of cargo-mutants against the list of mutants that may be missed.

    judge.py LIST ALL OUTCOMES UNDER

LIST is `tests/mutants.txt`, ALL the answer of `cargo mutants --list --json` for the whole package, OUTCOMES the file
`mutants.out/outcomes.json` of a run, which may be of one shard, UNDER the directory whose part of the list counts. Fails if fewer than 90 % of the viable mutants are
caught, if one is missed that the list does not name, or if the list names one that exists no more or is caught now.
A mutant by which the tests never end is caught.

The list has one mutant a line, as cargo-mutants names it but without line and column; one that occurs several times
in a function stands there as often. Indented lines below say why no test notices it. `#` begins a remark.
"""

import collections
import json
import re
import sys

WANTED_PERCENT = 90
CAUGHT, MISSED = {"CaughtMutant", "Timeout"}, {"MissedMutant"}
# Neither: it does not compile, or nothing was run.
IGNORED = {"Unviable", "Success", "Failure"}
PLACE = re.compile(r":\d+:\d+: ")


class Unreadable(Exception):
    """Something that is not as it is documented above."""


def name(mutant):
    """What stays the same when lines move."""
    return PLACE.sub(": ", mutant, count=1)


def read_list(text):
    """How often each mutant is listed. Each has a reason below it, alone or with those right above."""
    listed, open_names = collections.Counter(), []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if line[0].isspace():
            if not listed:
                raise Unreadable(f"line {number}: a reason without a mutant")
            open_names = []
            continue
        if PLACE.search(line):
            raise Unreadable(f"line {number}: names a line and a column, which move")
        listed[line.strip()] += 1
        open_names.append(line.strip())
    if open_names:
        raise Unreadable(f"no reason for: {open_names[-1]}")
    return listed


def judge(list_text, existing, outcomes, under):
    """The figures of a run, and what is wrong with it."""
    listed = read_list(list_text)
    listed = collections.Counter({one: count for one, count in listed.items() if one.startswith(under)})
    exist = collections.Counter(name(one["name"]) for one in existing)
    caught, missed, tried = collections.Counter(), collections.Counter(), collections.Counter()
    for outcome in outcomes["outcomes"]:
        scenario, summary = outcome["scenario"], outcome["summary"]
        if scenario == "Baseline":
            if summary != "Success":
                raise Unreadable("the tests fail without a mutant")
            continue
        one = name(scenario["Mutant"]["name"])
        tried[one] += 1
        if summary in CAUGHT:
            caught[one] += 1
        elif summary in MISSED:
            missed[one] += 1
        elif summary not in IGNORED:
            raise Unreadable(f"an outcome called {summary}")
    wrong = [f"missed, and not listed: {one}" for one in (missed - listed).elements()]
    wrong += [f"listed, and exists no more: {one}" for one in (listed - exist).elements()]
    for one, count in sorted(listed.items()):
        # Only where the run had all of that name: otherwise another shard has the one that is missed.
        if 0 < tried[one] == exist[one] and missed[one] < count:
            wrong.append(f"listed, and caught now: {one}")
    viable = caught.total() + missed.total()
    if viable == 0:
        raise Unreadable("no mutant was tried")
    if caught.total() * 100 < WANTED_PERCENT * viable:
        wrong.append(f"fewer than {WANTED_PERCENT} % are caught")
    unviable = tried.total() - viable
    figures = f"{viable} viable mutants, {caught.total()} caught ({caught.total() * 100 // viable} %), "
    figures += f"{missed.total()} missed, {unviable} that do not compile"
    return figures, wrong


def main(list_path, all_path, outcomes_path, under):
    with open(list_path, encoding="utf-8") as file:
        list_text = file.read()
    with open(all_path, encoding="utf-8") as file:
        existing = json.load(file)
    with open(outcomes_path, encoding="utf-8") as file:
        outcomes = json.load(file)
    try:
        figures, wrong = judge(list_text, existing, outcomes, under)
    except Unreadable as error:
        sys.exit(f"{error}")
    print(figures)
    for line in wrong:
        print(line)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
