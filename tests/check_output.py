#!/usr/bin/env python3
"""Looks through all that the tests have printed – the programs they ran included – for secrets. Names what kind was
found and in which test, never the secret itself; exits 1 if any."""
import pathlib
import re
import sys

# Everything of these forms that is ever made while testing is a secret.
SECRETS = {
    "a JSON Web Token": r"eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}",
    "an XOAUTH2 response": r"dXNlcj[\w+/]{40,}",
    "an OAUTHBEARER response": r"bixhPX[\w+/]{40,}",
    "a bearer token": r"[Bb]earer (?!postroom_)[\w.~+/-]{20,}",
    "a refresh token or code of the stand-in": r"\b1\.A[\w-]{100,}",
    "a device code of the stand-in": r"\bGA[\w-]{75,}",
    "a secret in a form": r"\b(?:client_secret|refresh_token|client_assertion|code_verifier|device_code)=[^&\s\"<…]{8,}",
    "a secret in JSON": r"\"(?:client_secret|refresh_token|access_token|id_token|code_verifier)\":\s*\"[^\"…]{8,}\"",
    "a token of the API": r"\bpostroom_(?=[\w-]*[A-Z])[\w-]{43}(?![\w-])",
    "a secret of the tests": r"S3CRET",
}
# The demonstration shows a token of its own, made for its visitor.
SHOWN_ON_PURPOSE = re.compile(r"^\s*TOKEN=|Authorization: Bearer \$TOKEN|^Token: ")


def main(log):
    test = "?"
    found = set()
    lines = 0
    for line in pathlib.Path(log).read_text(errors="replace").splitlines():
        lines += 1
        started = re.match(r"\d+/\d+ Test: (.*)", line)
        if started:
            test = started.group(1)
        if SHOWN_ON_PURPOSE.search(line):
            continue
        found.update((kind, test) for kind, form in SECRETS.items() if re.search(form, line))
    for kind, where in sorted(found):
        print(f"{kind} in the output of {where}")
    print(f"{lines} lines of output searched, {len(found)} breaches")
    return 1 if found or lines == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
