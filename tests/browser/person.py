"""What a person does at the stand-in's pages with a real browser (Chromium through Debian's python3-selenium)."""

import os

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

WAIT_S = 20


def open_browser(profile):
    options = webdriver.ChromeOptions()
    for flag in (
        "--headless=new",
        "--no-sandbox",
        "--ignore-certificate-errors",
        "--disable-gpu",
        "--window-size=900,900",
        "--user-data-dir=" + profile,
    ):
        options.add_argument(flag)
    return webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))


def home_for_chromium(directory):
    """Chromium writes to the home directory, and there may be none."""
    return {"HOME": str(directory), "XDG_CONFIG_HOME": os.path.join(directory, "config"),
            "XDG_CACHE_HOME": os.path.join(directory, "cache"), "XDG_RUNTIME_DIR": str(directory)}


class Person:
    """For a test case that has a `browser`."""

    mfa_code = "123456"
    screenshots = None  # a directory: a picture of each page is kept there

    def wait_for(self, *ids):
        """The first of the elements that the page has."""

        def find(browser):
            return next((i for i in ids if browser.find_elements(By.ID, i)), None)

        found = WebDriverWait(self.browser, WAIT_S).until(find, "no " + " or ".join(ids))
        self.take_picture()
        return found

    def take_picture(self):
        if self.screenshots:
            number = len(os.listdir(self.screenshots))
            name = f"{number:03}_{self.id().split('.')[-1]}.png"
            self.browser.save_screenshot(os.path.join(self.screenshots, name))

    def type(self, field, text):
        element = self.browser.find_element(By.ID, field)
        element.clear()
        element.send_keys(text)

    def click(self, button):
        """And waits until the page is another one."""
        element = self.browser.find_element(By.ID, button)
        old = self.browser.find_element(By.TAG_NAME, "html")
        element.click()
        WebDriverWait(self.browser, WAIT_S).until(lambda _: self.is_gone(old), "the page stays after " + button)

    @staticmethod
    def is_gone(element):
        try:
            element.is_enabled()
            return False
        except Exception:  # stale, or between two pages
            return True

    def error_text(self):
        return self.browser.find_element(By.ID, "error").text

    def give_name_and_password(self, user):
        self.wait_for("email")
        self.type("email", user["upn"])
        self.click("next")
        self.wait_for("password")
        self.type("password", user["password"])
        self.click("sign-in")

    def pass_second_factor(self, *then):
        """Where it is asked for; enrols first if need be. The element of `then` that comes after it."""
        found = self.wait_for("otc", "next", *then)
        if found == "next":
            self.click("next")
            found = self.wait_for("otc")
        if found == "otc":
            self.type("otc", self.mfa_code)
            self.click("verify")
            found = self.wait_for(*then)
        return found
