"""Processes, ports and waiting for the tests of what is deployed. Every process started here is ended here, by its pid,
and dies with us."""
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DEPLOY = os.path.join(ROOT, "deploy")
BUILD = os.environ.get("POSTROOM_BUILD", os.path.join(ROOT, "build", "dev"))
POSTROOM = os.environ.get("POSTROOM_PROGRAM", os.path.join(BUILD, "app", "postroom"))


def read(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return file.read()


def comes_true(condition, seconds):
    """The condition's first true value; its last one after so many seconds."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value or time.monotonic() > end:
            return value
        time.sleep(0.05)


def wait_until(condition, seconds, what):
    """The same for what must come true."""
    value = comes_true(condition, seconds)
    if not value:
        raise AssertionError(f"not within {seconds} s: {what}")
    return value


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def temp_directory():
    path = tempfile.mkdtemp(prefix="postroom-deploy-")
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def running(arguments, output, env=None):
    """A program whose output goes to a file; ended by SIGTERM, after 30 s by SIGKILL."""
    with open(output, "ab") as sink:
        program = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *arguments], env={**os.environ, **(env or {})},
                                   stdin=subprocess.DEVNULL, stdout=sink, stderr=sink)
    try:
        yield program
    finally:
        if program.poll() is None:
            program.send_signal(signal.SIGTERM)
            try:
                program.wait(30)
            except subprocess.TimeoutExpired:
                program.kill()
                program.wait()


def fetch(url, parameters=None):
    """Status and text; a connection refused is status 0."""
    if parameters:
        url += "?" + urllib.parse.urlencode(parameters)
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except (urllib.error.URLError, ConnectionError):
        return 0, ""


def dashboard():
    return json.loads(read(DEPLOY, "grafana", "postroom-overview.json"))


def panels():
    """All panels of the dashboard but the rows."""
    return [panel for panel in dashboard()["panels"] if panel["type"] != "row"]


def dashboard_queries():
    """(panel's title, query) of every panel."""
    return [(panel["title"], target["expr"]) for panel in panels() for target in panel.get("targets", [])]


def selectors(query):
    """The series that a query reads: names of ours with their matchers, without ranges."""
    named = re.findall(r"(?<![\w:])((?:postroom_|instance:)[\w:]*|up)(?![\w:(])(\{[^}]*\})?", query)
    return [name + matchers for name, matchers in named]


def metric_names(query):
    return [selector.split("{")[0] for selector in selectors(query)]


def declared_families():
    """{name: type} of every metric that the program declares."""
    return dict(re.findall(r"^TYPE (\S+) (\S+)$", read(ROOT, "tests", "golden", "metrics.txt"), re.M))
