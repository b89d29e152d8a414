"""Runs the real `postroom serve` as systemd would, and hears what it says."""
import os
import re
import signal
import socket
import subprocess
import time
import unittest

from support import DEPLOY, POSTROOM, fetch, read, running, temp_directory, wait_until

CONFIG = 'data_directory = "data"\n[api]\nlisten = "127.0.0.1:0"\n[log]\nformat = "text"\n'


class Systemd:
    """systemd's end of the notification socket."""

    def __init__(self, name):
        self.name = name
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + name[1:] if name[0] == "@" else name)
        self.heard = []  # (when, message)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def listen(self):
        self.socket.setblocking(False)
        while True:
            try:
                self.heard.append((time.monotonic(), self.socket.recv(4096).decode()))
            except BlockingIOError:
                return self.heard

    def said(self, word):
        return [when for when, message in self.listen() if word in message.split("\n")]


class Notify(unittest.TestCase):
    def serve(self, directory, systemd, **more):
        config = os.path.join(directory, "postroom.toml")
        with open(config, "w", encoding="utf-8") as file:
            file.write(CONFIG)
        env = {"NOTIFY_SOCKET": systemd.name, "WATCHDOG_USEC": "1000000", **more}
        env = {name: value for name, value in env.items() if value is not None}
        return running([POSTROOM, "serve", "-c", config], os.path.join(directory, "output"), env)

    def await_ready(self, systemd, gateway, directory):
        wait_until(lambda: systemd.said("READY=1") or gateway.poll() is not None, 30, "READY=1")
        self.assertIsNone(gateway.poll(), "the gateway ended: " + read(directory, "output"))

    def check_life(self, directory, systemd):
        with self.serve(directory, systemd) as gateway:
            self.await_ready(systemd, gateway, directory)
            first = systemd.heard[0][1]
            self.assertEqual(first.split("\n")[0], "READY=1", "nothing is said before")
            status, _ = fetch(re.search(r"API at (http://\S+)", first).group(1) + "/readyz")
            self.assertEqual(status, 200, "ready means that the API answers and the configuration is loaded")
            wait_until(lambda: len(systemd.said("WATCHDOG=1")) >= 4, 10, "four ticks of the watchdog")
            gateway.send_signal(signal.SIGTERM)
            self.assertEqual(gateway.wait(30), 0)
        ticks = systemd.said("WATCHDOG=1")
        stopping = systemd.said("STOPPING=1")
        self.assertEqual(len(systemd.said("READY=1")), 1)
        self.assertEqual(len(stopping), 1)
        self.assertEqual(systemd.heard[-1][1], "STOPPING=1", "nothing is said after")
        self.assertLess(ticks[-1], stopping[0] + 0.001)
        # Half of WATCHDOG_USEC: not at each look, and not so late that systemd would strike.
        self.assertGreater(ticks[3] - ticks[0], 1.0)

    def test_ready_then_watchdog_then_stopping(self):
        with temp_directory() as directory, Systemd(os.path.join(directory, "notify")) as systemd:
            self.check_life(directory, systemd)

    def test_the_same_over_an_abstract_socket(self):
        with temp_directory() as directory, Systemd(f"@postroom-notify-{os.getpid()}") as systemd:
            self.check_life(directory, systemd)

    def test_a_watchdog_meant_for_another_process_is_not_fed(self):
        with temp_directory() as directory, Systemd(os.path.join(directory, "notify")) as systemd:
            with self.serve(directory, systemd, WATCHDOG_PID="1") as gateway:
                self.await_ready(systemd, gateway, directory)
                gateway.send_signal(signal.SIGTERM)
                self.assertEqual(gateway.wait(30), 0)
            self.assertEqual(systemd.said("WATCHDOG=1"), [])
            self.assertEqual(len(systemd.said("STOPPING=1")), 1)

    def test_a_gateway_that_does_not_start_is_not_ready(self):
        with temp_directory() as directory, Systemd(os.path.join(directory, "notify")) as systemd:
            with open(os.path.join(directory, "data"), "w", encoding="utf-8"):
                pass  # where the data directory should be
            with self.serve(directory, systemd) as gateway:
                self.assertEqual(gateway.wait(30), 1)
            self.assertEqual(systemd.listen(), [])


class Unit(unittest.TestCase):
    """The unit file, as systemd's own tools see it."""

    def analyze(self, *arguments):
        with temp_directory() as directory:
            unit = os.path.join(directory, "postroom.service")
            with open(unit, "w", encoding="utf-8") as file:  # verify wants a program that exists
                file.write(read(DEPLOY, "systemd", "postroom.service").replace("/usr/bin/postroom", POSTROOM))
            # From this directory alone: units of this machine are none of our business.
            return subprocess.run(["systemd-analyze", *arguments, unit], capture_output=True, text=True, timeout=60,
                                  check=False)

    def test_is_understood_by_systemd(self):
        said = self.analyze("verify", "--man=no", "--recursive-errors=no")
        self.assertEqual((said.returncode, said.stderr), (0, ""))

    def test_exposes_little(self):
        # In tenths. What is left is the network, which is its work, and the root directory.
        said = self.analyze("security", "--offline=true", "--threshold=15")
        self.assertEqual(said.returncode, 0, said.stdout + said.stderr)

    def test_waits_longer_than_the_program_takes_to_end(self):
        unit = read(DEPLOY, "systemd", "postroom.service")
        self.assertIn("\nType=notify\n", unit)
        self.assertGreaterEqual(int(re.search(r"^TimeoutStopSec=(\d+)$", unit, re.M).group(1)), 30)

    def test_is_started_again_after_any_number_of_crashes(self):
        unit = read(DEPLOY, "systemd", "postroom.service")
        self.assertIn("\nStartLimitIntervalSec=0\n", unit)
        self.assertIn("\nRestart=on-failure\n", unit)
        self.assertGreaterEqual(int(re.search(r"^RestartSec=(\d+)$", unit, re.M).group(1)), 5, "not without a pause")
        self.assertIn("\nRestartPreventExitStatus=2\n", unit, "but not for a wrong configuration")


if __name__ == "__main__":
    unittest.main(verbosity=2)
