"""A real Prometheus scrapes a real gateway: every rule, alert and panel is asked, and must have something to say."""
import json
import os
import re
import unittest

from support import (DEPLOY, POSTROOM, comes_true, dashboard_queries, fetch, free_port, metric_names, read, running,
                     selectors, temp_directory, wait_until)

# What a demonstration moves: these must not only be there but be more than zero.
MOVED = (
    'postroom_mailboxes{state="idle"}',
    'postroom_connections{state="idle"}',
    'postroom_events_total{type="message.received"}',
    'postroom_messages_total{outcome="stored"}',
    "postroom_event_latency_seconds_count",
    'postroom_imap_bytes_total{direction="received"}',
    'postroom_imap_bytes_total{direction="sent"}',
    'postroom_commit_seconds_count{outcome="committed"}',
    "postroom_commit_batch_size_count",
    'postroom_credit_bytes{state="free"}',
    'postroom_token_refreshes_total{outcome="ok"}',
    'postroom_http_requests_total{status="200"}',
    "postroom_http_request_seconds_count",
)
# The same of sending: the demonstration answers some of the mail it receives.
MOVED_BY_SENDING = (
    'postroom_events_total{type="outbox.sent"}',
    "postroom_outbox_accepted_total",
    'postroom_outbox_finished_total{outcome="sent"}',
    'postroom_outbox_attempts_total{outcome="sent"}',
    "postroom_outbox_delivery_seconds_count",
    'postroom_smtp_bytes_total{direction="received"}',
    'postroom_smtp_bytes_total{direction="sent"}',
)


