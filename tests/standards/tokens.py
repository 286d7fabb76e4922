"""Access tokens as `joserfc` reads them, with the keys that a running server publishes (RFC 7517, RFC 9068).

Environment: BASE (address of the server), TOKEN (an access token), TENANT (the installation).
"""

import os
import sys
import time

import requests
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

BASE, TOKEN = os.environ["BASE"], os.environ["TOKEN"]


def holds(what, condition, found=""):
    """Ends the script where a condition does not hold."""
    if not condition:
        sys.exit(f"{what}: {found}")
    print(f"holds: {what}")


def is_refused(token, keys):
    """Whether the signature does not verify."""
    try:
        jwt.decode(token, keys, algorithms=["ES256"])
    except (JoseError, ValueError):
        return True
    return False


def main():
    """Reads the keys, the token, and altered copies of it."""
    published = requests.get(BASE + "/.well-known/jwks.json", timeout=30)
    holds("a key set", published.headers["Content-Type"] == "application/jwk-set+json", published.headers)
    keys = KeySet.import_key_set(published.json())
    holds("every key is named by its thumbprint", all(key.kid == key.thumbprint() for key in keys.keys))
    holds("no key is private", not any(key.is_private for key in keys.keys))
    token = jwt.decode(TOKEN, keys, algorithms=["ES256"])
    holds("the type of an access token", token.header["typ"] == "at+jwt", token.header)
    wanted = jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": os.environ["TENANT"]},
        aud={"essential": True, "value": "palm"},
        sub={"essential": True},
        exp={"essential": True},
        nbf={"essential": True},
        iat={"essential": True},
        jti={"essential": True},
    )
    wanted.validate(token.claims)
    holds("it lasts ten minutes", token.claims["exp"] - token.claims["iat"] == 600, token.claims)
    holds("it is valid now", token.claims["nbf"] <= time.time() + 30)
    head, claims, signature = TOKEN.split(".")
    for what, altered in [
        ("another claim", ".".join([head, claims[:-2] + "AA", signature])),
        ("another signature", ".".join([head, claims, "A" * len(signature)])),
        ("no signature", ".".join([head, claims, ""])),
    ]:
        holds(f"{what} is refused", is_refused(altered, keys))


if __name__ == "__main__":
    main()
