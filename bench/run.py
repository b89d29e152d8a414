#!/usr/bin/env python3
"""Runs a whole-system benchmark, prints its table and writes its figures as JSON. See README.md."""

import argparse
import ctypes
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys

# Per benchmark: the program that runs beside the gateway, as an option and its name; the keys of its JSON; how long it
# may take at most; and the rows of its table: (what, Postroom's figure, the peer's, must reach), the last as
# ("at most", number), ("at least", number), ("times peer", number) or ("at least times peer", number).
BENCHMARKS = {
    "idle": {
        "beside": ("--bare", "bare_watch"),
        "keys": ["kib_per_mailbox", "marginal_kib", "mailboxes", "fixed_mib", "bare_kib_per_mailbox"],
        "limit_s": 3000,
        "rows": [
            ("memory per mailbox, all in, KiB", "kib_per_mailbox", None, ("at most", 48)),
            ("memory of one mailbox more, KiB", "marginal_kib", "bare_kib_per_mailbox", ("at most", 30)),
            ("memory without mailboxes, MiB", "fixed_mib", None, ("at most", 40)),
        ],
    },
    "catchup": {
        "beside": ("--bare", "bare_fetch"),
        "keys": ["cpu_s_per_1000", "bare_cpu_s_per_1000", "peak_rss_mib"],
        "limit_s": 1800,
        "rows": [
            ("CPU per 1,000 mails, s", "cpu_s_per_1000", "bare_cpu_s_per_1000", ("at most", 0.20)),
            ("peak memory, MiB", "peak_rss_mib", None, ("at most", 150)),
        ],
    },
    "latency": {
        "beside": ("--bare", "bare_watch"),
        "keys": ["p50_ms", "p99_ms", "bare_p50_ms", "bare_p99_ms"],
        "limit_s": 3000,
        "rows": [
            ("delivery to event, median, ms", "p50_ms", "bare_p50_ms", ("times peer", 1.5)),
            ("delivery to event, 99 %, ms", "p99_ms", "bare_p99_ms", ("times peer", 1.5)),
        ],
    },
    "scale": {
        "beside": ("--bare", "bare_login"),
        "keys": ["mailboxes", "kib_per_mailbox", "marginal_kib", "idle_cpu_percent", "connect_s", "login_cpu_ratio",
                 "p50_ms", "p99_ms", "dovecot_p50_ratio", "dovecot_p99_ratio", "lost", "doubled",
                 "connect_peak_per_s", "out_of_step_max_s", "recovery_s"],
        "limit_s": 5400,
        "rows": [
            ("memory per mailbox, all in, KiB", "kib_per_mailbox", None, ("at most", 34)),
            ("memory of one mailbox more, KiB", "marginal_kib", None, ("at most", 34)),
            ("its deviation as numbers grow, %", "memory_unevenness_percent", None, ("at most", 10)),
            ("the same of CPU of a login, %", "cpu_unevenness_percent", None, ("at most", 10)),
            ("CPU at rest, % of a core", "idle_cpu_percent", None, ("at most", 2)),
            ("until all are connected, s", "connect_s", None, ("at most", 70)),
            ("CPU of a login, ms", "login_cpu_ms", "bare_login_cpu_ms", ("times peer", 1.3)),
            ("delivery to event, median, ms", "p50_ms", None, ("at most", 15)),
            ("delivery to event, 99 %, ms", "p99_ms", None, ("at most", 50)),
            ("on Dovecot, median, ms", "dovecot_p50_ms", "dovecot_bare_p50_ms", ("times peer", 1.5)),
            ("on Dovecot, 99 %, ms", "dovecot_p99_ms", "dovecot_bare_p99_ms", ("times peer", 1.5)),
            ("connections in any second", "connect_peak_per_s", None, ("at most", 200)),
            ("out of step while tokens expire, s", "out_of_step_max_s", None, ("at most", 5)),
            ("until all are back from an outage, s", "recovery_s", None, ("at most", 120)),
            ("mails lost", "lost", None, ("at most", 0)),
            ("mails doubled", "doubled", None, ("at most", 0)),
        ],
    },
    "submit": {
        "beside": ("--sink", "smtp_sink"),
        "keys": ["per_s", "p99_ms", "p50_ms", "peak_rss_mib"],
        "limit_s": 600,
        "rows": [
            ("202 at 300/s, 99 %, ms", "p99_ms", None, ("at most", 30)),
            ("accepted per second", "per_s", None, ("at least", 24)),
        ],
    },
    "deliver": {
        "beside": ("--sink", "smtp_sink"),
        "keys": ["per_s", "cpu_s_per_1000", "peak_rss_mib"],
        "limit_s": 900,
        "rows": [
            ("delivered per second", "per_s", None, ("at least", 1500)),
            ("CPU per 1,000 mails, s", "cpu_s_per_1000", None, ("at most", 0.60)),
        ],
    },
    "deliver --tls": {
        "beside": ("--sink", "smtp_sink"),
        "keys": ["per_s", "cpu_s_per_1000", "nodemailer_per_s", "nodemailer_cpu_s_per_1000",
                 "nodemailer_no_delay_per_s", "peak_rss_mib"],
        "limit_s": 1800,
        "rows": [
            ("delivered per second", "per_s", "nodemailer_per_s", ("at least times peer", 2)),
        ],
    },
}


