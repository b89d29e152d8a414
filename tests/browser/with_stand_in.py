#!/usr/bin/python3
"""Runs sign_in_test.py against a stand-in of its own.

    with_stand_in.py POSTROOM [ARGUMENTS OF sign_in_test.py]

POSTROOM is the program. The stand-in has a tenant of Microsoft's and one of Google's, and a person who must enrol a
second factor. It is ended by its pid, and dies with us. /usr/bin/python3: the one that Debian's selenium belongs to.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

from person import home_for_chromium
from stand_in import StandIn, free_port

TEST_S = 150

SCENARIO = """
redirect_uris = ["{redirect_uri}"]
[[tenant]]
name = "Contoso"
domain = "contoso.test"
mailboxes = 1
[[tenant]]
name = "Fabrikam"
domain = "fabrikam.test"
service = "google"
mailboxes = 1
"""


def facts_for_test(stand_in, redirect_uri):
    known = stand_in.facts()
    microsoft, google = (next(each for each in known["providers"] if each["service"] == service)
                         for service in ("microsoft", "google"))
    user = stand_in.ask("/v1/users", "POST", {"upn": "mia@" + microsoft["domains"][0]})
    stand_in.ask("/v1/users/" + user["upn"], "PATCH", {"mfa_required": True, "mfa_enrolled": False})
    stand_in.ask("/v1/applications/" + microsoft["client_id"], "PATCH", {"public_client": True})
    person = google["delegates"][0]
    return {
        "base_url": known["identity_url"],
        "tenant": microsoft["domains"][0],
        "client_id": microsoft["client_id"],
        "client_secret": microsoft["client_secret"],
        "redirect_uri": redirect_uri,
        "user": {"upn": user["upn"], "password": user["password"]},
        "mfa_code": known["mfa_code"],
        "google": {
            "client_id": google["client_id"],
            "client_secret": google["client_secret"],
            "user": {"upn": person["upn"], "password": person["password"]},
        },
    }


def run_test(arguments, directory):
    test = [sys.executable, pathlib.Path(__file__).with_name("sign_in_test.py"), *arguments]
    return subprocess.run(test, env={**os.environ, **home_for_chromium(directory)}, stdin=subprocess.DEVNULL,
                          timeout=TEST_S).returncode


def main(postroom, *arguments):
    redirect_uri = f"http://localhost:{free_port()}/callback"
    with tempfile.TemporaryDirectory(prefix="postroom-browser-", ignore_cleanup_errors=True) as name:
        directory = pathlib.Path(name)
        stand_in = StandIn(postroom, directory, SCENARIO.format(redirect_uri=redirect_uri))
        try:
            facts = directory / "facts.json"
            facts.write_text(json.dumps(facts_for_test(stand_in, redirect_uri)), encoding="utf-8")
            return run_test([facts, *arguments], directory)
        finally:
            stand_in.end()


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
