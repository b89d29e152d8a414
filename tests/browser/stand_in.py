"""Programs of ours that a test starts. They are ended by their pid, and die with us."""

import json
import pathlib
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

START_S = 60
END_S = 30


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ask(url, method="GET", body=None, headers=None):
    """JSON; an error's body is part of the exception."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json", **(headers or {})}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=40) as answer:
            return json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as refused:
        raise AssertionError(f"{method} {url}: {refused.code} {refused.read().decode(errors='replace')}") from None


def start(*arguments, **how):
    return subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *map(str, arguments)], stdin=subprocess.DEVNULL, **how)


def end(program):
    if program.poll() is None:
        program.send_signal(signal.SIGTERM)
        try:
            program.wait(END_S)
        except subprocess.TimeoutExpired:
            program.kill()
            program.wait()


class StandIn:
    """`postroom sim` with a scenario, whose files are in the directory."""

    def __init__(self, postroom, directory, scenario, *arguments):
        directory = pathlib.Path(directory)
        (directory / "sim.toml").write_text(scenario, encoding="utf-8")
        ready_file = directory / "ready.json"
        self.program = start(postroom, "sim", "--scenario", directory / "sim.toml", "--ready-file", ready_file,
                             "--directory", directory / "stand-in", *arguments)
        try:
            self.control_url = self.wait_until_ready(ready_file)["control_url"]
        except BaseException:
            end(self.program)
            raise

    def wait_until_ready(self, ready_file):
        deadline = time.monotonic() + START_S
        while not ready_file.exists():
            if self.program.poll() is not None:
                raise RuntimeError(f"the stand-in ended with status {self.program.returncode}")
            if time.monotonic() > deadline:
                raise RuntimeError(f"the stand-in was not ready within {START_S} s")
            time.sleep(0.05)
        return json.loads(ready_file.read_text(encoding="utf-8"))

    def ask(self, path, method="GET", body=None):
        return ask(self.control_url + path, method, body)

    def facts(self):
        return self.ask("/v1/facts")

    def end(self):
        end(self.program)
