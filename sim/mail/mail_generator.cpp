#include "sim/mail/mail_generator.hpp"

#include "sim/imap/text.hpp"
#include "sim/mail/mail_encoding.hpp"
#include "sim/mail/phrase_book.hpp"

#include <array>
#include <utility>

namespace postroom::sim {
namespace {

/// Style sheets make up most of a real HTML mail; this one stands for them.
constexpr std::string_view style_rule =
    "p.MsoNormal, li.MsoNormal, div.MsoNormal { margin: 0cm; font-size: 11.0pt; font-family: \"Calibri\", sans-serif; "
    "mso-fareast-language: EN-US; }\r\nspan.EmailStyle { mso-style-type: personal-compose; color: windowtext; }\r\n";

struct file_kind {
  std::string_view suffix, type, magic;
};
constexpr std::array<file_kind, 4> file_kinds{{{".pdf", "application/pdf", "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"},
                                               {".png", "image/png", "\x89PNG\r\n\x1a\n"},
                                               {".jpg", "image/jpeg", "\xff\xd8\xff\xe0"},
                                               {".csv", "text/csv; charset=utf-8", "Position;Menge;Preis\r\n"}}};

/// `Tue, 24 Nov 2026 02:09:11 +0000`
std::string mail_date(wall_time t) {
  constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  const std::chrono::weekday day{std::chrono::floor<std::chrono::days>(t)};
  auto text = internal_date_text(t); // 24-Nov-2026 02:09:11 +0000
  text[2] = text[6] = ' ';
  return std::string{days[day.c_encoding()]} + ", " + text;
}

std::string escaped_html(std::string_view text) {
  std::string html;
  for (const char c : text)
    if (c == '&' || c == '<' || c == '>')
      html += c == '&' ? "&amp;" : c == '<' ? "&lt;" : "&gt;";
    else if (c == '\n')
      html += "<br>\n";
    else
      html += c;
  return html;
}

/// Names as addresses have them: `juergen`, `d-angelo`.
std::string address_word(std::string_view name) {
  std::string word;
  for (const char c : to_latin1(name)) {
    const auto octet = static_cast<unsigned char>(c);
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
      word += c;
    else if (octet == 0xfc || octet == 0xe4 || octet == 0xf6)
      word += octet == 0xfc ? "ue" : octet == 0xe4 ? "ae" : "oe";
    else if (octet == 0xdf)
      word += "ss";
    else if (octet < 0x80)
      word += '-';
    else
      word += octet >= 0xf2 ? 'o' : 'e';
  }
  return ascii_lower(word);
}

} // namespace

/// One mail before it is dressed.
struct mail_generator::letter {
  const phrase_book& book;
  std::string recipient;
  std::string name;
  std::string address;
  std::string subject;
  std::string message_id;
  std::string parent_id; ///< of a reply
  std::string text;      ///< UTF-8, LF
};

std::size_t mail_generator::below(std::size_t bound) {
  return static_cast<std::size_t>(random_()) % bound; // unlike a distribution the same everywhere
}

template <class Range>
std::string_view mail_generator::any_of(const Range& range) {
  return range[below(range.size())];
}

std::string mail_generator::random_letters(std::size_t count) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::string text(count, ' ');
  for (char& c : text)
    c = letters[below(letters.size())];
  return text;
}

std::string mail_generator::filled_in(std::string_view phrase) {
  std::string text{phrase};
  if (const auto at = text.find('#'); at != std::string::npos)
    text.replace(at, 1, std::to_string(10'000 + below(90'000)));
  return text;
}

std::string mail_generator::body_text(const letter& letter) {
  std::string text = std::string{any_of(letter.book.greetings)} + "\n\n";
  for (std::size_t paragraphs = 1 + below(5); paragraphs > 0; --paragraphs) {
    for (std::size_t sentences = 2 + below(4); sentences > 0; --sentences)
      text += filled_in(any_of(letter.book.sentences)) + (sentences > 1 ? " " : "\n\n");
  }
  text += std::string{any_of(letter.book.closings)} + "\n\n" + letter.name + "\n";
  if (letter.parent_id.empty())
    return text;
  text += "\n" + filled_in(letter.book.quotation) + "\n";
  for (std::size_t lines = 3 + below(12); lines > 0; --lines)
    text += "> " + filled_in(any_of(letter.book.sentences)) + "\n";
  return text;
}

