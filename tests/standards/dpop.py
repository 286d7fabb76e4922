"""Proofs of possession (RFC 9449) as other programs make and check them.

`requests_oauth2client` makes the proofs of a client that signs in to a running server, works and renews its token; it and
`joserfc` check a proof that a phone of this project made. Every step must hold; the first that does not ends the script.

Environment: BASE (address of the server), LOGIN, PASSWORD; PROOF (a proof of a phone), URL and TOKEN (what it is about), JKT (the
thumbprint that the server knows the phone's key by).
"""

import hashlib
import json
import os
import sys
from base64 import urlsafe_b64encode

import requests
from joserfc import jwk, jwt
from requests_oauth2client import DPoPKey, DPoPToken, validate_dpop_proof

BASE = os.environ["BASE"]


def holds(what, condition, found=""):
    """Ends the script where a condition does not hold."""
    if not condition:
        sys.exit(f"{what}: {found}")
    print(f"holds: {what}")


def base64url(data):
    """Base64 for URLs, without padding."""
    return urlsafe_b64encode(data).decode().rstrip("=")


def post(path, body, key, nonce=None):
    """Asks for a token with a proof of the key, and again if the server gives a nonce."""
    url = BASE + path
    answer = requests.post(url, json=body, headers={"DPoP": str(key.proof("POST", url, nonce=nonce))}, timeout=30)
    if answer.status_code == 401 and answer.json()["code"] == "use_dpop_nonce" and nonce is None:
        return post(path, body, key, answer.headers["DPoP-Nonce"])
    return answer


def works(key, token):
    """The status and the body of a request with a token."""
    answer = requests.get(BASE + "/v1/me", auth=DPoPToken(access_token=token, _dpop_key=key), timeout=30)
    return answer.status_code, answer.json()


def a_client():
    """Signs in, works, has a wrong clock, and is refused what it must not do."""
    key = DPoPKey.generate()
    credentials = {"login": os.environ["LOGIN"], "password": os.environ["PASSWORD"]}
    answer = post("/v1/sessions", credentials, key)
    holds("a sign-in with a proof", answer.status_code == 201, answer.text)
    token = answer.json()
    holds("the token is bound", token["token_type"] == "DPoP", token["token_type"])
    holds("a request with a proof", works(key, token["access_token"])[0] == 200)
    holds("a second one", works(key, token["access_token"])[0] == 200)
    claims = json.loads(jwt_part(token["access_token"], 1))
    holds("the server knows the key by its thumbprint", claims["cnf"] == {"jkt": key.dpop_jkt}, claims)
    late = DPoPKey(key.private_key, iat_generator=lambda: 86400)
    holds("a wrong clock with a nonce", works(late, token["access_token"])[0] == 200)
    status, problem = works(DPoPKey.generate(), token["access_token"])
    holds("another key", (status, problem["code"]) == (401, "invalid_dpop_proof"), problem)
    bare = requests.get(BASE + "/v1/me", headers={"Authorization": "Bearer " + token["access_token"]}, timeout=30)
    holds("the token alone", (bare.status_code, bare.json()["code"]) == (401, "dpop_required"), bare.text)
    return key, token


def jwt_part(text, place):
    """A decoded part of a JWT."""
    from base64 import urlsafe_b64decode

    part = text.split(".")[place]
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


def renewal(key, token):
    """Renews the token, as long as the server gives refresh tokens."""
    first = post("/v1/sessions/refresh", {"refresh_token": token["refresh_token"]}, key)
    holds("a renewal", first.status_code == 201, first.text)
    holds("the renewed token works", works(key, first.json()["access_token"])[0] == 200)


def a_phone():
    """Checks a proof that a phone of this project made."""
    proof, url, token = os.environ["PROOF"], os.environ["URL"], os.environ["TOKEN"]
    ath = base64url(hashlib.sha256(token.encode()).digest())
    checked = validate_dpop_proof(proof, htm="GET", htu=url, ath=ath, algs=["ES256"])
    holds("requests_oauth2client accepts a phone's proof", checked.claims["htm"] == "GET")
    header = json.loads(jwt_part(proof, 0))
    key = jwk.import_key(header["jwk"])
    decoded = jwt.decode(proof, key, algorithms=["ES256"])
    holds("joserfc accepts it", decoded.claims["htu"] == url, decoded.claims)
    holds("joserfc computes the same thumbprint", key.thumbprint() == os.environ["JKT"], key.thumbprint())


if __name__ == "__main__":
    a_phone()
    renewal(*a_client())
