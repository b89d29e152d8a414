#include "protocol/imap/client_session.hpp"
#include "protocol/imap/parse_response.hpp"

#include <benchmark/benchmark.h>

#include <string>

/// What a session costs on catch-up: 1,000 messages of 4.4 KB, as they come out of TLS records. The figure to hold is
/// 10 µs per message.
namespace postroom::imap {

namespace {

constexpr int messages = 1000;
constexpr std::size_t body_bytes = 4400;

class counter final : public session_listener {
public:
  void on_starttls() override {}
  void on_ready(const session_info&) override {}
  void on_command_done(const command_outcome&) override { ++done; }
  void on_data(const response& data) override { fetched += std::holds_alternative<fetch_data>(data) ? 1 : 0; }
  void on_body_begin(std::uint32_t, std::uint64_t) override {}
  void on_body_data(std::string_view octets) override { bytes += octets.size(); }
  void on_idling() override {}
  void on_closed(const error&) override {}

  std::uint64_t fetched = 0, bytes = 0, done = 0;
};

client_session logged_in(counter& listener) {
  client_session session{{.method = login_method::plain, .user = "u", .token_or_password = secret<>{"p"}}, listener};
  const std::string login = "* OK [CAPABILITY SASL-IR] hello\r\nL1 OK [CAPABILITY LITERAL+] in\r\n";
  session.received(login);
  session.sent(session.outgoing().size());
  return session;
}

std::string catch_up_wire() {
  std::string wire;
  for (int i = 1; i <= messages; ++i) {
    wire += "* " + std::to_string(i) + " FETCH (UID " + std::to_string(100'000 + i) +
            " FLAGS (\\Seen) INTERNALDATE \"17-Jul-2026 02:44:25 +0000\" RFC822.SIZE 4512 BODY[] {" +
            std::to_string(body_bytes) + "}\r\n";
    wire += std::string(body_bytes, 'x') + ")\r\n";
  }
  return wire;
}

/// The argument is the size of one read.
void fetch_1000_bodies(benchmark::State& state) {
  const auto wire = catch_up_wire();
  const auto read_bytes = static_cast<std::size_t>(state.range(0));
  counter listener;
  auto session = logged_in(listener);
  std::uint32_t command_number = 0;
  for (auto _ : state) {
    (void)session.submit(uid_fetch_command{{"1:*"}, {"UID", "FLAGS", "INTERNALDATE", "RFC822.SIZE", "BODY.PEEK[]"}});
    session.sent(session.outgoing().size());
    const std::span<const char> octets{wire};
    for (std::size_t at = 0; at < octets.size(); at += read_bytes)
      session.received(octets.subspan(at, std::min(read_bytes, octets.size() - at)));
    session.received("A" + std::to_string(++command_number) + " OK done\r\n");
  }
  if (listener.fetched != static_cast<std::uint64_t>(state.iterations()) * messages)
    state.SkipWithError("messages were lost");
  state.SetItemsProcessed(static_cast<std::int64_t>(listener.fetched));
  state.SetBytesProcessed(static_cast<std::int64_t>(listener.bytes));
}
BENCHMARK(fetch_1000_bodies)->Arg(1460)->Arg(16'384)->Arg(65'536)->Unit(benchmark::kMicrosecond);

void parse_envelope_and_structure(benchmark::State& state) {
  const std::string line =
      R"(* 12 FETCH (UID 9 ENVELOPE ("Wed, 17 Jul 1996 02:23:25 -0700" "a subject" (("Terry" NIL "gray" "x.edu")) )"
      R"((("Terry" NIL "gray" "x.edu")) (("Terry" NIL "gray" "x.edu")) ((NIL NIL "imap" "x.edu")) NIL NIL NIL "<a@b>") )"
      R"(BODYSTRUCTURE (("text" "plain" ("charset" "utf-8") NIL NIL "8bit" 10 1 NIL NIL NIL NIL))"
      R"(("image" "png" ("name" "a.png") NIL NIL "base64" 99 NIL ("attachment" ("filename" "a.png")) NIL NIL) "mixed"))))";
  for (auto _ : state)
    benchmark::DoNotOptimize(parse_response(frame{line}));
}
BENCHMARK(parse_envelope_and_structure);

void parse_flags_line(benchmark::State& state) {
  const std::string line = "* 1234 FETCH (UID 123456 FLAGS (\\Seen \\Answered))";
  for (auto _ : state)
    benchmark::DoNotOptimize(parse_response(frame{line}));
}
BENCHMARK(parse_flags_line);

} // namespace

} // namespace postroom::imap
