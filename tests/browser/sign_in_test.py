#!/usr/bin/env python3
"""Signs people in at a running stand-in with a real browser (Chromium through Debian's python3-selenium).

    sign_in_test.py facts.json [--screenshots DIR]

facts.json says what the stand-in knows:

    { "base_url": "https://localhost:8443",
      "tenant": "contoso.test",
      "client_id": "...", "client_secret": "...",
      "redirect_uri": "http://localhost:8401/callback",
      "user": {"upn": "...", "password": "..."},
      "mfa_code": "123456",
      "google": {"client_id": "...", "client_secret": "...", "user": {"upn": "...", "password": "..."}} }

The redirect URI must be registered with the applications and its port free: the test listens there. `user` may be
anyone who can sign in and may consent for himself, with or without a second factor; so may Google's. `google`, and the
secrets of public clients, may be left out. The test changes what the stand-in remembers: consents, sign-ins.
"""

import argparse
import base64
import hashlib
import http.server
import json
import os
import secrets
import ssl
import sys
import tempfile
import threading
import unittest
import urllib.error
import urllib.parse
import urllib.request

from selenium.webdriver.common.by import By

from person import WAIT_S, Person, open_browser

MAIL = "https://outlook.office.com/IMAP.AccessAsUser.All"
SCOPE = "openid profile offline_access " + MAIL
FACTS = {}


