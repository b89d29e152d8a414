#include "tests/conformance/sample_mails.hpp"

#include <array>
#include <string_view>

namespace postroom::test {
namespace {

std::string crlf(std::string_view text) {
  std::string out;
  for (const char c : text)
    out += c == '\n' ? std::string{"\r\n"} : std::string{c};
  return out;
}

void replace(std::string& text, std::string_view name, const std::string& value) {
  if (const auto at = text.find(name); at != std::string::npos)
    text.replace(at, name.size(), value);
}

std::string long_references() {
  std::string ids;
  for (int i = 0; i < 60; ++i)
    ids += "\n <" + std::to_string(i) + ".some-long-identifier@mail.example.test>";
  return ids;
}

/// With LF line ends. `@references@` and `@long@` stand for what is too long to be written here.
constexpr std::array<std::string_view, 16> texts{
    R"(From: Anna Huber <anna@example.test>
To: support@contoso.test
Subject: plain
Date: Tue, 24 Nov 2026 09:00:00 +0100
Message-ID: <plain@example.test>

Hello,
the printer does not work.

Anna
)",
    R"(Return-Path: <anna@example.test>
Received: from mx.example.test (mx.example.test [192.0.2.1])
	by mail.contoso.test with ESMTPS id 1;
	Tue, 24 Nov 2026 09:00:01 +0100
From: "Huber, Anna" <anna@example.test>
To: "Support \"North\"" <support@contoso.test>, Bert <bert@example.test>
Cc: (Carla) carla@example.test, dora@example.test (Dora)
Subject: alternative with folded
 subject
Date: Tue, 24 Nov 2026 09:00:00 +0100 (CET)
Message-ID: <alternative@example.test>
MIME-Version: 1.0
Content-Type: multipart/alternative;
	boundary="=_b1"

This is a multi-part message in MIME format.

--=_b1
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: quoted-printable

Gr=C3=BC=C3=9Fe
--=_b1
Content-Type: text/html; charset="utf-8"
Content-Transfer-Encoding: quoted-printable

<p>Gr=C3=BC=C3=9Fe</p>

--=_b1--
)",
    R"(From: =?utf-8?Q?J=C3=B6rg_M=C3=BCller?= <joerg@example.test>
To: undisclosed-recipients:;
Subject: =?utf-8?B?UmVjaG51bmcgZsO8ciBOb3ZlbWJlcg==?=
Date: Tue, 24 Nov 2026 10:00:00 +0000
Message-ID: <attachment@example.test>
In-Reply-To: <plain@example.test>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b2

--b2
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: 8bit
Content-Language: de, en-GB

Anbei.
--b2
Content-Type: application/pdf;
	name*=utf-8''Rechnung%20f%C3%BCr%20M%C3%BCller.pdf
Content-Transfer-Encoding: base64
Content-Disposition: attachment;
	filename*0*=utf-8''Rechnung%20f%C3%BCr;
	filename*1*=%20M%C3%BCller;
	filename*2=.pdf; size=12
Content-ID: <pdf@example.test>
Content-Description: the bill

JVBERi0xLjQK
--b2
Content-Type: image/png; name="a \"b\".png"
Content-Transfer-Encoding: BASE64
Content-Disposition: inline; filename="a \"b\".png"
Content-Location: http://example.test/a.png
Content-MD5: Q2hlY2sgSW50ZWdyaXR5IQ==

iVBORw0KGgo=
--b2--
an epilogue
)",
    R"(From: bert@example.test
To: Team: anna@example.test, Carla <carla@example.test>;, dora@example.test
Reply-To: answers@example.test
Sender: secretary@example.test
Subject: forwarded
Date: Tue, 24 Nov 2026 11:00:00 +0000
Message-ID: <forwarded@example.test>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="outer"

--outer

see below
--outer
Content-Type: message/rfc822
Content-Disposition: attachment; filename=inner.eml

From: inner@example.test
To: bert@example.test
Subject: inner
Date: Mon, 23 Nov 2026 11:00:00 +0000
Message-ID: <inner@example.test>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="inner"

--inner
Content-Type: text/plain

inner text
--inner
Content-Type: message/rfc822

Subject: innermost
From: x@example.test

deep
--inner--

--outer--
)",
    "From: a@example.test\nSubject: empty body\n\n",
    "From: a@example.test\nSubject: no blank line",
    "Subject: no date, no from\n\nhi\n",
    "From: a@example.test\nSubject: 8bit Grüße\nTo: Jörg <j@example.test>\nContent-Type: "
    "text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nGrüße\n",
    "From: a@example.test\nSubject: long references\nReferences:@references@\nX-Long: @long@\n\nhi\n",
    R"(From: MAILER-DAEMON@example.test
To: support@contoso.test
Subject: report
Content-Type: multipart/report; report-type=delivery-status; boundary="r"
Auto-Submitted: auto-replied

--r

It bounced.
--r
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.test

Final-Recipient: rfc822; x@example.test
Status: 5.1.1
--r
Content-Type: text/rfc822-headers

Subject: lost
--r--
)",
    R"(From: digest@example.test
Subject: digest
Content-Type: multipart/digest; boundary=d

--d

Subject: one
From: one@example.test

first
--d

Subject: two

second
--d--
)",
    R"(From: a@example.test
Subject: multipart cut off
Content-Type: multipart/mixed; boundary="cut"

--cut
Content-Type: text/plain

this is
--cut
Content-Type: text/plain

the end)",
    "From: a@example.test\nSubject: no parts\nContent-Type: multipart/mixed; boundary=none\n\nnothing "
    "here\n",
    "From: a@example.test\nSubject: nonsense as type\nContent-Type: nonsense\nContent-Disposition: "
    "inline\n\nhi\n",
    "From: a@example.test\nsubject:lower case name  \nTO:b@example.test,c@example.test\nX-Empty:\n"
    "Content-Type: TEXT/HTML; Charset=UTF-8; format=flowed\n\n<p>\n.\n..dots\n",
    R"(From: a@example.test
Subject: a mail in a mail
Content-Type: message/rfc822

From: b@example.test
Subject: within

text
)",
};

std::vector<std::string> make() {
  std::vector<std::string> mails;
  for (const auto text : texts) {
    mails.push_back(crlf(text));
    replace(mails.back(), "@references@", crlf(long_references()));
    replace(mails.back(), "@long@", std::string(900, 'x'));
  }
  return mails;
}

} // namespace

const std::vector<std::string>& sample_mails() {
  static const auto mails = make();
  return mails;
}

std::vector<std::string> small_mails(std::size_t count) {
  std::vector<std::string> mails;
  for (std::size_t i = 1; i <= count; ++i)
    mails.push_back("From: a@example.test\r\nSubject: number " + std::to_string(i) + "\r\nMessage-ID: <" +
                    std::to_string(i) + "@example.test>\r\n\r\ntext " + std::to_string(i) + "\r\n");
  return mails;
}

} // namespace postroom::test
