"""The fold: from a set of changes of one case to its state, as `docs/encoding.md` says.

Promise: written from the page, not from the program; what both say of the same set is the same, byte for byte.
"""

import json
from decimal import Decimal

from change import SERVER
from encoding import H

SUPPLEMENT, PLACE, FOREIGN = "supplementary_record", "place", "other_agency"


def causal(changes):
    """Held changes, parents first; and the ids of those that wait."""
    rest, order, done = {change.id: change for change in changes}, [], set()
    while free := [id for id, change in rest.items() if done.issuperset(change.deps)]:
        id = min(free)
        order.append(rest.pop(id))
        done.add(id)
    return order, sorted(rest)


def breach(change, below, held):
    """The code of the rule of form that a change breaks, or none. `below` is what it builds on."""
    if (bool(change.ops) and change.ops[0].name == "Open" and not change.ops[0].malformed) != change.opens:
        return "form_opening"
    if change.opens != (not change.deps):
        return "form_no_deps"
    for index, op in enumerate(change.ops):
        if found := Form(change, index, op, below, held).breach():
            return found
    return None


class Form:
    def __init__(self, change, index, op, below, held):
        self.change, self.index, self.op, self.below, self.held = change, index, op, below, held

    def find(self, ref):
        """The operation that a ref names and its name, if it is earlier or in the closure."""
        if type(ref) is int:
            return (self.change.ops[ref], (self.change.id, ref)) if ref < self.index else None
        change = self.held[ref[0]] if ref[0] in self.below else None
        return (change.ops[ref[1]], ref) if change and ref[1] < len(change.ops) else None

    def breach(self):
        op, name = self.op, self.op.name
        if op.malformed:
            return "form_detail"
        if op.kind in range(9, 14) and self.change.device != SERVER:
            return "form_not_the_signers"
        if op.target is not None:
            found = self.find(op.target)
            if not found:
                return "form_outside_closure"
            if found[0].name != "Add" or found[0].malformed:
                return "form_target"
        if name == "Open" and (self.index != 0 or self.change.officer not in op.open[3]):
            return "form_opening"
        if name in ("Withdraw", "Sign") and op.target is None:
            return "form_target"
        if name in ("Open", "Invite", "Verdict", "Assign", "Seal") and op.target is not None:
            return "form_target"
        if name and not self.is_shaped():
            return "form_shape"
        return self.detail() or self.replaced() or self.digest()

    def is_shaped(self):
        op, name = self.op, self.op.name
        if (op.field is not None) != (name in ("Put", "Resolve")):
            return False
        if name in ("Put", "Resolve", "Withdraw", "Correct") and op.commit is None:
            return False
        if name in ("Open", "Invite", "Add", "Assign", "Number") and op.commit is not None:
            return False
        if op.replaces and name not in ("Put", "Resolve", "Verdict", "Correct"):
            return False
        return name != "Resolve" or len(op.replaces) >= 2

    def detail(self):
        op, name = self.op, self.op.name
        if name == "Verdict":
            return None if op.verdict[0] in self.below else "form_outside_closure"
        refs = {"Sign": lambda: op.sign[4], "Seal": lambda: op.seal, "Correct": lambda: op.correct[:1]}.get(name)
        for ref in refs() if refs else []:
            found = self.find(ref)
            if not found:
                return "form_outside_closure"
            if name == "Correct" and (found[0].name != "Record" or found[0].malformed):
                return "form_target"
        return None

    def about(self, op, change):
        """What an operation must have in common with one that it replaces."""
        name = op.name if not op.malformed else None
        if name in ("Put", "Resolve"):
            return ("write", op.field, op.target if op.target is None else change.resolve(op.target))
        if name == "Verdict":
            return ("verdict", op.verdict[0])
        return ("correct", change.resolve(op.correct[0])) if name == "Correct" else None

    def replaced(self):
        if self.op.name not in ("Put", "Resolve", "Verdict", "Correct"):
            return None
        for ref in self.op.replaces:
            found = self.find(ref)
            if not found:
                return "form_outside_closure"
            owner = self.change if type(ref) is int else self.held[ref[0]]
            if self.about(found[0], owner) != self.about(self.op, self.change):
                return "form_other_field"
        return None

    def digest(self):
        if self.op.name != "Sign":
            return None
        parts = []
        for ref in self.op.sign[4]:
            op, (change, index) = self.find(ref)
            parts += [change, index.to_bytes(4, "big"), op.commit or bytes(32)]
        return None if H("shown", *parts) == self.op.sign[5] else "form_shown_digest"