def install_nodemailer(build):
    """Puts the peer beside the build, with what its lock file names; answers its program."""
    source = pathlib.Path(__file__).parent / "peers" / "nodemailer"
    to = build / "bench" / "nodemailer"
    to.mkdir(parents=True, exist_ok=True)
    for file in source.iterdir():
        shutil.copy(file, to)
    done = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], cwd=to, check=False)
    if done.returncode != 0:
        sys.exit("nodemailer could not be installed: see npm's words above")
    return to / "send.mjs"


# To one address lead 28,000 ports, and Linux hands out every second one first: beyond 14,000 connections it looks at all
# of those, for each connection anew. A network of its own has more ports, and so has a gateway of that size (see
# docs/operations.md).
OWN_NETWORK = """
import fcntl, os, socket, struct, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
    get_flags, set_flags, up = 0x8913, 0x8914, 1
    flags, = struct.unpack("16xH14x", fcntl.ioctl(any_socket, get_flags, struct.pack("16sH14x", b"lo", 0)))
    fcntl.ioctl(any_socket, set_flags, struct.pack("16sH14x", b"lo", flags | up))
with open("/proc/sys/net/ipv4/ip_local_port_range", "w") as ports:
    ports.write("10000 65535")
os.execv(sys.argv[1], sys.argv[1:])
"""


def in_own_network(line):
    if os.geteuid() != 0:
        print("not root: on the machine's own network more than 14,000 connections cost more", file=sys.stderr)
        return line
    return ["unshare", "--net", "--", sys.executable, "-c", OWN_NETWORK, *line]


def end_with_parent():
    """In the child: SIGTERM when this script has gone, even by SIGKILL."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)


def measure(build, name, more_arguments):
    benchmark = BENCHMARKS[name]
    option, beside = benchmark["beside"]
    line = [build / "bench" / f"{name.split()[0]}_bench", "--postroom", build / "app" / "postroom",
            option, build / "bench" / beside, *more_arguments]
    if name == "scale":
        line = in_own_network([*line, "--bare-watch", build / "bench" / "bare_watch"])
    if name == "deliver --tls":
        line += ["--nodemailer", install_nodemailer(build)]
    child = subprocess.Popen([str(part) for part in line], stdout=subprocess.PIPE, text=True,
                             preexec_fn=end_with_parent)
    try:
        output, _ = child.communicate(timeout=benchmark["limit_s"])
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        for number in INTERRUPTS:
            signal.signal(number, signal.SIG_IGN)  # a second one must not leave it behind
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
    rows = [("what", "Postroom", "beside", "ratio", "must reach", "")]
    for what, ours_key, peer_key, (kind, bound) in BENCHMARKS[name]["rows"]:
        if ours_key not in figures:
            continue  # that part was not asked for
        ours = figures[ours_key]
        peer = figures[peer_key] if peer_key else None
        least = kind.startswith("at least")
        limit = bound * peer if kind.endswith("times peer") else bound
        must = f"at {'least' if least else 'most'} {bound}{' x beside' if kind.endswith('times peer') else ''}"
        good = ours >= limit if least else ours <= limit
        rows.append((what, shown(ours), shown(peer), shown(ours / peer if peer else None), must,
                     "yes" if good else "NO"))
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        cells = [row[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        print("  ".join(cells).rstrip())
    others = {key: value for key, value in figures.items()
              if not any(key in row[1:3] for row in BENCHMARKS[name]["rows"])}
    if others:
        print("also: " + ", ".join(f"{key} {value:g}" for key, value in others.items()))


INTERRUPTS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def interrupt(number, frame):
    raise KeyboardInterrupt


def main():
    for number in INTERRUPTS:  # SIGINT, too: a shell's background jobs ignore it
        signal.signal(number, interrupt)
    parser = argparse.ArgumentParser(description=__doc__, epilog="Further arguments go to the benchmark: --quick, …")
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build/release"))
    parser.add_argument("--json", type=pathlib.Path, help="write the figures to this file")
    parser.add_argument("name", choices=[name for name in BENCHMARKS if " " not in name])
    arguments, more = parser.parse_known_args()
    variant = f"{arguments.name} --tls"
    name = variant if "--tls" in more and variant in BENCHMARKS else arguments.name
    figures = measure(arguments.build, name, more)
    print_table(name, figures)
    if arguments.json:
        kept = {key: figures[key] for key in BENCHMARKS[name]["keys"] if key in figures}
        arguments.json.write_text(json.dumps(kept, indent=2) + "\n")


if __name__ == "__main__":
    main()
