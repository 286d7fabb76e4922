"""Reads every vector and holds what it computes against what the vectors say. Prints how many checks were made.

    python tests/reader/check.py [directory of the vectors] [docs/encoding.md]

Exits 1 at the first that differs, and where a changed byte is not noticed.
"""

import base64
import json
import random
import re
import sys
from decimal import Decimal
from pathlib import Path

import log
from change import SERVER, Change
from encoding import H, Refused, Statement, decode, encode, verify
from fold import Fold

HERE = Path(__file__).resolve().parent
VECTORS = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "../../sync-core/tests/vectors"
PAGE = Path(sys.argv[2]) if len(sys.argv) > 2 else HERE / "../../docs/encoding.md"

checks = 0


def same(found, told, what):
    global checks
    checks += 1
    if found != told:
        print(f"{what}:\n  computed {found}\n  vector   {told}")
        sys.exit(1)


def refused(read, what):
    global checks
    checks += 1
    try:
        read()
    except Refused:
        return
    print(f"{what}: taken, although it is not what was signed")
    sys.exit(1)


def key_of(vectors, device):
    return bytes.fromhex(vectors["keys"]["tenant" if device == SERVER else f"device_{device[0]}"])


def read_changes(vectors):
    changes = []
    for number, vector in enumerate(vectors["changes"]):
        change, what = Change(bytes.fromhex(vector["envelope"])), f"change {number}"
        change.statement.verify(key_of(vectors, change.device))
        same(change.id.hex(), vector["id"], f"{what}: id")
        same(change.case.hex(), vector["case"], f"{what}: case")
        same(change.header_bytes.hex(), vector["header"], f"{what}: header")
        same(change.operations_bytes.hex(), vector["operations"], f"{what}: operations")
        same(change.missing(), vector["missing_values"], f"{what}: missing values")
        changes.append(change)
    return changes


def read_log(vectors, changes):
    hashes = []
    for number, vector in enumerate(vectors["log"]["leaves"]):
        data = bytes.fromhex(vector["leaf"])
        leaf = log.leaf(data)
        same((leaf["index"], leaf["change"]), (number, changes[number].id), f"leaf {number}")
        same(leaf["tag"].hex(), vectors["log"]["case_tag"], f"leaf {number}: case tag")
        hashes.append(log.leaf_hash(data))
        same(hashes[-1].hex(), vector["hash"], f"leaf {number}: hash")
        same(log.root(hashes).hex(), vector["root_after"], f"leaf {number}: root")
    same(H("case-tag", changes[0].id).hex(), vectors["log"]["case_tag"], "case tag")
    same(b"".join(log.frontier(hashes)).hex(), vectors["log"]["frontier"], "frontier")
    _, size, root, _ = decode(bytes.fromhex(vectors["log"]["cursor"]))
    same((size, root), (len(hashes), log.root(hashes)), "cursor")


def read_statements(vectors, changes, folded):
    tenant = bytes.fromhex(vectors["keys"]["tenant"])
    data = {name: bytes.fromhex(vectors[name]["bytes"]) for name in ("lease", "receipt", "record")}
    hash, device, own = log.lease(data["lease"], tenant)
    same((hash.hex(), own), (vectors["lease"]["hash"], key_of(vectors, device)), "lease")
    same(changes[0].lease, hash, "the lease that a change names")
    hash, listed = log.receipt(data["receipt"], tenant)
    same((hash.hex(), listed), (vectors["receipt"]["hash"], [changes[0].id, changes[1].id]), "receipt")
    hash, record = log.record(data["record"], tenant)
    same(hash.hex(), vectors["record"]["hash"], "record")
    told = (record["case"], record["basis"], record["heads"], record["fold"], record["state"])
    same((changes[0].id, folded.basis(), sorted(folded.heads), 1, folded.hash()), told, "what the record states")
    for name, read in (("lease", log.lease), ("receipt", log.receipt), ("record", log.record)):
        mutate(data[name], lambda changed, read=read: read(changed, tenant), name)
    for vector in vectors["signed_by_a_phone"]:
        message = b"\0".join(part.encode() for part in vector["parts"])
        verify(bytes.fromhex(vectors["keys"]["device_1"]), message, bytes.fromhex(vector["signature"]))
        same(message.hex(), vector["message"], "what a phone signs")


