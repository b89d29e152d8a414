#pragma once

#include <algorithm>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/mime/byte_source.hpp"

/// Hand-written mails that stand for what the parser meets, and sources that deliver bytes in awkward ways.
namespace postroom::mime::test {

/// Joins lines with CRLF.
inline std::string mail(std::initializer_list<std::string_view> lines) {
  std::string text;
  for (const auto line : lines)
    text.append(line).append("\r\n");
  return text;
}

inline const std::string& alternative() {
  static const auto text = mail({
      "Return-Path: <anna@example.com>",
      "From: =?utf-8?q?Anna_M=C3=BCller?= <anna@example.com>",
      "To: \"Support, Team\" <support@example.org>, bob@example.org",
      "Cc: undisclosed-recipients:;",
      "Subject: =?iso-8859-1?Q?Gr=FC=DFe?=",
      " =?utf-8?B?IGF1cyBLw7Zsbg==?=",
      "Date: Tue, 24 Nov 2026 10:15:30 +0100",
      "Message-ID: <m1@example.com>",
      "In-Reply-To: <m0@example.org>",
      "References: <root@example.org>",
      "\t<m0@example.org>",
      "Thread-Topic: Bestellung",
      "Thread-Index: AdQc2DN7rLoS3hgnE/O76rpFzxN/EwAddF4A",
      "MIME-Version: 1.0",
      "Content-Type: multipart/alternative; boundary=\"=_b1\"",
      "",
      "This is a multi-part message in MIME format.",
      "--=_b1",
      "Content-Type: text/plain; charset=utf-8",
      "Content-Transfer-Encoding: quoted-printable",
      "",
      "Sch=C3=B6ne Gr=C3=BC=",
      "=C3=9Fe",
      "--=_b1",
      "Content-Type: text/html; charset=iso-8859-1",
      "Content-Transfer-Encoding: base64",
      "",
      "PHA+U2No9m5lIEdy/N9lPC9wPg==",
      "--=_b1--",
      "",
  });
  return text;
}

inline const std::string& nested() {
  static const auto text = mail({
      "From: a@example.com",
      "To: b@example.com",
      "Subject: nested",
      "Content-Type: multipart/mixed; boundary=outer",
      "",
      "--outer",
      "Content-Type: multipart/related; boundary=\"middle\"",
      "",
      "--middle",
      "Content-Type: multipart/alternative; boundary=inner",
      "",
      "--inner",
      "",
      "plain",
      "--inner",
      "Content-Type: text/html",
      "",
      "<img src=\"cid:logo@example.com\">",
      "--inner--",
      "--middle",
      "Content-Type: image/png; name=logo.png",
      "Content-ID: <logo@example.com>",
      "Content-Transfer-Encoding: base64",
      "",
      "AAECAwQF",
      "--middle--",
      "",
      "--outer",
      "Content-Type: application/pdf",
      "Content-Disposition: attachment; filename*0*=utf-8''Rechnung%20f%C3%BCr;",
      " filename*1*=%20M%C3%A4rz.pdf",
      "Content-Transfer-Encoding: base64",
      "",
      "JVBERi0xLjQK",
      "--outer",
      "Content-Type: application/octet-stream; name=\"=?utf-8?B?w6R0emVuZA==?=.bin\"",
      "Content-Disposition: attachment",
      "",
      "raw bytes",
      "two lines",
      "--outer--",
  });
  return text;
}

inline const std::string& forwarded() {
  static const auto text = mail({
      "From: a@example.com",
      "Subject: Fwd: report",
      "Content-Type: multipart/mixed; boundary=x",
      "",
      "--x",
      "Content-Type: text/plain",
      "",
      "see below",
      "--x",
      "Content-Type: message/rfc822",
      "",
      "From: inner@example.com",
      "Subject: inner",
      "Content-Type: multipart/mixed; boundary=y",
      "",
      "--y",
      "",
      "inner text",
      "--y--",
      "--x",
      "Content-Type: application/ms-tnef; name=\"winmail.dat\"",
      "Content-Transfer-Encoding: base64",
      "",
      "eJ8+IgAA",
      "--x--",
  });
  return text;
}

inline const std::string& raw_8bit() {
  static const auto text = mail({
      "From: Andr\xE9 <andre@example.fr>",
      "To: J\xC3\xBCrgen <j@example.de>",
      "Subject: caf\xE9 \x80 5",
      "Content-Type: text/plain",
      "",
      "d\xE9j\xE0 vu",
  });
  return text;
}

inline const std::string& bounce() {
  static const auto text = mail({
      "Return-Path: <>",
      "From: Microsoft Outlook <MicrosoftExchange329e71ec@example.com>",
      "Subject: Undeliverable: hello",
      "Auto-Submitted: auto-replied",
      "Content-Type: multipart/report; report-type=delivery-status; boundary=r",
      "",
      "--r",
      "Content-Type: text/plain",
      "",
      "could not be delivered",
      "--r",
      "Content-Type: message/delivery-status",
      "",
      "Reporting-MTA: dns;mx.example.com",
      "",
      "Final-Recipient: rfc822;nobody@example.net",
      "Action: failed",
      "Status: 5.1.1",
      "--r",
      "Content-Type: text/rfc822-headers",
      "",
      "Message-ID: <sent@example.com>",
      "--r--",
  });
  return text;
}

/// Every sample, whole and sound or broken in its own way.
inline std::vector<std::string> samples() {
  auto lf_only = nested();
  std::erase(lf_only, '\r');
  auto cr_only = alternative();
  std::erase(cr_only, '\n');
  const auto cut = nested().find("--middle--");
  std::string with_nuls = alternative();
  with_nuls[20] = with_nuls[100] = with_nuls[with_nuls.size() - 40] = '\0';
  return {
      alternative(),
      nested(),
      forwarded(),
      raw_8bit(),
      bounce(),
      lf_only,
      cr_only,
      with_nuls,
      nested().substr(0, cut),
      mail({"From: a@example.com", "Content-Type: multipart/mixed", "", "--b", "", "no boundary named", "--b--"}),
      mail({"From: a@example.com", "Content-Type: multipart/mixed; boundary=right", "", "--wrong", "", "text"}),
      mail({"Subject: empty body", ""}),
      mail({"no headers at all", "just text"}),
      "",
      "\r\n",
      "\n\n\n",
      ":",
      "a",
      "From: ",
      mail({"From: =?utf-8?q?=?= <", "To: \"unclosed <a@b", "Subject: =?x-unknown?B?4pyT?= =?utf-8?Z?x?=",
            "Content-Type: text/plain; charset=x-nonsense", "Content-Transfer-Encoding: x-magic", "", "\xFF\xFEtext"}),
      mail({"Content-Type: text/plain; charset=\"iso-2022-jp\"", "", "\x1B$B$3$s\x1B(B"}),
      mail({"Content-Type: text/plain; charset=utf-16le", "Content-Transfer-Encoding: base64", "", "YQBiAPwA"}),
      mail({"Content-Type: ;;;=; boundary=\"", "Content-Disposition: \"; filename*=''%", "Content-ID: <", "Date: 99",
            "References: <<<a", "Message-ID: x", "", "x"}),
      mail({"Content-Type: text/plain", "Content-Transfer-Encoding: uuencode", "", "begin 644 a", "#86)C", "`", "end"}),
  };
}

/// Delivers one byte per read.
class dribbling_source final : public byte_source {
public:
  explicit dribbling_source(std::string_view bytes) : inner_(bytes) {}
  [[nodiscard]] std::uint64_t size() const override { return inner_.size(); }
  [[nodiscard]] result<std::size_t> read(std::uint64_t offset, std::span<char> into) override {
    return inner_.read(offset, into.first(std::min<std::size_t>(into.size(), 1)));
  }

private:
  memory_source inner_;
};

/// Fails when asked for what stands at or behind an offset.
class failing_source final : public byte_source {
public:
  failing_source(std::string_view bytes, std::uint64_t good_bytes) : inner_(bytes), good_bytes_(good_bytes) {}
  [[nodiscard]] std::uint64_t size() const override { return inner_.size(); }
  [[nodiscard]] result<std::size_t> read(std::uint64_t offset, std::span<char> into) override {
    if (offset >= good_bytes_)
      return fail(errc::store_unavailable, "disk gone");
    return inner_.read(offset, into.first(std::min<std::size_t>(into.size(), good_bytes_ - offset)));
  }

private:
  memory_source inner_;
  std::uint64_t good_bytes_;
};

/// Makes up `head`, then `unit` repeated, then `tail`, without ever holding it.
class synthetic_source final : public byte_source {
public:
  synthetic_source(std::string head, std::string unit, std::uint64_t repeats, std::string tail)
      : head_(std::move(head)), unit_(std::move(unit)), tail_(std::move(tail)), middle_(unit_.size() * repeats) {}
  [[nodiscard]] std::uint64_t size() const override { return head_.size() + middle_ + tail_.size(); }
  [[nodiscard]] result<std::size_t> read(std::uint64_t offset, std::span<char> into) override {
    std::size_t done = 0;
    while (done < into.size() && offset < size()) {
      const auto piece = at(offset);
      const auto count = std::min(piece.size(), into.size() - done);
      std::copy_n(piece.begin(), count, into.begin() + static_cast<std::ptrdiff_t>(done));
      done += count;
      offset += count;
    }
    return done;
  }

private:
  [[nodiscard]] std::string_view at(std::uint64_t offset) const {
    if (offset < head_.size())
      return std::string_view(head_).substr(offset);
    if (offset < head_.size() + middle_)
      return std::string_view(unit_).substr((offset - head_.size()) % unit_.size());
    return std::string_view(tail_).substr(offset - head_.size() - middle_);
  }

  std::string head_, unit_, tail_;
  std::uint64_t middle_;
};

} // namespace postroom::mime::test