class Queries(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = cls.enterClassContext(temp_directory())
        ready = os.path.join(cls.directory, "ready.json")
        output = os.path.join(cls.directory, "demo")
        demo = cls.enterClassContext(running(
            [POSTROOM, "demo", "--run-for-s", "240", "--mail-every-ms", "200", "--ready-file", ready], output))
        wait_until(lambda: os.path.exists(ready) or demo.poll() is not None, 60, "the demonstration is ready")
        if demo.poll() is not None:
            raise AssertionError("the demonstration ended: " + read(output))
        cls.gateway = json.loads(read(ready))["url"]
        cls.start_prometheus()
        # Rates need several scrapes, recorded series several evaluations.
        wait_until(lambda: cls.value("count_over_time(up[5m])") >= 10 and
                   cls.value("count_over_time(instance:postroom_events:rate5m[5m])") >= 3, 60, "several scrapes")

    @classmethod
    def start_prometheus(cls):
        """With the configuration that we ship, but faster, and another target."""
        config = read(DEPLOY, "prometheus", "prometheus.yml")
        for pattern, replacement in ((r"(scrape|evaluation)_interval: 15s", r"\1_interval: 1s"),
                                     (r"rules/\*\.yml", os.path.join(DEPLOY, "prometheus", "rules", "*.yml")),
                                     (r"^(      - targets: )\[.*", rf'\1["{cls.gateway.split("//")[1]}"]')):
            config, replaced = re.subn(pattern, replacement, config, flags=re.M)
            if not replaced:
                raise AssertionError("not in prometheus.yml: " + pattern)
        file = os.path.join(cls.directory, "prometheus.yml")
        with open(file, "w", encoding="utf-8") as out:
            out.write(config)
        port = free_port()
        cls.prometheus = f"http://127.0.0.1:{port}"
        output = os.path.join(cls.directory, "prometheus.log")
        server = cls.enterClassContext(running(
            ["prometheus", f"--config.file={file}", f"--storage.tsdb.path={cls.directory}/tsdb",
             f"--web.listen-address=127.0.0.1:{port}", "--log.level=warn"], output))
        wait_until(lambda: fetch(cls.prometheus + "/-/ready")[0] == 200 or server.poll() is not None, 30, "Prometheus")
        if server.poll() is not None:
            raise AssertionError("Prometheus ended: " + read(output))

    @classmethod
    def query(cls, expression):
        """(series, error)"""
        _, text = fetch(cls.prometheus + "/api/v1/query", {"query": expression})
        answer = json.loads(text) if text else {"status": "error", "error": "no answer"}
        return (answer["data"]["result"], None) if answer["status"] == "success" else ([], answer["error"])

    @classmethod
    def value(cls, expression):
        """The largest value; -1 when there is none."""
        return max((float(series["value"][1]) for series in cls.query(expression)[0]), default=-1.0)

    @classmethod
    def rules(cls, kind):
        answer = json.loads(fetch(cls.prometheus + "/api/v1/rules", {"type": kind})[1])
        return [rule for group in answer["data"]["groups"] for rule in group["rules"]]

    def check(self, named_queries):
        """Each query is understood, and all of them have data within a minute."""
        left = list(named_queries)
        self.assertTrue(named_queries)

        def none_left():
            nonlocal left
            answers = [(name, query, *self.query(query)) for name, query in left]
            for name, query, _, error in answers:
                self.assertIsNone(error, f"{name}: {query}")
            left = [(name, query) for name, query, series, _ in answers if not series]
            return not left

        comes_true(none_left, 60)
        self.assertEqual(left, [], "no data")

    @staticmethod
    def substituted(query):
        return query.replace("$__rate_interval", "1m").replace("$instance", ".*")

    def test_every_recording_rule_is_evaluated_and_has_data(self):
        rules = self.rules("record")
        self.assertEqual({rule["name"] for rule in rules},
                         set(re.findall(r"- record: (\S+)", read(DEPLOY, "prometheus", "rules", "recording.yml"))))
        self.check([(rule["name"], rule["query"]) for rule in rules])
        self.check([(rule["name"], rule["name"]) for rule in rules])

    def test_every_alert_reads_series_that_are_there(self):
        rules = self.rules("alert")
        self.assertEqual({rule["name"] for rule in rules},
                         set(re.findall(r"- alert: (\S+)", read(DEPLOY, "prometheus", "rules", "alerts.yml"))))
        for rule in rules:
            self.assertIsNone(self.query(rule["query"])[1], rule["name"])
            self.assertTrue(selectors(rule["query"]), rule["name"])
        # Its expression is empty as long as all is well; what it looks at must not be.
        self.check([(rule["name"], selector) for rule in rules for selector in selectors(rule["query"])])

    def test_no_rule_fails(self):
        def rules():
            return self.rules("record") + self.rules("alert")

        wait_until(lambda: all(rule["health"] != "unknown" for rule in rules()), 30, "every rule was evaluated")
        self.assertEqual([(rule["name"], rule.get("lastError")) for rule in rules() if rule["health"] != "ok"], [])

    def test_a_demonstration_raises_no_alarm_but_for_the_delegates_who_must_sign_in_again(self):
        firing = {series["metric"]["alertname"] for series in self.query('ALERTS{alertstate="firing"}')[0]}
        # Counted before the first scrape, their refusals may be no increase.
        self.assertLessEqual(firing, {"PostroomGrantDead"})

    def test_every_panel_has_data(self):
        queries = [(title, self.substituted(query)) for title, query in dashboard_queries()]
        self.assertEqual([query for _, query in queries if "$" in query], [])
        self.check(queries)

    def test_the_gateway_variable_offers_the_gateway(self):
        series, error = self.query('count by (instance) (up{job="postroom"})')
        self.assertIsNone(error)
        self.assertEqual([each["metric"]["instance"] for each in series], [self.gateway.split("//")[1]])

    def test_every_metric_asked_for_is_exposed(self):
        exposed = set(re.findall(r"^(\w+)[ {]", fetch(self.gateway + "/metrics")[1], re.M))
        recorded = {rule["name"] for rule in self.rules("record")}
        queries = [rule["query"] for rule in self.rules("record") + self.rules("alert")]
        queries += [query for _, query in dashboard_queries()]
        asked = {name for query in queries for name in metric_names(query)}
        self.assertEqual(asked - exposed - recorded - {"up"}, set())

    def test_a_demonstration_moves_what_it_should(self):
        left = MOVED + MOVED_BY_SENDING
        comes_true(lambda: all(self.value(metric) > 0 for metric in left), 60)
        self.assertEqual([metric for metric in left if self.value(metric) <= 0], [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