def read_live_proofs():
    """What phones show to be checked, and what is printed on cards."""
    vectors = json.loads((VECTORS / "live.json").read_text())
    key = bytes.fromhex(vectors["device_1"])
    for number, vector in enumerate(vectors["proofs"]):
        hash, who, phone, made, grade = log.live(vector["text"], key)
        told = (vector["hash"], vector["who"], vector["made"], vector["grade"])
        same((hash.hex(), who.hex(), made, grade), told, f"live proof {number}")
        same((phone, len(vector["text"])), (bytes([1]) * 4, 158), f"live proof {number}: phone and length")
        signed = log.plain_base64url(vector["text"])
        as_text = lambda data: base64.urlsafe_b64encode(data).rstrip(b"=").decode()  # noqa: E731
        mutate(signed, lambda changed: log.live(as_text(changed), key), f"live proof {number}")
        refused(lambda: log.lease(signed, key), "a live proof as a lease")
    same(log.card(vectors["card"]["text"]).hex(), vectors["card"]["id"], "code of a card")
    for text in vectors["refused"]:
        refused(lambda text=text: log.card(text), f"code {text!r}")


def read_decimals(vectors):
    for vector in vectors["decimals"]["read"]:
        value = decode(bytes.fromhex(vector["bytes"]))
        same((type(value), f"{value:f}"), (Decimal, vector["text"]), "decimal")
        same(encode(value).hex(), vector["bytes"], "bytes of a decimal")
    for data in vectors["decimals"]["refused"]:
        refused(lambda data=data: decode(bytes.fromhex(data)), f"decimal {data}")


def read_folds(vectors, changes):
    told = vectors["fold"]["of_all"]
    # The last vector is the first change again, without one of its values.
    folded = Fold(changes[0].case, changes[:-1])
    same(folded.text, told["state"], "the state of all")
    same((folded.hash().hex(), folded.basis().hex()), (told["hash"], told["basis"]), "hash and basis of all")
    same(Fold(changes[0].case, changes[:3]).hash().hex(), vectors["fold"]["of_first_three"]["hash"], "of the first three")
    for number, case in enumerate(json.loads((VECTORS / "folds.json").read_text())["cases"]):
        set_ = [Change(bytes.fromhex(data)) for data in case["changes"]]
        found = Fold(bytes.fromhex(case["case"]), set_)
        same(found.text, case["state"], f"history {number}")
        same((found.hash().hex(), found.basis().hex()), (case["hash"], case["basis"]), f"history {number}: hashes")
        same([id.hex() for id in sorted(found.tips)], case["tips"], f"history {number}: what nothing builds on")
        random.Random(number).shuffle(set_)
        same(Fold(bytes.fromhex(case["case"]), set_ + set_[:3]).text, found.text, f"history {number}: in another order")
    return folded


def mutate(data, read, what):
    """Any bit of a signed thing changed, any byte added or taken away, is noticed."""
    for place in range(len(data)):
        changed = bytearray(data)
        changed[place] ^= 1 << (place % 8)
        refused(lambda: read(bytes(changed)), f"{what}, byte {place}")
    for cut in (b"", data[:-1], data[1:], data + b"\0"):
        refused(lambda: read(cut), f"{what}, another length")


def mutate_changes(vectors):
    for number, vector in enumerate(vectors["changes"]):
        data = bytes.fromhex(vector["envelope"])

        def read(changed):
            change = Change(changed)
            change.statement.verify(key_of(vectors, change.device) if change.device in KNOWN else bytes(65))

        mutate(data, read, f"change {number}")


KNOWN = {bytes([number]) * 16 for number in range(4)}


def other_encodings():
    """What says the same in another way is refused."""
    for odd in ("1800", "190001", "1b0000000000000001", "5801ff", "9f01ff", "a201000100", "a202000100", "f4f4", "c100",
                "f93c00", "fa3f800000", "61ff", "7f6161ff", "f7", "e0", "81" * 33 + "00", "81" * 32 + "c4820000"):  # fmt: skip
        refused(lambda: decode(bytes.fromhex(odd)), f"CBOR {odd}")
    same(decode(bytes.fromhex("81" * 32 + "00")) is None, False, "nesting of 32")
    refused(lambda: Statement("lease", encode([b"\xa1\x01\x27", {}, b"", bytes(64)])), "another algorithm")


def examples():
    """The bytes that the page shows."""
    blocks = re.findall(r"```\n(8[23].*?)```", PAGE.read_text(), re.S)
    shown = ["".join(re.match(r" *((?:[0-9a-f]+ ?)*)", line)[1] for line in block.splitlines()) for block in blocks]
    rules = next(bytes.fromhex(data.replace(" ", "")) for data in shown if data.startswith("82"))
    hash, number = log.rule_set(rules)
    same((hash.hex() in PAGE.read_text(), number), (True, 1), "the rule set of the page")


vectors = json.loads((VECTORS / "v1.json").read_text())
changes = read_changes(vectors)
folded = read_folds(vectors, changes)
read_live_proofs()
read_decimals(vectors)
read_log(vectors, changes)
read_statements(vectors, changes, folded)
same(log.messages(vectors["messages"]), len(vectors["messages"]), "messages")
mutate_changes(vectors)
other_encodings()
examples()
print(f"reader: {checks} checks passed")
