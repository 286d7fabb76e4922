"""The change: envelope, header, operations, values.

Promise: `read` takes exactly what `docs/encoding.md` takes; an id, a commitment or a digest is computed, never believed.
"""

from decimal import Decimal

from encoding import H, Refused, Statement, array, ascending, decode, encode, need, number, raw, text

OUTSIDE_VALUES, IN_A_VALUE, IN_ALL_VALUES = 10_000, 32_768, 131_072
SERVER = bytes(16)
SERVERS = range(9, 14)
NAMES = {
    1: "Open", 2: "Invite", 3: "Add", 4: "Put", 5: "Withdraw", 6: "Record", 7: "Resolve", 8: "Sign",
    9: "Verdict", 10: "Decide", 11: "Assign", 12: "Number", 13: "Seal", 14: "Correct",
}  # fmt: skip
ROLES = {"officer", "second_officer", "party", "witness", "refusal"}
KINDS = {"inspection", "simple", "ordinary"}
OUTCOMES = {0: "admit", 1: "exclude", 2: "dismiss"}


def items(item):
    """Items that an item is taken apart into, itself among them."""
    if type(item) is list:
        return 1 + sum(items(inner) for inner in item)
    if type(item) is Decimal:
        return 4
    if type(item) is dict:
        return 1 + sum(1 + items(inner) for inner in item.values())
    return 1


def a_value(item):
    """Null, truth, integer of 64 bits, decimal, bytes, text, list."""
    need(type(item) is not dict and (type(item) is not int or item < 2**63), "value")
    for inner in item if type(item) is list else []:
        a_value(inner)
    return item


def ref(item):
    """An own operation as its index; another as (change, index)."""
    if type(item) is list:
        change, index = array(item, 2)
        return raw(change, 32), number(index, most=2**32 - 1)
    return number(item, most=2**32 - 1)


def refs(item, ordered=True):
    found = [ref(one) for one in array(item)]
    place = lambda one: (1, one) if type(one) is int else (0, *one)
    return ascending(found, place) if ordered else found


def optional(read, item):
    return None if item is None else read(item)


def answers(item):
    """What an entity answers: a form as (name, version, digest), or the path of a question."""
    if type(item) is str:
        need(item, "an empty path")
        return item
    form, version, digest = array(item, 3)
    need(text(form), "an empty name")
    return form, number(version, most=2**32 - 1), raw(digest, 32)


class Op:
    """An operation. `detail` is `None` where a known kind has one that cannot be read."""

    def __init__(self, item):
        kind, target, field, replaces, commit, detail = array(item, 6)
        self.kind = number(kind, most=2**64 - 1)
        self.name = NAMES.get(self.kind)
        self.target, self.field = optional(ref, target), optional(text, field)
        self.replaces, self.commit = refs(replaces), optional(lambda item: raw(item, 32), commit)
        self.detail, self.malformed = a_value(detail), False
        try:
            self.read(detail)
        except (Refused, ValueError):
            self.malformed = True

    def read(self, detail):
        name = self.name
        if name in ("Put", "Withdraw", "Resolve"):
            need(detail is None, "detail")
        elif name == "Open":
            kind, agency, item, officers = array(detail, 4)
            need(kind in KINDS, "kind")
            self.open = (kind, raw(agency, 16), text(item), ascending([raw(one, 16) for one in array(officers)]))
        elif name in ("Invite", "Assign"):
            self.officer = raw(detail, 16)
        elif name == "Add":
            need(len(array(detail)) in (2, 3), "detail")
            self.add = (text(detail[0]), text(detail[1]), *map(answers, detail[2:]))
            third = self.add[2] if len(self.add) == 3 else None
            about = {"form": [tuple], "repeat": [str]}.get(self.add[0], [str, type(None)])
            need(type(third) in about, "what it answers")
        elif name == "Record":
            self.step = text(detail)
        elif name == "Sign":
            form, version, role, manner, shown, digest = array(detail, 6)
            need(role in ROLES, "role")
            shown = refs(shown, ordered=False)
            version = number(version, most=2**32 - 1)
            self.sign = (text(form), version, role, text(manner), shown, raw(digest, 32))
        elif name == "Verdict":
            change, outcome, code = array(detail, 3)
            self.verdict = (raw(change, 32), OUTCOMES[number(outcome, most=2)], text(code))
        elif name == "Decide":
            decision, basis = array(detail, 2)
            self.decide = (text(decision), raw(basis, 32))
        elif name == "Number":
            form, year, serial, shown = array(detail, 4)
            self.number = (text(form), number(year, most=2**32 - 1), number(serial, most=2**32 - 1), text(shown))
        elif name == "Seal":
            self.seal = refs(detail, ordered=False)
        elif name == "Correct":
            step, kind, happened = array(detail, 3)
            self.correct = (ref(step), optional(text, kind), optional(lambda at: number(at, -(2**63)), happened))
            need(kind is not None or happened is None, "what did not happen has no time")


