"""Deterministic CBOR, tagged hashes and signed statements, as `docs/encoding.md` says.

Promise: what the page refuses is refused (`Refused`), never repaired. Not here: what changes mean.
"""

import decimal
import hashlib
import io

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

NESTING = 32
PROTECTED = bytes.fromhex("a10126")


class Refused(Exception):
    """The bytes are not what the page describes."""


def need(holds, what):
    if not holds:
        raise Refused(what)


def _plain(item, depth=1):
    """Items that are used, and no others: no other tags, no floats, no simple values beside true, false and null."""
    kind = type(item)
    need(depth <= NESTING or kind not in (list, dict, decimal.Decimal), "nesting")
    if kind is decimal.Decimal:
        _one_form(item)
    elif kind is list:
        for inner in item:
            _plain(inner, depth + 1)
    elif kind is dict:
        for key, inner in item.items():
            need(type(key) is int and key >= 0, "map key")
            _plain(inner, depth + 1)
    else:
        need(kind in (int, bytes, str, bool) or item is None, "item")
        need(kind is not int or -(2**63) <= item < 2**64, "integer")


def _one_form(number):
    """A decimal of at most 18 places, without zeros at the end of its fraction, whose digits are an integer of 64 bits."""
    need(number.is_finite(), "decimal")
    sign, digits, exponent = number.as_tuple()
    coefficient = int("".join(map(str, digits))) * (-1 if sign else 1)
    need(-18 <= exponent <= 0 and (exponent == 0 or digits[-1] != 0), "decimal")
    need(-(2**63) <= coefficient < 2**63 and (coefficient != 0 or not sign), "decimal")


def decode(data):
    """The one item that `data` is."""
    stream = io.BytesIO(data)
    try:
        item = cbor2.CBORDecoder(stream).decode()
    except Exception as error:  # Whatever the library says, the bytes are no CBOR.
        raise Refused(str(error)) from error
    need(stream.tell() == len(data), "bytes after the item")
    _plain(item)
    # Two encodings of one value do not exist: shortest forms, ascending keys, definite lengths.
    need(encode(item) == data, "not the deterministic encoding")
    return item


def encode(item):
    return cbor2.dumps(item, canonical=True)


def array(item, length=None):
    need(type(item) is list and length in (None, len(item)), "array")
    return item


def raw(item, length=None):
    need(type(item) is bytes and length in (None, len(item)), "bytes")
    return item


def text(item):
    need(type(item) is str, "text")
    return item


def number(item, least=0, most=2**63 - 1):
    need(type(item) is int and least <= item <= most, "integer")
    return item


def ascending(items, key=lambda item: item):
    keys = [key(item) for item in items]
    need(all(one < other for one, other in zip(keys, keys[1:])), "not ascending, or doubled")
    return items


def H(tag, *parts):
    return hashlib.sha256(b"palm/v1/" + tag.encode() + b"\0" + b"".join(parts)).digest()


def verify(key, message, signature):
    """ES256, r and s of 32 bytes each."""
    need(len(key) == 65 and key[0] == 4, "public key")
    raw(signature, 64)
    der = encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
    try:
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key)
        public.verify(der, message, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError) as error:
        raise Refused("signature") from error


class Statement:
    """A COSE_Sign1 of one tag; not verified yet."""

    def __init__(self, tag, data):
        protected, unprotected, self.payload, self.signature = array(decode(data), 4)
        need(protected == PROTECTED and unprotected == {}, "protected header")
        raw(self.payload)
        raw(self.signature, 64)
        self.tag = tag

    def verify(self, key):
        tag = b"palm/v1/" + self.tag.encode()
        verify(key, encode(["Signature1", PROTECTED, tag, self.payload]), self.signature)
        return self
