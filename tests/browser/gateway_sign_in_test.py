#!/usr/bin/python3
"""Signs people in for a gateway with a real browser: from its start page over the stand-in's pages to its callback.

    gateway_sign_in_test.py POSTROOM [--screenshots DIR] [ARGUMENTS OF unittest]

POSTROOM is the program: it plays both, in processes of their own. The gateway begins with nothing in it; what it needs
is made by its API, as an operator would. /usr/bin/python3: the one that Debian's selenium belongs to.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse
import urllib.request

from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from person import WAIT_S, Person, home_for_chromium, open_browser
from stand_in import StandIn, ask, end, free_port, start

CALLBACK = "/api/cloudProviders/oauth2/{}/callback"
CONNECTED_S = 30

SCENARIO = """
redirect_uris = ["{0}{1}", "{0}{2}"]
[[tenant]]
name = "Contoso"
domain = "contoso.test"
mailboxes = 2
[[tenant]]
name = "Fabrikam"
domain = "fabrikam.test"
service = "google"
mailboxes = 1
[[tenant]]
name = "Initech"
domain = "initech.test"
upn_domain = "initech.local"
mailboxes = 1
"""

CONFIGURATION = """
data_directory = "data"
[api]
listen = "127.0.0.1:{port}"
[log]
level = "debug"
format = "text"
[limits]
connections_per_second_per_host = 100
"""

MAIL = "From: anna@example.test\r\nTo: {0}\r\nSubject: {1}\r\nMessage-ID: <{1}@example.test>\r\n\r\nHello\r\n"


class Gateway:
    """`postroom serve` with nothing in it, and a token for its API."""

    def __init__(self, postroom, directory, port):
        self.url = f"http://localhost:{port}"
        configuration = pathlib.Path(directory) / "postroom.toml"
        configuration.write_text(CONFIGURATION.format(port=port), encoding="utf-8")
        made = subprocess.run([postroom, "token", "create", "-c", configuration, "--scope", "admin"],
                              check=True, capture_output=True, text=True, timeout=60)
        self.token = made.stdout.split()[0]
        self.output = pathlib.Path(directory) / "gateway.log"
        with open(self.output, "wb") as output:
            self.program = start(postroom, "serve", "-c", configuration, stdout=output, stderr=output)
        deadline = time.monotonic() + 30
        while not self.answers():
            if self.program.poll() is not None or time.monotonic() > deadline:
                end(self.program)
                raise RuntimeError("the gateway does not come up: " + self.output.read_text(errors="replace"))
            time.sleep(0.05)

    def answers(self):
        try:
            self.ask("/v1/tenants")
            return True
        except OSError:
            return False

    def ask(self, path, method="GET", body=None):
        path += ("&" if "?" in path else "?") + "tenant=default"
        return ask(self.url + path, method, body, {"Authorization": "Bearer " + self.token})

    def list(self, kind):
        return self.ask("/v1/" + kind)["items"]

    def events(self):
        return self.ask("/v1/events?limit=1000")["items"]

    def end(self):
        end(self.program)


class GatewaySignInTest(unittest.TestCase, Person):
    postroom = None
    number = 0

    @classmethod
    def setUpClass(cls):
        place = tempfile.TemporaryDirectory(prefix="postroom-browser-", ignore_cleanup_errors=True)
        cls.addClassCleanup(place.cleanup)
        os.environ.update(home_for_chromium(place.name))
        port = free_port()
        own = f"http://localhost:{port}"
        scenario = SCENARIO.format(own, CALLBACK.format("microsoft"), CALLBACK.format("google"))
        cls.stand_in = StandIn(cls.postroom, place.name, scenario)
        cls.addClassCleanup(cls.stand_in.end)
        cls.gateway = Gateway(cls.postroom, place.name, port)
        cls.addClassCleanup(cls.gateway.end)
        cls.facts = cls.stand_in.facts()
        Person.mfa_code = cls.facts["mfa_code"]

    def setUp(self):
        GatewaySignInTest.number += 1
        self.browser = self.another_browser()

    def another_browser(self):
        profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.addCleanup(profile.cleanup)
        browser = open_browser(profile.name)
        self.addCleanup(browser.quit)
        return browser

    # -- who and what there is ---------------------------------------------------------------------------------------

    def application(self, domain="contoso.test"):
        return next(each for each in self.facts["providers"] if domain in each["domains"])

    def new_person(self, name, domain="contoso.test", **more):
        """Somebody who may open the tenant's first mailbox, and must enrol a second factor."""
        upn = f"{name}-{self.number}@{domain}"
        made = self.stand_in.ask("/v1/users", "POST", {"upn": upn, **more})
        self.stand_in.ask("/v1/users/" + upn, "PATCH", {"mfa_required": True, "mfa_enrolled": False})
        return made

    def mailbox(self, domain="contoso.test"):
        return self.application(domain)["delegates"][0]["mailboxes"][0]

    def let_open(self, person, mailbox):
        self.stand_in.ask(f"/v1/mailboxes/{mailbox}/rights", "POST", {"user": person["upn"]})

    def ask_for_consent(self, domain="contoso.test"):
        """Nobody has consented for everyone: each person is asked."""
        path = f"/v1/tenants/{domain}/applications/" + self.application(domain)["client_id"]
        self.stand_in.ask(path, "PATCH", {"scopes": []})

    def new_provider(self, domain="contoso.test", **more):
        """As an operator makes it: there is no grant."""
        app = self.application(domain)
        google = app["service"] == "google"
        service = "google" if google else "microsoft"
        name = f"app-{self.number}"
        fields = {
            "id": name, "name": "Postroom", "service": "google" if google else "microsoft_azure",
            "type": "gmail" if google else "outlook365", "application_id": app["client_id"],
            "client_secret": app["client_secret"], "discovery_url": app["discovery_url"],
            "redirect_uri": self.gateway.url + CALLBACK.format(service), "imap_host": app["imap_host"],
            "imap_port": app["imap_port"], "imap_security": "tls", "smtp_host": app["smtp_host"],
            "smtp_port": app["smtp_port"], "smtp_security": "starttls", "ca_file": self.facts["ca_file"], **more}
        if not google:
            fields.update({"directory_id": app["tenant_id"], "graph_endpoint": app["graph_url"],
                           "purposes": "imap smtp graph_read"})
        self.gateway.ask("/v1/providers", "POST", fields)
        return name

    def authenticate(self, provider, **wish):
        """The URL for the person."""
        return self.gateway.ask(f"/v1/providers/{provider}/authenticate", "POST", wish)["url"]

    def grants_of(self, provider):
        return [each for each in self.gateway.list("grants") if each["provider"] == provider]

    # -- what is seen ------------------------------------------------------------------------------------------------

    def is_slowed_down(self):
        """The gateway's pages count who asks, and here everybody has one address."""
        headings = self.browser.find_elements(By.TAG_NAME, "h1")
        if not headings or headings[0].text != "Too many requests":
            return False
        time.sleep(2)
        return True

    def open(self, url):
        self.browser.get(url)
        while self.is_slowed_down():
            self.browser.get(url)

    def begin(self, url):
        """Opens the address and presses the button of the gateway's page."""
        pressed = False
        while not pressed:
            self.open(url)
            self.wait_for("go-on")
            self.click("go-on")
            pressed = not self.is_slowed_down()

    def text_back_at_the_gateway(self, service="microsoft"):
        """Of its page, once the browser has come back."""

        def is_back(browser):
            if (not browser.current_url.startswith(self.gateway.url + CALLBACK.format(service)) or
                    browser.execute_script("return document.readyState") != "complete"):
                return False
            if not self.is_slowed_down():
                return True
            browser.refresh()
            return False

        WebDriverWait(self.browser, WAIT_S).until(is_back, "the browser does not come back")
        self.take_picture()
        return self.page_text()

    def page_text(self):
        return self.browser.find_element(By.TAG_NAME, "body").text

    def title(self):
        return self.browser.find_element(By.TAG_NAME, "h1").text

    def expect_refusal(self, provider, title):
        """Its own page, and nothing is stored."""
        text = self.text_back_at_the_gateway()
        self.assertEqual(self.title(), title)
        self.assertEqual(self.grants_of(provider), [])
        self.assertTrue(any(each["type"] == "provider.sign_in_failed" and each["data"].get("provider") == provider
                            for each in self.gateway.events()), "no event")
        return text

    def sign_in(self, url, person, *then):
        self.begin(url)
        self.give_name_and_password(person)
        return self.pass_second_factor(*then)

    def await_true(self, condition, what, seconds=CONNECTED_S):
        deadline = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), deadline, what)
            time.sleep(0.1)

    def connect(self, provider, grant, email, **more):
        """An account, in step with its mailbox."""
        account = f"box-{self.number}"
        self.gateway.ask("/v1/accounts", "POST", {
            "id": account, "name": "Support", "email": email, "username": email, "provider": provider, "grant": grant,
            "list": "customers", "catch_up": "new", **more})
        status = lambda: self.gateway.ask(f"/v1/accounts/{account}/status")
        self.await_true(lambda: status()["state"] == "idle", f"{account} does not come into step")
        return account

    def expect_a_mail(self, account, email):
        subject = f"mail-{self.number}"
        before = len(self.gateway.events())
        with urllib.request.urlopen(self.stand_in.control_url + f"/v1/mailboxes/{email}/mails",
                                    MAIL.format(email, subject).encode(), timeout=WAIT_S):
            pass
        arrived = lambda: any(each["type"] == "message.received" and each["data"].get("subject") == subject and
                              each["data"].get("account") == account for each in self.gateway.events()[before:])
        self.await_true(arrived, "no event of the mail")

    # -- it works ----------------------------------------------------------------------------------------------------

    def test_from_a_sign_in_to_a_connected_shared_mailbox(self):
        mia, mailbox = self.new_person("mia"), self.mailbox()
        self.let_open(mia, mailbox)
        self.ask_for_consent()
        provider = self.new_provider()
        self.assertEqual(self.grants_of(provider), [])
        self.sign_in(self.authenticate(provider, delegate=mia["upn"]), mia, "accept")
        self.click("accept")
        text = self.text_back_at_the_gateway()
        self.assertIn(mia["upn"], text)
        grant, = self.grants_of(provider)
        self.assertEqual(grant["delegate"].lower(), mia["upn"])
        self.assertTrue(any(each["type"] == "provider.signed_in" for each in self.gateway.events()))
        account = self.connect(provider, grant["id"], mailbox)
        self.expect_a_mail(account, mailbox)

    def test_the_answer_may_come_as_a_form(self):
        mia = self.new_person("mia")
        provider = self.new_provider()
        self.sign_in(self.authenticate(provider, delegate=mia["upn"], form_post=True, prompt="consent"), mia,
                     "accept")
        self.click("accept")
        self.assertIn(mia["upn"], self.text_back_at_the_gateway())
        self.assertNotIn("code=", self.browser.current_url)
        self.assertEqual(len(self.grants_of(provider)), 1)

    def test_login_names_need_not_be_addresses(self):
        mia = self.new_person("m", "initech.local", address=f"mia-{self.number}@initech.test")
        mailbox = self.mailbox("initech.test")
        self.let_open(mia, mailbox)
        provider = self.new_provider("initech.test")
        self.sign_in(self.authenticate(provider, delegate=mia["upn"], prompt="consent"), mia, "accept")
        self.click("accept")
        self.assertIn(mia["upn"], self.text_back_at_the_gateway())
        grant, = self.grants_of(provider)
        self.connect(provider, grant["id"], mailbox, upn=mailbox.replace("initech.test", "initech.local"))

    def test_google(self):
        person = self.application("fabrikam.test")["delegates"][0]
        provider = self.new_provider("fabrikam.test")
        self.sign_in(self.authenticate(provider, delegate=person["upn"]), person, "accept")
        self.click("accept")
        self.assertIn(person["upn"], self.text_back_at_the_gateway("google"))
        grant, = self.grants_of(provider)
        account = self.connect(provider, grant["id"], person["mailboxes"][0])
        self.expect_a_mail(account, person["mailboxes"][0])

    def test_an_administrator_consents_for_everyone(self):
        provider = self.new_provider()
        administrator = self.application()["administrator"]
        path = "/v1/tenants/contoso.test/applications/" + self.application()["client_id"]
        self.stand_in.ask(path, "PATCH", {"roles": []})
        address = self.gateway.ask(f"/v1/providers/{provider}/admin-consent", "POST")["url"]
        self.sign_in(address, administrator, "accept")
        self.click("accept")
        self.text_back_at_the_gateway()
        self.assertEqual(self.title(), "The administrator has consented")
        self.assertEqual(self.grants_of(provider), [])

    def test_whoever_only_looks_uses_nothing_up(self):
        mia = self.new_person("mia")
        provider = self.new_provider()
        address = self.authenticate(provider, delegate=mia["upn"], prompt="consent")
        with urllib.request.urlopen(address, timeout=WAIT_S) as page:
            self.assertIn(b"go-on", page.read())
        self.open(address)
        self.assertIn(mia["upn"], self.page_text())
        self.browser = self.another_browser()
        self.sign_in(address, mia, "accept")
        self.click("accept")
        self.assertIn(mia["upn"], self.text_back_at_the_gateway())

    def test_one_browser_may_be_at_two_sign_ins(self):
        mia = self.new_person("mia")
        other = f"other-{self.number}"
        self.new_provider(id=other)
        first, second = (self.authenticate(each, delegate=mia["upn"], prompt="consent") for each in
                         (self.new_provider(), other))
        self.begin(first)
        self.wait_for("email")
        at_first = self.browser.current_url
        self.sign_in(second, mia, "accept")
        self.click("accept")
        self.assertIn(mia["upn"], self.text_back_at_the_gateway())
        self.browser.get(at_first)
        self.wait_for("accept")
        self.click("accept")
        self.assertIn(mia["upn"], self.text_back_at_the_gateway())

    # -- it does not -------------------------------------------------------------------------------------------------

    def test_somebody_else_signs_in(self):
        mia, otto = self.new_person("mia"), self.new_person("otto")
        provider = self.new_provider()
        self.sign_in(self.authenticate(provider, delegate=mia["upn"], prompt="consent"), otto, "accept")
        self.click("accept")
        text = self.expect_refusal(provider, "Somebody else has signed in")
        self.assertIn(mia["upn"], text)
        self.assertIn(otto["upn"], text)

    def test_consent_is_declined(self):
        mia = self.new_person("mia")
        provider = self.new_provider()
        self.sign_in(self.authenticate(provider, delegate=mia["upn"], prompt="consent"), mia, "cancel")
        self.click("cancel")
        self.expect_refusal(provider, "The consent was declined")

    def test_an_administrator_must_approve(self):
        mia = self.new_person("mia")
        provider = self.new_provider()
        self.ask_for_consent()
        policies = "/v1/tenants/contoso.test/policies"
        self.stand_in.ask(policies, "PATCH", {"users_may_consent": False})
        self.addCleanup(self.stand_in.ask, policies, "PATCH", {"users_may_consent": True})
        self.sign_in(self.authenticate(provider, delegate=mia["upn"]), mia, "cancel")
        self.click("cancel")
        self.expect_refusal(provider, "An administrator must approve")

    def test_an_answer_is_taken_once(self):
        mia = self.new_person("mia")
        provider = self.new_provider()
        address = self.authenticate(provider, delegate=mia["upn"], prompt="consent")
        self.sign_in(address, mia, "accept")
        self.click("accept")
        self.assertIn(mia["upn"], self.text_back_at_the_gateway())
        before = self.grants_of(provider)
        answered = self.browser.current_url
        self.browser.get("about:blank")
        for again in (answered, address):
            self.open(again)
            self.assertEqual(self.title(), "This sign-in is over")
            self.assertTrue(self.browser.current_url.startswith(self.gateway.url))
        self.assertEqual(self.grants_of(provider), before)

    def test_another_browser_brings_the_answer(self):
        mia = self.new_person("mia")
        provider = self.new_provider()
        address = self.authenticate(provider, delegate=mia["upn"], prompt="consent")
        self.begin(address)
        self.wait_for("email")
        lured = self.browser.current_url
        self.browser = self.another_browser()
        self.open(address)
        self.assertEqual(self.title(), "This link was used already")
        self.browser.get(lured)
        self.give_name_and_password(mia)
        self.pass_second_factor("accept")
        self.click("accept")
        self.expect_refusal(provider, "Another browser began this sign-in")

    def test_nobody_signs_in_with_an_answer_that_is_made_up(self):
        self.open(self.gateway.url + CALLBACK.format("microsoft") + "?" + urllib.parse.urlencode(
            {"code": "<script>alert(1)</script>", "state": "made.up"}))
        self.assertEqual(self.title(), "This sign-in is over")
        self.assertEqual(self.browser.find_elements(By.TAG_NAME, "script"), [])


def main():
    parser = argparse.ArgumentParser(description="Signs people in for a gateway with a real browser.")
    parser.add_argument("postroom", help="the program")
    parser.add_argument("--screenshots", metavar="DIR", help="keep a picture of each page")
    options, rest = parser.parse_known_args()
    GatewaySignInTest.postroom = options.postroom
    if options.screenshots:
        os.makedirs(options.screenshots, exist_ok=True)
        Person.screenshots = options.screenshots
    unittest.main(argv=[sys.argv[0], *rest], verbosity=2)


if __name__ == "__main__":
    main()
