"""What judge.py says of small runs, and how sample.py changes a file: python3 -m unittest discover -s tests/mutants"""

import pathlib
import tempfile
import unittest

from judge import Unreadable, judge, name, read_list
from sample import changed
from sample import run as run_tests

UNDER = "core/"
LISTED = "core/a.rs: replace f -> u8 with 0"
LIST = f"# A remark.\n{LISTED}\n    Only a name.\n"


def mutant(line, what="replace f -> u8 with 0"):
    return {"name": f"core/a.rs:{line}:5: {what}"}


def run(*outcomes):
    tried = [{"scenario": {"Mutant": one}, "summary": summary} for one, summary in outcomes]
    return {"outcomes": [{"scenario": "Baseline", "summary": "Success"}, *tried]}


def many(caught, missed=0):
    """Caught and missed ones of other names."""
    caught = [(mutant(line, f"replace c{line}"), "CaughtMutant") for line in range(caught)]
    return caught + [(mutant(line, f"replace m{line}"), "MissedMutant") for line in range(missed)]


def wrong(list_text, outcomes, existing=None):
    if existing is None:
        existing = [one["scenario"]["Mutant"] for one in outcomes["outcomes"] if one["scenario"] != "Baseline"]
    return judge(list_text, existing, outcomes, UNDER)[1]


class Judge(unittest.TestCase):
    def test_a_missed_one_that_is_listed_is_right_and_its_line_may_move(self):
        for line in (7, 700):
            self.assertEqual(wrong(LIST, run((mutant(line), "MissedMutant"), *many(9))), [])

    def test_a_missed_one_that_is_not_listed_is_wrong(self):
        self.assertEqual(wrong("", run((mutant(7), "MissedMutant"), *many(9))), [f"missed, and not listed: {LISTED}"])

    def test_one_that_is_listed_once_is_missed_once(self):
        twice = run((mutant(7), "MissedMutant"), (mutant(9), "MissedMutant"), *many(18))
        self.assertEqual(wrong(LIST, twice), [f"missed, and not listed: {LISTED}"])
        self.assertEqual(wrong(f"{LISTED}\n{LIST}", twice), [])

    def test_a_listed_one_that_exists_no_more_is_wrong(self):
        self.assertEqual(wrong(LIST, run(*many(9))), [f"listed, and exists no more: {LISTED}"])
        twice = run((mutant(7), "MissedMutant"), *many(9))
        self.assertEqual(wrong(f"{LISTED}\n{LIST}", twice)[0], f"listed, and exists no more: {LISTED}")

    def test_a_listed_one_that_is_caught_is_wrong_unless_another_shard_may_miss_it(self):
        for summary in ("CaughtMutant", "Timeout"):
            caught = run((mutant(7), summary), *many(9))
            self.assertEqual(wrong(LIST, caught), [f"listed, and caught now: {LISTED}"])
            self.assertEqual(wrong(LIST, caught, [mutant(7), mutant(9), *(one for one, _ in many(9))]), [])

    def test_a_listed_one_of_another_shard_or_package_says_nothing(self):
        self.assertEqual(wrong(LIST, run(*many(9)), [mutant(7)]), [])
        self.assertEqual(wrong("other/a.rs: replace g\n    Only a name.\n", run(*many(9))), [])

    def test_nine_of_ten_viable_ones_are_caught(self):
        listed = "".join(f"core/a.rs: replace m{line}\n    Why.\n" for line in range(2))
        unviable = (mutant(7), "Unviable")
        self.assertEqual(wrong(listed, run(unviable, *many(18, 2))), [])
        self.assertEqual(wrong(listed, run(unviable, *many(17, 2))), ["fewer than 90 % are caught"])

    def test_the_figures_tell_caught_from_missed_from_unviable(self):
        figures, _ = judge(LIST, [], run((mutant(7), "Unviable"), (mutant(8), "Timeout"), *many(1, 1)), UNDER)
        self.assertEqual(figures, "3 viable mutants, 2 caught (66 %), 1 missed, 1 that do not compile")

    def test_a_run_that_proves_nothing_is_no_run(self):
        for outcomes in (
            run(),
            run((mutant(7), "Unviable")),
            {"outcomes": [{"scenario": "Baseline", "summary": "Failure"}]},
            run((mutant(7), "Guessed")),
        ):
            with self.assertRaises(Unreadable):
                judge("", [], outcomes, UNDER)


class List(unittest.TestCase):
    def test_several_may_have_one_reason_and_each_has_one(self):
        self.assertEqual(read_list("a: b\nc: d\n    Why,\n    in two lines.\n\ne: f\n\tWhy.\n").total(), 3)
        for text in ("a: b\n", "a: b\n    Why.\nc: d\n", "    Why.\n", "a.rs:7:5: b\n    Why.\n"):
            with self.assertRaises(Unreadable):
                read_list(text)

    def test_a_name_has_no_place(self):
        self.assertEqual(name("core/a.rs:17:5: replace 1:2: with x"), "core/a.rs: replace 1:2: with x")


def program(directory, script):
    path = pathlib.Path(directory, "program")
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


class Sample(unittest.TestCase):
    def test_tests_that_pass_fail_or_never_end_are_told_apart(self):
        for script, passed in (
            ("echo 'test a ... ok'", True),
            ("echo 'test a ... FAILED'; exec sleep 99", False),
            ("exit 101", False),
            ("exec sleep 99", None),
        ):
            with tempfile.TemporaryDirectory() as directory:
                tree = pathlib.Path(directory)
                (tree / "tests").mkdir()
                self.assertIs(run_tests(program(directory, script), tree, 2), passed, script)

    def test_a_mutant_stands_in_the_place_of_its_span(self):
        text = "fn 名() {\n    a == b\n}\n"
        at = lambda line, column: {"line": line, "column": column}
        equal = {"span": {"start": at(2, 7), "end": at(2, 9)}, "replacement": "!="}
        self.assertEqual(changed(text, equal), "fn 名() {\n    a != b\n}\n")
        body = {"span": {"start": at(2, 5), "end": at(2, 11)}, "replacement": ""}
        self.assertEqual(changed(text, body), "fn 名() {\n    \n}\n")
        named = {"span": {"start": at(1, 4), "end": at(1, 5)}, "replacement": "f"}
        self.assertEqual(changed(text, named), "fn f() {\n    a == b\n}\n")


if __name__ == "__main__":
    unittest.main()
