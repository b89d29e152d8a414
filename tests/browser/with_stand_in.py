#!/usr/bin/python3
"""Runs sign_in_test.py against a stand-in of its own.

    with_stand_in.py POSTROOM [ARGUMENTS OF sign_in_test.py]

POSTROOM is the program. The stand-in has a tenant of Microsoft's and one of Google's, and a person who must enrol a
second factor. It is ended by its pid, and dies with us. /usr/bin/python3: the one that Debian's selenium belongs to.
"""

import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

START_S = 60
END_S = 30
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


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ask(url, method="GET", body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def wait_until_ready(stand_in, ready_file):
    end = time.monotonic() + START_S
    while not ready_file.exists():
        if stand_in.poll() is not None:
            sys.exit(f"the stand-in ended with status {stand_in.returncode}")
        if time.monotonic() > end:
            sys.exit(f"the stand-in was not ready within {START_S} s")
        time.sleep(0.05)
    return json.loads(ready_file.read_text(encoding="utf-8"))["control_url"]


def facts_for_test(control_url, redirect_uri):
    known = ask(control_url + "/v1/facts")
    microsoft, google = (next(each for each in known["providers"] if each["service"] == service)
                         for service in ("microsoft", "google"))
    user = ask(control_url + "/v1/users", "POST", {"upn": "mia@" + microsoft["domains"][0]})
    ask(control_url + "/v1/users/" + user["upn"], "PATCH", {"mfa_required": True, "mfa_enrolled": False})
    ask(control_url + "/v1/applications/" + microsoft["client_id"], "PATCH", {"public_client": True})
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


def end(stand_in):
    if stand_in.poll() is None:
        stand_in.send_signal(signal.SIGTERM)
        try:
            stand_in.wait(END_S)
        except subprocess.TimeoutExpired:
            stand_in.kill()
            stand_in.wait()


def run_test(arguments, directory):
    test = [sys.executable, pathlib.Path(__file__).with_name("sign_in_test.py"), *arguments]
    # Chromium writes to the home directory, and there may be none.
    place = {"HOME": str(directory), "XDG_CONFIG_HOME": str(directory / "config"),
             "XDG_CACHE_HOME": str(directory / "cache"), "XDG_RUNTIME_DIR": str(directory)}
    return subprocess.run(test, env={**os.environ, **place}, stdin=subprocess.DEVNULL, timeout=TEST_S).returncode


def main(postroom, *arguments):
    redirect_uri = f"http://localhost:{free_port()}/callback"
    with tempfile.TemporaryDirectory(prefix="postroom-browser-", ignore_cleanup_errors=True) as name:
        directory = pathlib.Path(name)
        scenario, ready_file = directory / "sim.toml", directory / "ready.json"
        scenario.write_text(SCENARIO.format(redirect_uri=redirect_uri), encoding="utf-8")
        stand_in = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", postroom, "sim", "--scenario", scenario, "--ready-file", ready_file,
             "--directory", directory / "stand-in"], stdin=subprocess.DEVNULL)
        try:
            control_url = wait_until_ready(stand_in, ready_file)
            facts = directory / "facts.json"
            facts.write_text(json.dumps(facts_for_test(control_url, redirect_uri)), encoding="utf-8")
            return run_test([facts, *arguments], directory)
        finally:
            end(stand_in)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
