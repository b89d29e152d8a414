#!/usr/bin/env python3
"""An interrupted bench/run.py leaves nothing running. The benchmark is played by a script."""
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

RUN = pathlib.Path(__file__).resolve().parents[2] / "bench" / "run.py"
# Ends orderly on SIGTERM, and takes a moment for it.
BENCHMARK = """#!/bin/sh
trap 'sleep 0.3; echo "ended orderly" >"$0.ended"; exit 1' TERM
echo $$ >"$0.pid"
while true; do sleep 0.1; done
"""


def wait_until(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= end:
            raise TimeoutError
        time.sleep(0.02)


class Interrupt(unittest.TestCase):
    def check(self, signals, before=lambda: None):
        with tempfile.TemporaryDirectory() as build:
            bench = pathlib.Path(build) / "bench" / "idle_bench"
            bench.parent.mkdir()
            bench.write_text(BENCHMARK, encoding="utf-8")
            bench.chmod(0o755)
            ended, pid = pathlib.Path(f"{bench}.ended"), pathlib.Path(f"{bench}.pid")
            with subprocess.Popen([sys.executable, RUN, "--build", build, "idle"], stderr=subprocess.DEVNULL,
                                  preexec_fn=before) as run:
                wait_until(lambda: pid.exists() and pid.read_text(encoding="utf-8").strip())
                for number in signals:
                    run.send_signal(number)
                    time.sleep(0.1)
                run.wait(20)
            wait_until(ended.exists)

    def test_ends_what_it_started(self):
        self.check([signal.SIGTERM])
        self.check([signal.SIGHUP])

    def test_even_if_it_was_started_to_ignore_interrupts(self):
        self.check([signal.SIGINT], lambda: signal.signal(signal.SIGINT, signal.SIG_IGN))

    def test_even_if_interrupted_again_while_it_does(self):
        self.check([signal.SIGINT, signal.SIGINT, signal.SIGTERM])

    def test_even_if_it_is_killed(self):
        self.check([signal.SIGKILL])


if __name__ == "__main__":
    unittest.main(verbosity=2)
