#!/usr/bin/env python3
"""Checks the dependency rule of docs/architecture.md and a few rules of style. Prints each breach; exits 1 if any."""
import pathlib
import re
import sys

# Which top-level folders a folder may include, besides itself.
MAY_INCLUDE = {
    "base": set(),
    "protocol": {"base"},
    "storage": {"base"},
    "metrics": {"base"},
    "net": {"base", "protocol", "metrics"},
    "actors": {"base", "protocol", "storage", "metrics", "net"},
    "api": {"base", "protocol", "storage", "metrics", "net", "actors"},
    "sim": {"base", "protocol", "net"},
    "app": {"base", "protocol", "storage", "metrics", "net", "actors", "api", "sim"},
}
# From the actors the API sees only these.
API_MAY_SEE = {"interfaces.hpp", "messages.hpp", "bridge.hpp", "errors.hpp", "outbox/view.hpp", "sign_in_failure.hpp"}
# Outside libraries, by include prefix: the folders that may use them.
OUTSIDE = [
    (r"caf/", {"actors", "app"}),
    (r"boost/(asio|beast)", {"net", "api", "sim", "app", "actors/bridge.hpp"}),
    (r"openssl/", {"net", "api", "sim", "app", "base/crypto.cpp", "base/jws.cpp", "base/jws_keys.cpp",
                  "base/certificate.cpp", "base/openssl_handles.hpp"}),
    (r"rocksdb/", {"storage/rocksdb"}),
    (r"prometheus/", {"metrics"}),
    (r"spdlog/", {"base"}),
    (r"gmime/", {"protocol/mime"}),
    (r"toml\+\+/", {"app"}),
    (r"simdjson", {"protocol", "api", "app", "sim"}),
]
LINE_COLUMNS_MAX = 120
FILE_LINES_MAX = 600
BANNED = [(r"caf::infinite\b", "a request without a deadline waits for ever", {"actors/caf_compat.hpp"}),
          (r"\bkept_by_the_asker\b", "only who keeps the deadline itself", {"actors/caf_compat.hpp", "actors/mailbox/mailbox.cpp"}),
          (r"\buntil_its_turn\b", "only for the row before a server",
           {"actors/caf_compat.hpp", "actors/mailbox/mailbox.cpp", "actors/outbox/delivery.cpp"}),
          (r"\b(TODO|FIXME|XXX)\b", "finish it or file it", set())]


def check_includes(root, path, text, breaches):
    relative = path.relative_to(root).as_posix()
    folder = relative.split("/")[0]
    for number, line in enumerate(text.splitlines(), 1):
        match = re.match(r'\s*#\s*include\s*(["<])([^">]+)[">]', line)
        if not match:
            continue
        quote, target = match.groups()
        top = target.split("/")[0]
        if quote == '"' and top in MAY_INCLUDE and top != folder and top not in MAY_INCLUDE[folder]:
            breaches.append(f"{relative}:{number}: {folder}/ may not include {target}")
        if quote == '"' and folder == "api" and top == "actors" and target[len("actors/"):] not in API_MAY_SEE:
            breaches.append(f"{relative}:{number}: api/ sees of the actors only {sorted(API_MAY_SEE)}")
        for pattern, allowed in OUTSIDE:
            if re.match(pattern, target) and not any(relative == a or relative.startswith(a + "/") for a in allowed):
                breaches.append(f"{relative}:{number}: {target} is used only in {sorted(allowed)}")


def check_style(root, path, text, breaches):
    relative = path.relative_to(root).as_posix()
    lines = text.splitlines()
    if len(lines) > FILE_LINES_MAX:
        breaches.append(f"{relative}: {len(lines)} lines, more than {FILE_LINES_MAX}: split it by subject")
    for number, line in enumerate(lines, 1):
        if len(line) > LINE_COLUMNS_MAX:
            breaches.append(f"{relative}:{number}: longer than {LINE_COLUMNS_MAX} columns")
        for pattern, why, allowed in BANNED:
            if relative not in allowed and re.search(pattern, line):
                breaches.append(f"{relative}:{number}: {pattern}: {why}")
    if path.suffix == ".hpp" and "#pragma once" not in text:
        breaches.append(f"{relative}: no #pragma once")


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    breaches = []
    checked = 0
    for folder in MAY_INCLUDE:
        for path in sorted((root / folder).rglob("*.[ch]pp")):
            text = path.read_text(encoding="utf-8")
            check_includes(root, path, text, breaches)
            check_style(root, path, text, breaches)
            checked += 1
    for breach in breaches:
        print(breach)
    print(f"{checked} files checked, {len(breaches)} breaches")
    return 1 if breaches or checked == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
