#include "protocol/mime/event_data.hpp"
#include "protocol/mime/parse_message.hpp"

#include <benchmark/benchmark.h>

#include <string>

/// What one mail costs between the socket and the store: taking it apart and writing its event.
namespace {

using namespace postroom;

std::string typical_headers() {
  std::string headers = "Return-Path: <anna.mueller@example.com>\r\n";
  for (int hop = 0; hop < 4; ++hop) {
    headers += "Received: from AM0PR01MB" + std::to_string(1000 + hop) +
               ".eurprd01.prod.example.com (2603:10a6:208:1b9::12)\r\n by AM9PR01MB7222.eurprd01.prod.example.com with "
               "HTTPS; Tue, 24 Nov 2026 09:15:30 +0000\r\n";
  }
  headers += "From: =?utf-8?Q?Anna_M=C3=BCller?= <anna.mueller@example.com>\r\n"
             "To: \"Support, Team\" <support@example.org>\r\n"
             "Subject: =?utf-8?Q?Frage_zu_meiner_Bestellung_f=C3=BCr_M=C3=A4rz?=\r\n"
             "Thread-Topic: Frage zu meiner Bestellung\r\n"
             "Thread-Index: AdQc2DN7rLoS3hgnE/O76rpFzxN/EwAddF4A\r\n"
             "Date: Tue, 24 Nov 2026 09:15:30 +0000\r\n"
             "Message-ID: <AM9PR01MB7222A1B2C3D4E5F6@AM9PR01MB7222.eurprd01.prod.example.com>\r\n"
             "References: <root@example.org> <second@example.org>\r\n"
             "In-Reply-To: <second@example.org>\r\n"
             "Accept-Language: de-DE, en-US\r\nContent-Language: de-DE\r\nX-MS-Has-Attach:\r\nMIME-Version: 1.0\r\n";
  return headers;
}

/// 4.4 KB with text and HTML, as Outlook sends it.
std::string typical_mail() {
  std::string mail = typical_headers();
  mail += "Content-Type: multipart/alternative; boundary=\"_000_AM9PR01MB7222\"\r\n\r\n--_000_AM9PR01MB7222\r\n"
          "Content-Type: text/plain; charset=\"iso-8859-1\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n";
  for (int line = 0; line < 12; ++line)
    mail += "Guten Tag, ich habe eine Frage zu meiner Bestellung f=FCr M=E4rz.\r\n";
  mail += "--_000_AM9PR01MB7222\r\nContent-Type: text/html; charset=\"iso-8859-1\"\r\n"
          "Content-Transfer-Encoding: quoted-printable\r\n\r\n<html><body>\r\n";
  while (mail.size() < 4350)
    mail += "<p class=3D\"MsoNormal\">Guten Tag, ich habe eine Frage f=FCr M=E4rz.</p>\r\n";
  return mail + "</body></html>\r\n--_000_AM9PR01MB7222--\r\n";
}

std::string large_mail(std::size_t bytes) {
  std::string mail = typical_headers() + "Content-Type: application/pdf; name=a.pdf\r\n"
                                         "Content-Transfer-Encoding: base64\r\n\r\n";
  while (mail.size() < bytes)
    mail += std::string(76, 'Q') + "\r\n";
  return mail;
}

void parse(benchmark::State& state, const std::string& mail) {
  for (auto _ : state) {
    mime::memory_source source(mail);
    benchmark::DoNotOptimize(mime::parse_message(source));
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * mail.size()));
  state.counters["mail_bytes"] = static_cast<double>(mail.size());
}

void parse_typical_mail(benchmark::State& state) {
  parse(state, typical_mail());
}
BENCHMARK(parse_typical_mail);

void parse_large_attachment(benchmark::State& state) {
  parse(state, large_mail(16 << 20));
}
BENCHMARK(parse_large_attachment)->Unit(benchmark::kMillisecond);

void write_event_data(benchmark::State& state) {
  const auto mail = typical_mail();
  mime::memory_source source(mail);
  const auto message = mime::parse_message(source).value();
  const mime::message_facts facts{tenant_id("acme"),   account_id("sales"), "INBOX",     {7},       {42},
                                  message_id("msg_x"), wall_time{},         mail.size(), {"\\Seen"}};
  for (auto _ : state)
    benchmark::DoNotOptimize(mime::message_event_data(facts, message));
}
BENCHMARK(write_event_data);

void identify_mail(benchmark::State& state) {
  const auto mail = typical_mail();
  mime::memory_source source(mail);
  const auto message = mime::parse_message(source).value();
  for (auto _ : state) {
    benchmark::DoNotOptimize(mime::stable_message_id(account_id("sales"), "INBOX", {7}, {42}));
    benchmark::DoNotOptimize(mime::fingerprint(message, wall_time{}));
  }
}
BENCHMARK(identify_mail);

} // namespace

BENCHMARK_MAIN();
