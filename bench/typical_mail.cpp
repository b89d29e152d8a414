#include "bench/typical_mail.hpp"

#include <charconv>

namespace postroom::bench {
namespace {

constexpr std::string_view prefix = "bench-";
constexpr std::string_view domain = "@am9pr01mb7222.eurprd01.prod.example.com";
constexpr std::size_t typical_bytes = 4350; // before the last lines

} // namespace

std::string message_id_of(std::size_t number) {
  return std::string{prefix} + std::to_string(number) + std::string{domain};
}

std::size_t number_of(const std::string& text) {
  for (auto at = text.find(domain); at != std::string::npos; at = text.find(domain, at + 1)) {
    const auto begin = text.rfind(prefix, at);
    if (begin == std::string::npos)
      continue;
    std::size_t number = 0;
    const char* end = text.data() + at;
    if (std::from_chars(text.data() + begin + prefix.size(), end, number).ptr == end)
      return number;
  }
  return std::string::npos;
}

std::string typical_headers(std::size_t number) {
  std::string headers = "Return-Path: <anna.mueller@example.com>\r\n";
  for (int hop = 0; hop < 4; ++hop)
    headers += "Received: from AM0PR01MB" + std::to_string(1000 + hop) +
               ".eurprd01.prod.example.com (2603:10a6:208:1b9::12)\r\n by AM9PR01MB7222.eurprd01.prod.example.com with "
               "HTTPS; Tue, 24 Nov 2026 09:15:30 +0000\r\n";
  return headers +
         "From: =?utf-8?Q?Anna_M=C3=BCller?= <anna.mueller@example.com>\r\n"
         "To: \"Support, Team\" <support@example.org>\r\n"
         "Subject: =?utf-8?Q?Frage_zu_meiner_Bestellung_f=C3=BCr_M=C3=A4rz?= " +
         std::to_string(number) +
         "\r\n"
         "Thread-Topic: Frage zu meiner Bestellung\r\n"
         "Thread-Index: AdQc2DN7rLoS3hgnE/O76rpFzxN/EwAddF4A\r\n"
         "Date: Tue, 24 Nov 2026 09:15:30 +0000\r\n"
         "Message-ID: <" +
         message_id_of(number) +
         ">\r\n"
         "References: <root@example.org> <second@example.org>\r\n"
         "In-Reply-To: <second@example.org>\r\n"
         "Accept-Language: de-DE, en-US\r\nContent-Language: de-DE\r\nX-MS-Has-Attach:\r\nMIME-Version: 1.0\r\n";
}

std::string typical_mail(std::size_t number) {
  const std::string boundary = "_000_AM9PR01MB7222_" + std::to_string(number);
  std::string mail = typical_headers(number);
  mail += "Content-Type: multipart/alternative; boundary=\"" + boundary + "\"\r\n\r\n--" + boundary +
          "\r\n"
          "Content-Type: text/plain; charset=\"iso-8859-1\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n";
  for (int line = 0; line < 12; ++line)
    mail += "Guten Tag, ich habe eine Frage zu meiner Bestellung f=FCr M=E4rz.\r\n";
  mail += "--" + boundary +
          "\r\nContent-Type: text/html; charset=\"iso-8859-1\"\r\n"
          "Content-Transfer-Encoding: quoted-printable\r\n\r\n<html><body>\r\n";
  while (mail.size() < typical_bytes)
    mail += "<p class=3D\"MsoNormal\">Guten Tag, ich habe eine Frage f=FCr M=E4rz.</p>\r\n";
  return mail + "</body></html>\r\n--" + boundary + "--\r\n";
}

} // namespace postroom::bench
