"""Leaves and roots of the log, leases, receipts, case records, messages: read from their bytes."""

import base64
import binascii
import hashlib
import re

from encoding import H, Refused, Statement, array, ascending, decode, encode, need, number, raw, text


def leaf(data):
    version, kind, epoch, index, change, tag, counter, previous, received, taken = array(decode(data), 10)
    need((version, kind) == (1, 1) and taken in (0, 1, 2), "leaf")
    raw(epoch, 8), number(index), raw(change, 32), raw(tag, 32), number(counter, 1), number(received, -(2**63))
    if previous is not None:
        number(previous)
    return {"index": index, "change": change, "tag": tag, "counter": counter, "previous": previous, "class": taken}


def leaf_hash(data):
    return hashlib.sha256(b"\x00" + data).digest()


def root(hashes):
    """RFC 6962, section 2.1."""
    if not hashes:
        return hashlib.sha256().digest()
    if len(hashes) == 1:
        return hashes[0]
    half = 1 << (len(hashes) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + root(hashes[:half]) + root(hashes[half:])).digest()


def frontier(hashes):
    """One root for each power of two in the size, largest first."""
    peaks, at = [], 0
    for bit in reversed(range(len(hashes).bit_length())):
        if len(hashes) >> bit & 1:
            peaks.append(root(hashes[at : at + (1 << bit)]))
            at += 1 << bit
    return peaks


def statement(tag, data, key, length):
    signed = Statement(tag, data).verify(key)
    parts = array(decode(signed.payload), length)
    need(parts[0] == 1, "version")
    return H(tag, signed.payload), parts


def lease(data, key):
    hash, parts = statement("lease", data, key, 12)
    _, tenant, device, own, epoch, officer, agency, certificate, ends, issued, until, blocks = parts
    raw(tenant, 16), raw(device, 16), raw(own, 65), raw(epoch, 8), raw(officer, 16), raw(agency, 16), text(certificate)
    number(ends), number(issued), number(until)
    for form, of, year, prefix, first, last in (array(block, 6) for block in array(blocks)):
        text(form), raw(of, 16), number(year), text(prefix), number(first), number(last)
    return hash, device, own


def receipt(data, key):
    hash, (_, tenant, device, epoch, issued, size, at, entries) = statement("receipt", data, key, 8)
    raw(tenant, 16), raw(device, 16), raw(epoch, 8), number(issued), number(size), raw(at, 32)
    for change, index, counter, received in (array(entry, 4) for entry in array(entries)):
        raw(change, 32), number(index), number(counter, 1), number(received)
    return hash, [entry[0] for entry in entries]


def record(data, key):
    hash, parts = statement("case-record", data, key, 16)
    _, tenant, case, shown, kind, agency, name, item, officers, evidence, basis, heads, fold, state, by, at = parts
    raw(tenant, 16), raw(case, 32), text(shown), text(kind), raw(agency, 16), text(name), text(item)
    for officer, called, certificates in (array(one, 3) for one in array(officers)):
        raw(officer, 16), text(called), ascending([text(one) for one in array(certificates)])
    ascending([raw(array(one, 3)[0], 16) for one in officers])
    ascending([raw(array(one, 2)[0], 32) for one in array(evidence)])
    ascending([raw(head, 32) for head in array(heads)])
    raw(basis, 32), raw(state, 32), raw(by, 16), number(at)
    return hash, {"case": case, "basis": basis, "heads": heads, "fold": fold, "state": state}


def live(data_or_text, key):
    """A proof that a phone shows: its name, who, when, and how well the time is proved."""
    data = plain_base64url(data_or_text)
    hash, (_, who, phone, made, grade, nonce) = statement("live", data, key, 6)
    raw(who, 16), raw(phone, 4), number(made, -(2**63)), raw(nonce, 8)
    need(text(grade) in ("A", "B", "C"), "grade")
    return hash, who, phone, made, grade


def plain_base64url(shown):
    """The bytes of base64url without padding; no other text for the same bytes."""
    need(re.fullmatch(r"[A-Za-z0-9_-]+", shown) is not None, "base64url")
    try:
        data = base64.urlsafe_b64decode(shown + "=" * (-len(shown) % 4))
    except binascii.Error:
        raise Refused("base64url") from None
    need(base64.urlsafe_b64encode(data).rstrip(b"=").decode() == shown, "base64url")
    return data


def card(shown):
    return raw(plain_base64url(shown), 16)


def heads(item):
    case, listed = array(item, 2)
    return raw(case, 32), ascending([raw(head, 32) for head in array(listed)])


def messages(vectors):
    """Each is read, and is the one encoding of what was read."""
    read = {name: decode(bytes.fromhex(data)) for name, data in vectors.items()}
    version, leases, changes = array(read["push"], 3)
    need(version == 1 and all(map(raw, leases + changes)), "push")
    version, outcomes, receipts = array(read["pushed"], 3)
    need(version == 1 and all(map(raw, receipts)), "pushed")
    for change, taken, code, flags, missing in (array(outcome, 5) for outcome in outcomes):
        need((change is None or raw(change, 32)) and taken in range(5), "outcome")
        text(code), [text(flag) for flag in array(flags)]
        for kind, what in (array(one, 2) for one in array(missing)):
            need(kind in (0, 1, 2) and (what is None) == (kind == 1), "missing")
    version, cursor, more, cases, ended, leases, changes, proofs = array(read["pulled"], 8)
    need(version == 1 and type(more) is bool and proofs is None, "pulled")
    raw(cursor), [heads(case) for case in array(cases)], array(ended), array(leases), array(changes)
    version, cases = array(read["reconcile"], 2)
    need(version == 1, "reconcile")
    [heads(case) for case in array(cases)]
    version, wanted, leases, changes = array(read["reconciled"], 4)
    need(version == 1 and all(raw(head, 32) for head in wanted), "reconciled")
    return len(read)


def rule_set(data):
    """The hash of a rule set and how many rules it has."""
    rules, configuration = array(decode(data), 2)
    need(configuration == [], "configuration")
    for rule in rules:
        array(rule, 17)
    return H("rules", encode([rules, configuration])), len(rules)