class Fold:
    """The state of a case. `text` is it as JSON, `heads` are its heads."""

    def __init__(self, case, changes):
        changes = {change.id: change for change in changes if change.case == case}
        self.case = case
        self.order, self.waiting = causal(changes.values())
        self.held = {change.id: change for change in self.order}
        self.below = {}
        for change in self.order:
            self.below[change.id] = set(change.deps).union(*(self.below[dep] for dep in change.deps))
        self.breaches = {c.id: code for c in self.order if (code := breach(c, self.below[c.id], self.held))}
        self.judge()
        self.take_part()
        self.admitted = {c.id for c in self.order if self.counts(c.id)}
        self.heads = self.find_heads(self.inside)
        self.tips = self.find_heads(set(self.held))
        self.state = self.make()
        self.text = json.dumps(self.state, ensure_ascii=False, separators=(",", ":"))

    def hash(self):
        return H("state", self.text.encode())

    def basis(self):
        return H("basis", *sorted(self.heads))

    def counts(self, id):
        return id in self.inside and id not in self.breaches and id not in self.excluded

    def ops(self):
        for change in self.order:
            for index, op in enumerate(change.ops):
                yield change, (change.id, index), op

    def formed(self):
        return (item for item in self.ops() if item[0].id not in self.breaches)

    def judge(self):
        spoken = [(c, id, op) for c, id, op in self.formed() if op.name == "Verdict"]
        replaced = {change.resolve(ref) for change, _, op in spoken for ref in op.replaces}
        self.excluded, self.let_in, foreign = {}, set(), set()
        for _, id, op in spoken:
            change, outcome, code = op.verdict
            if self.held[change].device == SERVER:
                continue
            if code == FOREIGN:
                foreign.add(change)
            if id in replaced:
                continue
            if outcome == "admit":
                self.let_in.add(change)
            else:
                entry = {"op": name(id), "dismissed": outcome == "dismiss", "code": code}
                self.excluded.setdefault(change, []).append(entry)
        self.foreign = foreign & set(self.excluded)

    def take_part(self):
        brought = {}
        for change, _, op in self.formed():
            if op.name in ("Open", "Invite", "Assign") and change.id not in self.foreign:
                officers = op.open[3] if op.name == "Open" else [op.officer]
                brought.setdefault(change.id, set()).update(officers)
        opened = set().union(*(brought.get(change.id, set()) for change in self.order if change.opens))
        self.inside = set()
        for change in self.order:
            named = any(
                change.officer in brought.get(id, ()) and id in self.inside and not self.held[id].opens
                for id in self.below[change.id]
            )
            own = change.device == SERVER or change.opens or change.id in self.let_in
            if own or named or change.officer in opened:
                self.inside.add(change.id)

    def find_heads(self, among):
        return among - set().union(*(self.below[id] for id in among))

    def by(self, change):
        at = next((i for i, op in enumerate(change.ops) if op.name == "Record" and not op.malformed and op.step == PLACE), None)
        place = None if at is None else plain(change.values.get(at))
        return {"officer": change.officer.hex(), "device": change.device.hex(), "wall_ms": change.wall, "place": place}

    def make(self):
        from state import State

        return State(self).json()


def name(id):
    return f"{id[0].hex()}.{id[1]}"


def plain(value):
    """A value as JSON."""
    if type(value) is bytes:
        return {"bytes": value.hex()}
    if type(value) is Decimal:
        return {"decimal": f"{value:f}"}
    return [plain(item) for item in value] if type(value) is list else value