mail_generator::letter mail_generator::write_letter(std::string_view recipient) {
  const auto books = phrase_books();
  letter made{.book = books[below(books.size())], .recipient = std::string{recipient}};
  const auto first = any_of(made.book.first_names);
  const auto last = any_of(made.book.last_names);
  made.name = std::string{first} + " " + std::string{last};
  made.address = address_word(first) + "." + address_word(last) + "@" + std::string{made.book.provider};
  made.subject = filled_in(any_of(made.book.subjects));
  made.message_id = "<" + random_letters(8) + "-" + random_letters(24) + "@" + std::string{made.book.provider} + ">";
  if (one_in(4)) {
    made.parent_id = "<" + random_letters(30) + "@eurprd01.prod.outlook.com>";
    made.subject = std::string{made.book.reply_prefix} + made.subject;
  }
  made.text = body_text(made);
  return made;
}

std::string mail_generator::trace(const letter& letter, wall_time date) {
  const std::string provider{letter.book.provider};
  const std::string later = mail_date(date + std::chrono::seconds{2});
  std::string signature;
  for (int line = 0; line < 5; ++line)
    signature += "\r\n\t" + random_letters(68);
  return "Received: from AM6EUR05FT013.eop-eur05.prod.stand-in.test (2603:10a6:20b:92:cafe::" + random_letters(2) +
         ") by\r\n AM6PR05CA0027.outlook.stand-in.test (2603:10a6:20b:2e::40) with Microsoft SMTP\r\n Server "
         "(version=TLS1_3, cipher=TLS_AES_256_GCM_SHA384) id 15.20.9188.8 via\r\n Frontend Transport; " +
         later + "\r\nReceived: from mout." + provider + " (192.0.2." + std::to_string(1 + below(250)) +
         ") by\r\n AM6EUR05FT013.mail.protection.stand-in.test (10.233.240.214) with Microsoft SMTP\r\n Server id "
         "15.20.9188.8 via Frontend Transport; " +
         later + "\r\nReceived: from client." + provider + " ([198.51.100." + std::to_string(1 + below(250)) +
         "]) by mail." + provider + " with ESMTPSA\r\n (Nemesis) id " + random_letters(16) + " for <" +
         letter.recipient + ">; " + mail_date(date) +
         "\r\nAuthentication-Results: spf=pass (sender IP is 192.0.2.17)\r\n smtp.mailfrom=" + provider +
         "; dkim=pass (signature was verified)\r\n header.d=" + provider +
         ";dmarc=pass action=none\r\n header.from=" + provider +
         ";compauth=pass reason=100\r\nDKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=" + provider +
         ";\r\n\ts=s2026; h=from:to:subject:date:message-id:mime-version;\r\n\tbh=" + random_letters(43) +
         "=;\r\n\tb=" + signature + "\r\n";
}

std::string mail_generator::headers(const letter& letter, wall_time date) {
  const bool base64 = one_in(2);
  const bool bare_name = !is_ascii(letter.name);
  std::string text = "Return-Path: <" + letter.address + ">\r\n" + trace(letter, date);
  text += "From: " + (bare_name ? header_text(letter.name, base64) : quoted_text(letter.name)) + " <" + letter.address +
          ">\r\nTo: <" + letter.recipient + ">\r\nSubject: " + header_text(letter.subject, base64) +
          "\r\nDate: " + mail_date(date) + "\r\nMessage-ID: " + letter.message_id + "\r\n";
  if (!letter.parent_id.empty())
    text += "In-Reply-To: " + letter.parent_id + "\r\nReferences: " + letter.parent_id + "\r\n";
  if (one_in(3))
    text += "Thread-Topic: " + header_text(letter.subject, true) + "\r\nX-Priority: 3\r\n";
  text += "Content-Language: " + std::string{letter.book.language} +
          "\r\nX-Mailer: " + (one_in(2) ? "Microsoft Outlook 16.0" : "Apple Mail (2.3774.600.62)") +
          "\r\nX-MS-Exchange-Organization-Network-Message-Id: " + random_letters(8) + "-" + random_letters(12) +
          "\r\nX-MS-Exchange-Organization-SCL: 1\r\nX-MS-Exchange-Transport-CrossTenantHeadersStamped: " +
          random_letters(16) + "\r\nMIME-Version: 1.0\r\n";
  return text;
}

