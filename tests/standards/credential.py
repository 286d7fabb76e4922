"""Reads a credential, its key binding, its metadata and its status list with programs that are not Palm's.

    python credential.py SCENE

SCENE is a JSON file with what a running server and a phone made (tests/tests/acceptance/credential_standards.rs).
The Python package `sd-jwt` verifies the presentation with the issuer's key out of the metadata; `jwcrypto` checks the
keys, the type and the status list.
"""

import base64
import hashlib
import json
import sys
import zlib

from jwcrypto import jwk, jws
from jwcrypto.common import base64url_decode
from sd_jwt.verifier import SDJWTVerifier

scene = json.load(open(sys.argv[1], encoding="utf-8"))
metadata, type_metadata = scene["issuer_metadata"], scene["type_metadata"]


def protected(token):
    return json.loads(base64url_decode(token.split(".")[0]))


# The keys of the metadata, each named by its thumbprint (RFC 7638).
keys = {}
for member in metadata["jwks"]["keys"]:
    assert "d" not in member and member["use"] == "sig" and member["alg"] == "ES256", member
    key = jwk.JWK(**{name: member[name] for name in ("kty", "crv", "x", "y", "kid")})
    assert key.thumbprint() == member["kid"], member
    keys[member["kid"]] = key
assert metadata["issuer"] == scene["address"], metadata

# The presentation with the claims that were chosen, and the key binding.
header = protected(scene["presentation"])
assert header["typ"] == "dc+sd-jwt" and header["alg"] == "ES256", header


def issuer_key(issuer, header_parameters):
    assert issuer == scene["address"], issuer
    return keys[header_parameters["kid"]]


def verified(presentation, audience, nonce):
    return SDJWTVerifier(presentation, issuer_key, audience, nonce).get_verified_payload()


claims = verified(scene["presentation"], scene["audience"], scene["nonce"])
disclosed = {name: claims[name] for name in claims if name in scene["claims"]}
assert disclosed == scene["disclosed"], disclosed
assert not set(scene["hidden"]) & set(claims), claims
assert claims["iss"] == scene["address"] and claims["vct"] == type_metadata["vct"], claims
assert 0 < claims["exp"] - claims["iat"] <= 7 * 24 * 60 * 60, claims
assert "不替代执法证件" in claims["mirrors"]["statement"], claims
assert claims["mirrors"]["number"] == scene["number"], claims
named = {entry["path"][0] for entry in type_metadata["claims"]}
assert set(scene["claims"]) | set(scene["hidden"]) <= named, named

# The key binding is over exactly what was presented, for this verifier and this request.
everything, proof = scene["presentation"].rsplit("~", 1)
binding = jws.JWS()
binding.deserialize(proof)
holder = jwk.JWK(**claims["cnf"]["jwk"])
binding.verify(holder, alg="ES256")
assert protected(proof) == {"alg": "ES256", "typ": "kb+jwt"}, protected(proof)
digest = hashlib.sha256((everything + "~").encode("ascii")).digest()
sd_hash = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
assert json.loads(binding.payload)["sd_hash"] == sd_hash

for audience, nonce in [("https://elsewhere.example", scene["nonce"]), (scene["audience"], "another")]:
    try:
        verified(scene["presentation"], audience, nonce)
    except ValueError:
        continue
    raise AssertionError("accepted for another verifier or request")

# The status list: signed by a key of the metadata, two bits an entry, the lowest bits first.
token = jws.JWS()
token.deserialize(scene["status_list"])
listed = protected(scene["status_list"])
assert listed["typ"] == "statuslist+jwt", listed
token.verify(keys[listed["kid"]], alg="ES256")
status = json.loads(token.payload)
place = claims["status"]["status_list"]
assert status["sub"] == place["uri"] and status["ttl"] == 900 and status["exp"] - status["iat"] == 86_400, status
assert status["status_list"]["bits"] == 2, status["status_list"]["bits"]
entries = zlib.decompress(base64url_decode(status["status_list"]["lst"]))
value = entries[place["idx"] // 4] >> (place["idx"] % 4 * 2) & 3
assert value == scene["status"], value
print("sd-jwt and jwcrypto read the credential, its proof, its metadata and its status")