class Change:
    """A readable change. `trusted` leaves the signature aside."""

    def __init__(self, data):
        need(len(data) <= 1 << 20, "larger than 1 MiB")
        sign1, operations, values = array(decode(data), 3)
        self.statement = Statement("change", raw(sign1))
        self.header_bytes, self.operations_bytes = self.statement.payload, raw(operations)
        self.id = H("change", self.header_bytes)
        self.read_header(decode(self.header_bytes))
        need(self.ops_hash == H("ops", self.operations_bytes), "operations")
        listed = array(decode(self.operations_bytes))
        need(len(listed) <= 4096, "operations")
        self.ops = [Op(item) for item in listed]
        outside = items(decode(self.header_bytes)) + items(listed)
        self.values, self.lacks_values = {}, values is None
        if values is not None:
            outside += self.read_values(decode(raw(values)))
        need(outside <= OUTSIDE_VALUES, "too many items")
        self.opens = self.case is None
        self.case = self.case or self.id

    def read_header(self, header):
        need(type(header) is dict and set(header) <= set(range(1, 14)), "header")
        need(set(range(1, 14)) - set(header) <= {6, 8, 9}, "header")
        need(header[1] == 1 and type(header[1]) is int, "version")
        self.tenant, self.device, self.epoch = raw(header[2], 16), raw(header[3], 16), raw(header[4], 8)
        self.seq, self.prev = number(header[5], 1), optional(lambda item: raw(item, 32), header.get(6))
        self.officer, self.lease = raw(header[7], 16), optional(lambda item: raw(item, 32), header.get(8))
        self.case = optional(lambda item: raw(item, 32), header.get(9))
        self.deps = ascending([raw(dep, 32) for dep in array(header[10])])
        need(len(self.deps) <= 1024, "deps")
        wall, monotonic, boot, sleeps, anchor = array(header[11], 5)
        self.wall = number(wall, -(2**63))
        number(monotonic), raw(boot, 16), need(type(sleeps) is bool, "clock")
        if anchor is not None:
            lease, reading = array(anchor, 2)
            raw(lease, 32)
            for at in array(reading, 2) if reading is not None else []:
                number(at)
        raw(header[12], 32)
        self.ops_hash = raw(header[13], 32)

    def read_values(self, item):
        secret, entries = array(item, 2)
        optional(lambda item: raw(item, 32), secret)
        ascending([array(entry, 3)[0] for entry in array(entries)])
        need(secret is None or entries, "a secret without values")
        inside = 0
        for index, salt, value in entries:
            need(number(index) < len(self.ops), "index of a value")
            need((salt is None) == (secret is not None), "salt")
            salt = H("salt", secret, index.to_bytes(4, "big")) if salt is None else raw(salt, 32)
            coded = encode(a_value(value))
            need(len(coded) <= 256 << 10 and items(value) <= IN_A_VALUE, "value too large")
            need(self.ops[index].commit == H("value", salt, coded), "commitment")
            inside += items(value)
            self.values[index] = value
        need(inside <= IN_ALL_VALUES, "too many items")
        return 3 + 3 * len(entries)

    def missing(self):
        return [index for index, op in enumerate(self.ops) if op.commit is not None and index not in self.values]

    def resolve(self, one):
        """An operation as (change, index)."""
        return (self.id, one) if type(one) is int else one
