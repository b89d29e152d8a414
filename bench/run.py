#!/usr/bin/env python3
"""Runs a whole-system benchmark, prints its table and writes its figures as JSON. See README.md."""

import argparse
import json
import pathlib
import signal
import subprocess
import sys

# Per benchmark: its bare program, the keys of its JSON, how long it may take at most, and the rows of its table:
# (what, Postroom's figure, the bare program's, must reach), the last as ("at most", number) or ("times bare", number).
BENCHMARKS = {
    "idle": {
        "bare": "bare_watch",
        "keys": ["kib_per_mailbox", "marginal_kib", "mailboxes", "fixed_mib", "bare_kib_per_mailbox"],
        "limit_s": 3000,
        "rows": [
            ("memory per mailbox, all in, KiB", "kib_per_mailbox", None, ("at most", 48)),
            ("memory of one mailbox more, KiB", "marginal_kib", "bare_kib_per_mailbox", ("at most", 30)),
            ("memory without mailboxes, MiB", "fixed_mib", None, ("at most", 40)),
        ],
    },
    "catchup": {
        "bare": "bare_fetch",
        "keys": ["cpu_s_per_1000", "bare_cpu_s_per_1000", "peak_rss_mib"],
        "limit_s": 1800,
        "rows": [
            ("CPU per 1,000 mails, s", "cpu_s_per_1000", "bare_cpu_s_per_1000", ("at most", 0.20)),
            ("peak memory, MiB", "peak_rss_mib", None, ("at most", 150)),
        ],
    },
    "latency": {
        "bare": "bare_watch",
        "keys": ["p50_ms", "p99_ms", "bare_p50_ms", "bare_p99_ms"],
        "limit_s": 3000,
        "rows": [
            ("delivery to event, median, ms", "p50_ms", "bare_p50_ms", ("times bare", 1.5)),
            ("delivery to event, 99 %, ms", "p99_ms", "bare_p99_ms", ("times bare", 1.5)),
        ],
    },
}


def measure(build, name, more_arguments):
    benchmark = BENCHMARKS[name]
    line = [build / "bench" / f"{name}_bench", "--postroom", build / "app" / "postroom",
            "--bare", build / "bench" / benchmark["bare"], *more_arguments]
    child = subprocess.Popen([str(part) for part in line], stdout=subprocess.PIPE, text=True)
    try:
        output, _ = child.communicate(timeout=benchmark["limit_s"])
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        # It stops what it started; whatever it leaves is told to end by the kernel when it has gone.
        child.terminate()
        try:
            child.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            child.kill()
        sys.exit(f"{name}: ended before it was done")
    if child.returncode != 0:
        sys.exit(f"{name}: failed, the reason is above")
    return json.loads(output)


def shown(value):
    return "-" if value is None else f"{value:.3f}" if value < 1 else f"{value:.1f}"


def print_table(name, figures):
    rows = [("what", "Postroom", "bare", "ratio", "must reach", "")]
    for what, ours_key, bare_key, (kind, bound) in BENCHMARKS[name]["rows"]:
        ours = figures[ours_key]
        bare = figures[bare_key] if bare_key else None
        most = bound if kind == "at most" else bound * bare
        must = f"at most {bound}" if kind == "at most" else f"at most {bound} x bare"
        rows.append((what, shown(ours), shown(bare), shown(ours / bare if bare else None), must,
                     "yes" if ours <= most else "NO"))
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        cells = [row[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        print("  ".join(cells).rstrip())
    others = {key: value for key, value in figures.items()
              if not any(key in row[1:3] for row in BENCHMARKS[name]["rows"])}
    if others:
        print("also: " + ", ".join(f"{key} {value:g}" for key, value in others.items()))


def interrupt(number, frame):
    raise KeyboardInterrupt


def main():
    signal.signal(signal.SIGTERM, interrupt)
    parser = argparse.ArgumentParser(description=__doc__, epilog="Further arguments go to the benchmark: --quick, …")
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build/release"))
    parser.add_argument("--json", type=pathlib.Path, help="write the figures to this file")
    parser.add_argument("name", choices=BENCHMARKS)
    arguments, more = parser.parse_known_args()
    figures = measure(arguments.build, arguments.name, more)
    print_table(arguments.name, figures)
    if arguments.json:
        kept = {key: figures[key] for key in BENCHMARKS[arguments.name]["keys"]}
        arguments.json.write_text(json.dumps(kept, indent=2) + "\n")


if __name__ == "__main__":
    main()