class CallbackServer:
    """The client: keeps what its redirect URI is sent."""

    def __init__(self, redirect_uri):
        address = urllib.parse.urlsplit(redirect_uri)
        self.path = address.path
        self.answers = []
        self.arrived = threading.Condition()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.take("GET", urllib.parse.urlsplit(self.path).query)

            def do_POST(self):
                length = min(int(self.headers.get("Content-Length", "0")), 65536)
                self.take("POST", self.rfile.read(length).decode("utf-8"))

            def take(self, method, text):
                known = urllib.parse.urlsplit(self.path).path == outer.path
                self.send_response(200 if known else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(b"<!DOCTYPE html><title>Client</title><p id=client>Back at the client")
                if known:
                    with outer.arrived:
                        outer.answers.append((method, dict(urllib.parse.parse_qsl(text, keep_blank_values=True))))
                        outer.arrived.notify_all()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer((address.hostname, address.port), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def next(self):
        """Method and parameters of the next answer."""
        with self.arrived:
            if not self.arrived.wait_for(lambda: self.answers, WAIT_S):
                raise AssertionError("nothing came to the redirect URI")
            return self.answers.pop(0)

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def post(path, fields):
    """Status and JSON; None for the status when the stand-in has no such path."""
    context = ssl._create_unverified_context()  # the stand-in's own authority
    body = urllib.parse.urlencode(fields).encode()
    try:
        with urllib.request.urlopen(FACTS["base_url"] + path, body, timeout=WAIT_S, context=context) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        if refused.code == 404:
            return None, {}
        return refused.code, json.loads(refused.read() or b"{}")


class SignInTest(unittest.TestCase, Person):
    def setUp(self):
        self.callback = CallbackServer(FACTS["redirect_uri"])
        self.addCleanup(self.callback.close)
        profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.addCleanup(profile.cleanup)
        self.browser = open_browser(profile.name)
        self.addCleanup(self.browser.quit)
        self.verifier = secrets.token_urlsafe(48)

    # -- what the client does ----------------------------------------------------------------------------------------

    def authorize_url(self, **changes):
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "client_id": FACTS["client_id"],
            "response_type": "code",
            "redirect_uri": FACTS["redirect_uri"],
            "scope": SCOPE,
            "state": "s <&> 1",
            "nonce": "n-1",
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        query.update(changes)
        return f"{FACTS['base_url']}/{FACTS['tenant']}/oauth2/v2.0/authorize?{urllib.parse.urlencode(query)}"

    def redeem(self, code):
        fields = {
            "client_id": FACTS["client_id"],
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": FACTS["redirect_uri"],
            "code_verifier": self.verifier,
            "scope": MAIL + " offline_access openid",
        }
        if FACTS.get("client_secret"):
            fields["client_secret"] = FACTS["client_secret"]
        status, tokens = post(f"/{FACTS['tenant']}/oauth2/v2.0/token", fields)
        if status is None:
            return  # the pages are served alone
        self.assertEqual(status, 200, tokens)
        self.assertEqual(tokens["token_type"], "Bearer")
        self.assertIn("refresh_token", tokens)
        payload = tokens["access_token"].split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        self.assertEqual(claims["upn"].lower(), FACTS["user"]["upn"].lower())

    # -- tests -------------------------------------------------------------------------------------------------------

    def test_sign_in_with_consent_then_silently_by_form_post(self):
        self.browser.get(self.authorize_url(prompt="consent"))
        self.give_name_and_password({**FACTS["user"], "password": "wrong"})
        self.wait_for("password")
        self.assertIn("AADSTS50126", self.error_text())
        self.type("password", FACTS["user"]["password"])
        self.click("sign-in")
        self.pass_second_factor("accept")
        self.assertIn("mail", self.browser.find_element(By.ID, "permissions").text)
        self.click("accept")
        self.wait_for("client")
        method, answer = self.callback.next()
        self.assertEqual(method, "GET")
        self.assertEqual(answer["state"], "s <&> 1")
        self.redeem(answer["code"])

        self.browser.get(self.authorize_url(response_mode="form_post"))
        self.wait_for("client")
        method, answer = self.callback.next()
        self.assertEqual(method, "POST")
        self.assertEqual(answer["state"], "s <&> 1")
        self.redeem(answer["code"])

        self.browser.get(self.authorize_url(response_mode="fragment", prompt="none"))
        self.wait_for("client")
        self.callback.next()
        fragment = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.browser.current_url).fragment))
        self.redeem(fragment["code"])

    def test_declined_consent(self):
        self.browser.get(self.authorize_url(prompt="consent"))
        self.give_name_and_password(FACTS["user"])
        self.pass_second_factor("accept")
        self.click("cancel")
        self.wait_for("client")
        _, answer = self.callback.next()
        self.assertEqual(answer["error"], "access_denied")
        self.assertTrue(answer["error_description"].startswith("AADSTS65004"), answer)
        self.assertEqual(answer["state"], "s <&> 1")

    def test_unregistered_redirect_uri_is_told_to_the_person_only(self):
        self.browser.get(self.authorize_url(redirect_uri="http://localhost:9/<script>alert(1)</script>"))
        self.wait_for("details")
        self.assertIn("AADSTS50011", self.error_text())
        self.assertIn("Correlation ID", self.browser.find_element(By.ID, "details").text)
        self.assertEqual(self.callback.answers, [])

    def start_device(self):
        fields = {"client_id": FACTS["client_id"], "scope": SCOPE}
        status, device = post(f"/{FACTS['tenant']}/oauth2/v2.0/devicecode", fields)
        if status is None:
            self.skipTest("the pages are served alone")
        if status != 200:
            self.skipTest("no device codes for this application: " + device.get("error", ""))
        return device

    def poll_device(self, device):
        fields = {
            "client_id": FACTS["client_id"],
            "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
            "device_code": device["device_code"],
        }
        return post(f"/{FACTS['tenant']}/oauth2/v2.0/token", fields)

    def enter_device_code(self, device):
        self.browser.get(FACTS["base_url"] + "/devicelogin")
        self.wait_for("user-code")
        self.type("user-code", "WRONGCODE")
        self.click("next")
        self.wait_for("user-code")
        self.assertIn("didn't work", self.error_text())
        self.type("user-code", device["user_code"])
        self.click("next")
        self.give_name_and_password(FACTS["user"])
        self.pass_second_factor("accept")

    def result_of_device(self):
        return self.browser.find_element(By.ID, "done").get_attribute("data-result")

    def test_device_approved(self):
        device = self.start_device()
        self.enter_device_code(device)
        self.click("accept")
        if self.wait_for("done", "accept") == "accept":  # consent
            self.click("accept")
            self.wait_for("done")
        self.assertEqual(self.result_of_device(), "done")
        status, tokens = self.poll_device(device)
        self.assertEqual(status, 200, tokens)
        self.assertIn("access_token", tokens)

    def test_device_declined(self):
        device = self.start_device()
        self.enter_device_code(device)
        self.click("cancel")
        self.wait_for("done")
        self.assertEqual(self.result_of_device(), "declined")
        _, refused = self.poll_device(device)
        self.assertEqual(refused["error"], "authorization_declined")

    def test_google(self):
        if "google" not in FACTS:
            self.skipTest("no application at Google")
        google = FACTS["google"]
        query = {
            "client_id": google["client_id"],
            "response_type": "code",
            "redirect_uri": FACTS["redirect_uri"],
            "scope": "https://mail.google.com/",
            "access_type": "offline",
            "prompt": "consent",
            "state": "g",
        }
        self.browser.get(f"{FACTS['base_url']}/o/oauth2/v2/auth?{urllib.parse.urlencode(query)}")
        self.give_name_and_password(google["user"])
        self.pass_second_factor("accept")
        self.click("accept")
        self.wait_for("client")
        _, answer = self.callback.next()
        self.assertEqual(answer["state"], "g")
        fields = {
            "client_id": google["client_id"],
            "client_secret": google.get("client_secret", ""),
            "grant_type": "authorization_code",
            "code": answer["code"],
            "redirect_uri": FACTS["redirect_uri"],
        }
        status, tokens = post("/token", fields)
        if status is not None:
            self.assertEqual(status, 200, tokens)
            self.assertIn("refresh_token", tokens)


def main():
    parser = argparse.ArgumentParser(description="Signs people in at a running stand-in with a real browser.")
    parser.add_argument("facts", help="JSON file, see the top of this program")
    parser.add_argument("--screenshots", metavar="DIR", help="keep a picture of each page")
    options, rest = parser.parse_known_args()
    with open(options.facts, encoding="utf-8") as file:
        FACTS.update(json.load(file))
    Person.mfa_code = FACTS["mfa_code"]
    if options.screenshots:
        os.makedirs(options.screenshots, exist_ok=True)
        Person.screenshots = options.screenshots
    unittest.main(argv=[sys.argv[0], *rest], verbosity=2)


if __name__ == "__main__":
    main()