std::string mail_generator::plain_part(const letter& letter) {
  switch (below(4)) {
  case 0:
    return "Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" +
           quoted_printable(to_latin1(letter.text));
  case 1:
    return "Content-Type: text/plain; charset=\"utf-8\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
           base64_lines(letter.text);
  default:
    return "Content-Type: text/plain; charset=\"utf-8\"; format=flowed\r\n"
           "Content-Transfer-Encoding: quoted-printable\r\n\r\n" +
           quoted_printable(letter.text);
  }
}

std::string mail_generator::html_part(const letter& letter) {
  std::string html = "<html xmlns:o=\"urn:schemas-microsoft-com:office:office\"><head>\r\n<meta http-equiv=\"Content-"
                     "Type\" content=\"text/html; charset=utf-8\">\r\n<style><!--\r\n";
  for (std::size_t rules = 3 + below(20); rules > 0; --rules)
    html += style_rule;
  html += "--></style></head>\r\n<body lang=\"" + std::string{letter.book.language} +
          "\"><div class=\"WordSection1\"><p class=\"MsoNormal\">" + escaped_html(letter.text) +
          "</p></div></body></html>\n";
  std::erase(html, '\r');
  return "Content-Type: text/html; charset=\"utf-8\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" +
         quoted_printable(html);
}

std::string mail_generator::multipart(std::string_view subtype, const std::string& first, const std::string& second) {
  const auto boundary = "_000_" + random_letters(32) + "_";
  return "Content-Type: multipart/" + std::string{subtype} + ";\r\n\tboundary=\"" + boundary +
         "\"\r\n\r\nThis is a multi-part message in MIME format.\r\n\r\n--" + boundary + "\r\n" + first + "\r\n--" +
         boundary + "\r\n" + second + "\r\n--" + boundary + "--\r\n";
}

std::string mail_generator::alternative(const letter& letter) {
  auto plain = plain_part(letter);
  return multipart("alternative", plain, html_part(letter));
}

std::string mail_generator::attachment(const letter& letter, std::size_t octets) {
  const auto& kind = file_kinds[below(file_kinds.size())];
  const auto name =
      std::string{any_of(letter.book.file_names)} + "_" + std::to_string(below(10'000)) + std::string{kind.suffix};
  std::string content{kind.magic};
  while (content.size() < octets)
    content += kind.suffix == ".csv" ? std::to_string(random_()) + ";" + std::to_string(below(50)) + ";9,90\r\n"
                                     : std::string(1, static_cast<char>(random_()));
  const auto parameter = is_ascii(name) ? "filename=" + quoted_text(name) : "filename*=" + extended_parameter(name);
  return "Content-Type: " + std::string{kind.type} + "; name=\"" + header_text(name, true) +
         "\"\r\nContent-Disposition: attachment;\r\n\t" + parameter + "\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
         base64_lines(content);
}

std::string mail_generator::make(std::string_view recipient, wall_time date, std::size_t size_min) {
  auto letter = write_letter(recipient);
  // Every encoding makes text longer, so that the mail is no smaller than its text.
  while (letter.text.size() < size_min)
    letter.text += "\n" + filled_in(any_of(letter.book.sentences)) + "\n";
  auto text = headers(letter, date);
  if (one_in(25)) {
    auto first = alternative(letter);
    return text + multipart("mixed", first, attachment(letter, 130'000 + below(30'000)));
  }
  switch (below(5)) {
  case 0:
  case 1:
    return text + plain_part(letter);
  case 2: {
    auto first = plain_part(letter);
    return text + multipart("mixed", first, attachment(letter, 1'000 + below(9'000)));
  }
  default:
    return text + alternative(letter);
  }
}

} // namespace postroom::sim
