"""What lies in deploy/ agrees with the program, with itself, and with docs/operations.md."""
import os
import re
import subprocess
import unittest

from support import (DEPLOY, POSTROOM, ROOT, dashboard, dashboard_queries, declared_families, metric_names, panels,
                     read)

RULES = os.path.join(DEPLOY, "prometheus", "rules")


def alerts():
    """{name: its text} of alerts.yml."""
    parts = re.split(r"^      - alert: (\S+)\n", read(RULES, "alerts.yml"), flags=re.M)
    return dict(zip(parts[1::2], parts[2::2]))


def recorded():
    return set(re.findall(r"- record: (\S+)", read(RULES, "recording.yml")))


def known_names():
    """Every name that a query may use."""
    names = {"up"} | recorded()
    for name, kind in declared_families().items():
        names |= {name} if kind != "histogram" else {name + end for end in ("_bucket", "_count", "_sum")}
    return names


class Alerts(unittest.TestCase):
    def test_each_says_what_it_means_who_acts_and_what_to_do(self):
        self.assertGreater(len(alerts()), 20)
        for name, text in alerts().items():
            with self.subTest(name):
                self.assertRegex(text, r"severity: (critical|warning)\n")
                self.assertRegex(text, r'summary: ".+"\n')
                description = " ".join(text.split("description: >-")[1].split("\n  - name")[0].split())
                self.assertIn("Who: ", description)
                self.assertIn("What to do: ", description)

    def test_each_has_a_test_in_which_it_fires_beside_one_that_does_not(self):
        tests = {}
        for file in os.listdir(os.path.join(RULES, "tests")):
            for part in re.split(r"^  - name: ", read(RULES, "tests", file), flags=re.M)[1:]:
                tests[part.split("\n")[0]] = part
        for name in alerts():
            with self.subTest(name):
                self.assertIn(name, tests)
                self.assertIn(f'alertname="{name}",alertstate="firing"', tests[name])
                self.assertRegex(tests[name], r"exp_samples: \[\{labels: '\{.*\}', value: 1\}\]")
                self.assertTrue('instance="good"' in tests[name] or "exp_samples: []" in tests[name])

    def test_the_manual_lists_them_all_with_their_severity(self):
        listed = dict(re.findall(r"^\| `(Postroom\w+)` \| (\w+) \|", read(ROOT, "docs", "operations.md"), re.M))
        severities = {name: re.search(r"severity: (\w+)", text).group(1) for name, text in alerts().items()}
        self.assertEqual(listed, severities)

    def test_read_only_metrics_that_are_declared(self):
        for file in ("alerts.yml", "recording.yml"):
            expressions = re.findall(r"expr: (?:\|\n((?:          .*\n)+)|(.+)\n)", read(RULES, file))
            self.assertGreater(len(expressions), 10)
            for expression in expressions:
                for name in metric_names("".join(expression)):
                    self.assertIn(name, known_names(), expression)


class Dashboard(unittest.TestCase):
    def test_shows_every_metric(self):
        shown = {name for _, query in dashboard_queries() for name in metric_names(query)}
        # Recorded series stand for those they are made of.
        rule = r"- record: (\S+)\n        expr: (.*?)(?=\n      -|\n\n|\Z)"
        texts = dict(re.findall(rule, read(RULES, "recording.yml"), re.S))
        for name in shown & set(texts):
            shown |= set(metric_names(texts[name]))
        shown = {re.sub("_(bucket|count|sum)$", "", name) for name in shown}
        self.assertEqual(set(declared_families()) - shown, set())

    def test_reads_only_metrics_that_are_declared(self):
        for title, query in dashboard_queries():
            self.assertTrue(metric_names(query), title)
            self.assertEqual(set(metric_names(query)) - known_names(), set(), title)

    def test_every_query_follows_the_chosen_gateway_and_data_source(self):
        for panel in panels():
            self.assertEqual(panel["datasource"]["uid"], "${datasource}", panel["title"])
            for target in panel["targets"]:
                self.assertEqual(target["datasource"]["uid"], "${datasource}", panel["title"])
                selected = len(re.findall(r'\{job="postroom",instance=~"\$instance"[,}]', target["expr"]))
                self.assertEqual(selected, len(metric_names(target["expr"])), target["expr"])
        self.assertEqual([each["name"] for each in dashboard()["templating"]["list"]], ["datasource", "instance"])

    def test_panels_lie_side_by_side(self):
        everything = dashboard()["panels"]
        self.assertEqual(len({panel["id"] for panel in everything}), len(everything))
        taken = {}
        for panel in everything:
            at = panel["gridPos"]
            self.assertLessEqual(at["x"] + at["w"], 24)
            for cell in ((x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])):
                self.assertNotIn(cell, taken, f"{panel['title']} over {taken.get(cell)}")
                taken[cell] = panel["title"]

    def test_has_its_rows(self):
        rows = [panel["title"] for panel in dashboard()["panels"] if panel["type"] == "row"]
        self.assertEqual(rows, ["Overview", "Mailboxes", "Mail in", "Outbox", "Tokens", "Store", "API", "Supervision"])


class Container(unittest.TestCase):
    def setUp(self):
        self.text = read(DEPLOY, "container", "Containerfile")

    def test_has_the_libraries_that_the_program_is_linked_with(self):
        needed = re.findall(r"\(NEEDED\).*\[(.+)\]", self.output("readelf", "-d", POSTROOM))
        # The sanitizers' own libraries are not shipped.
        needed = [name for name in needed if not re.match(r"lib(a|ub|t)san\.", name)]
        known = dict(re.findall(r"^\s(\S+) => (\S+) ", self.output("ldd", POSTROOM), re.M))
        packages = {self.package_of(known[name]) for name in needed}
        listed = set(re.findall(r"^      (\S+) \\$", self.text, re.M))
        self.assertEqual(listed - {"ca-certificates"}, packages)
        self.assertIn("ca-certificates", listed)

    def test_copies_every_folder_that_is_built(self):
        built = set(re.findall(r"^add_subdirectory\((\w+)\)", read(ROOT, "CMakeLists.txt"), re.M)) | {"cmake"}
        self.assertEqual(set(re.findall(r"^COPY (\w+) \1$", self.text, re.M)), built)

    def test_does_not_run_as_root(self):
        self.assertRegex(self.text.split("\nFROM ")[-1], r"(?m)^USER [1-9]\d+:[1-9]\d+$")

    @staticmethod
    def output(*command):
        env = {**os.environ, "LC_ALL": "C"}
        return subprocess.run(command, capture_output=True, text=True, check=True, env=env).stdout

    def package_of(self, library):
        """The Debian package of a file; /lib is /usr/lib by another name, and the links are those of the package."""
        real = os.path.realpath(library)
        for path in (library, real, "/usr" + library, real.removeprefix("/usr")):
            found = subprocess.run(["dpkg", "-S", path], capture_output=True, text=True, check=False)
            if found.returncode == 0:
                return found.stdout.split(":")[0]
        self.fail("no package has " + library)
        return None


if __name__ == "__main__":
    unittest.main(verbosity=2)
