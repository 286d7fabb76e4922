"""The state of a folded case as JSON, member by member."""

from fold import PLACE, SUPPLEMENT, name, plain


class State:
    def __init__(self, fold):
        self.fold = fold
        self.by = {change.id: fold.by(change) for change in fold.order}

    def value(self, change, id):
        return plain(change.values.get(id[1]))

    def target(self, change, op):
        return None if op.target is None else name(change.resolve(op.target))

    def effective(self, *names):
        for change, id, op in self.fold.ops():
            if change.id in self.fold.admitted and (op.name in names or (op.name is None and None in names)):
                yield change, id, op

    def json(self):
        fold = self.fold
        return {
            "fold": 1,
            "id": fold.case.hex(),
            "opening": self.opening(),
            "participants": self.participants(),
            "entities": self.entities(),
            "fields": self.fields(),
            "steps": self.steps(),
            "signatures": [self.signature(*item) for item in self.effective("Sign")],
            "decisions": [self.decision(*item) for item in self.effective("Decide")],
            "numbers": [
                {"op": name(id), "target": self.target(c, op), "form": op.number[0], "text": op.number[3]}
                for c, id, op in self.effective("Number")
            ],
            "excluded": {id.hex(): fold.excluded[id] for id in sorted(fold.excluded)},
            "outside": [id.hex() for id in sorted(set(fold.held) - fold.inside)],
            "without_effect": {id.hex(): fold.breaches[id] for id in sorted(fold.breaches)},
            "unknown": [name(id) for _, id, op in self.effective(None)],
            "sealed": [name(id) for id in sorted({c.resolve(r) for c, _, op in self.effective("Seal") for r in op.seal})],
            "heads": [id.hex() for id in sorted(fold.heads)],
            "waiting": [id.hex() for id in fold.waiting],
        }

    def opening(self):
        for change, _, op in self.fold.formed():
            if op.name == "Open":
                kind, agency, item, _ = op.open
                return {"kind": kind, "agency": agency.hex(), "item": item, "by": self.by[change.id]}
        return None

    def participants(self):
        found = {}
        for _, id, op in self.effective("Open", "Invite", "Assign"):
            for officer in op.open[3] if op.name == "Open" else [op.officer]:
                found.setdefault(officer, {"by": name(id), "assigned": op.name == "Assign"})
        return {officer.hex(): found[officer] for officer in sorted(found)}

    def entities(self):
        fold, found = self.fold, {}
        targets = {
            change.resolve(op.target)
            for change, _, op in fold.ops()
            if change.id in fold.admitted and op.target is not None
        }
        gone = {}
        for change, id, op in self.effective("Withdraw"):
            entry = {"op": name(id), "by": self.by[change.id], "reason": self.value(change, id)}
            gone.setdefault(change.resolve(op.target), []).append(entry)
        for change, id, op in fold.ops():
            if op.name != "Add" or op.malformed:
                continue
            shell = change.id not in fold.admitted
            if not shell or id in targets:
                kind, order, *answers = op.add
                found[id] = {
                    "kind": kind, "parent": self.target(change, op), "order": order,
                    "answers": self.answers(*answers), "by": self.by[change.id],
                    "shell": shell, "withdrawn": gone.get(id, []),
                }  # fmt: skip
        return {name(id): found[id] for id in sorted(found)}

    def answers(self, what=None):
        if type(what) is tuple:
            form, version, digest = what
            return {"form": form, "version": version, "digest": digest.hex()}
        return what

    def fields(self):
        fold = self.fold
        writes = {id: (change, op) for change, id, op in fold.formed() if op.name in ("Put", "Resolve")}
        edges = {
            id: [to for ref in op.replaces if (to := change.resolve(ref)) in writes] for id, (change, op) in writes.items()
        }
        signed = {change.resolve(ref) for change, _, op in self.effective("Sign") for ref in op.sign[4]}
        supplements = {c.id for c in fold.order if any(op.name == "Add" and not op.malformed and op.add[0] == SUPPLEMENT for op in c.ops)}
        reached, named, todo = set(), set(), []
        for id, (change, op) in writes.items():
            if change.id in fold.admitted:
                todo += edges[id]
                if change.id in supplements and op.name == "Put":
                    named.update(edges[id])
        while todo:
            id = todo.pop()
            if id not in reached:
                reached.add(id)
                todo += edges[id]
        dead = {id for id in reached if id not in signed or id in named}
        found = {}
        for id, (change, op) in writes.items():
            if change.id in fold.admitted and id not in dead:
                target = None if op.target is None else change.resolve(op.target)
                found.setdefault((target, op.field), []).append(id)
        order = lambda key: (key[0] is not None, key[0] or (), key[1].encode())
        return [self.field(key, found[key], writes, signed) for key in sorted(found, key=order)]

    def field(self, key, ids, writes, signed):
        live, raw = [], []
        for id in sorted(ids, key=lambda id: (id not in signed, id)):
            change, op = writes[id]
            value, reason = change.values.get(id[1]), None
            sealed = id[1] not in change.values
            if op.name == "Resolve" and type(value) is list and len(value) == 2:
                value, reason = value
            raw.append((sealed, plain(value)))
            live.append({
                "op": name(id), "value": plain(value), "by": self.by[change.id], "signed": id in signed,
                "reason": plain(reason),
            })  # fmt: skip
        # One that is sealed differs from every other; true and 1 are not the same either.
        differs = lambda other: other[0] or raw[0][0] or repr(other[1]) != repr(raw[0][1])
        target = None if key[0] is None else name(key[0])
        return {"target": target, "name": key[1], "live": live, "conflict": any(map(differs, raw[1:]))}

    def steps(self):
        found = {}
        for change, id, op in self.effective("Record", "Correct"):
            by, target = self.by[change.id], self.target(change, op)
            if op.name == "Record":
                if op.step != PLACE:
                    found[id] = {
                        "op": name(id), "kind": op.step, "target": target, "value": self.value(change, id), "by": by,
                        "corrected": [],
                    }  # fmt: skip
                continue
            step, kind, happened = op.correct
            entries = found.get(change.resolve(step), {"corrected": []})["corrected"]
            replaced = {name(change.resolve(ref)) for ref in op.replaces}
            for entry in entries:
                entry["stands"] = entry["stands"] and entry["op"] not in replaced
            said = change.values.get(id[1])
            value, reason = said if type(said) is list and len(said) == 2 else (None, None)
            entries.append({
                "op": name(id), "by": by, "kind": kind, "target": target, "value": plain(value),
                "happened_ms": happened, "reason": plain(reason), "stands": True,
            })  # fmt: skip
        return list(found.values())

    def signature(self, change, id, op):
        form, version, role, manner, shown, _ = op.sign
        return {
            "op": name(id), "document": self.target(change, op), "form": form, "version": version, "role": role,
            "manner": manner, "shown": [name(change.resolve(ref)) for ref in shown], "value": self.value(change, id),
            "by": self.by[change.id],
        }  # fmt: skip

    def decision(self, change, id, op):
        fold, own = self.fold, change.id
        beside = lambda other: other != own and other not in fold.below[own] and own not in fold.below[other]
        return {
            "op": name(id), "decision": op.decide[0], "target": self.target(change, op), "basis": op.decide[1].hex(),
            "value": self.value(change, id), "by": self.by[own],
            "unseen": [other.hex() for other in sorted(fold.inside) if beside(other)],
        }  # fmt: skip
