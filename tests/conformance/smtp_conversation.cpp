#include "tests/conformance/smtp_conversation.hpp"

#include "tests/conformance/imap_values.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace postroom::test {
namespace {

using action = smtp_conversation::action;

constexpr std::array<std::string_view, 7> extensions_compared{"PIPELINING",          "SIZE", "STARTTLS", "8BITMIME",
                                                              "ENHANCEDSTATUSCODES", "DSN",  "CHUNKING"};

/// A difference that is meant. Where the step's text begins with `text`, its replies are not compared.
struct known_smtp_difference {
  const char* text;
  const char* reason;
};
constexpr std::array known{
    known_smtp_difference{"EHLO\r\n", "Postfix adds no enhanced code to this one"},
    known_smtp_difference{"MAIL FROM:<support>\r\n", "to Postfix an address without a domain is one of its own"},
    known_smtp_difference{"RCPT TO:<@contoso.test>\r\n", "Postfix takes it; RFC 5321 §4.1.2 has no empty local part"},
    known_smtp_difference{"MAIL FROM:<otto@",
                          "Postfix refuses a sender at RCPT, the stand-in the whole mail, as Exchange does"},
    known_smtp_difference{"VRFY", "switched off in the test's Postfix; the stand-in gives RFC 5321's evasive 252"},
};

/// `2.1.0` behind the code.
bool is_enhanced_code(std::string_view text) {
  return text.size() >= 5 && std::isdigit(static_cast<unsigned char>(text[0])) && text[1] == '.' &&
         std::isdigit(static_cast<unsigned char>(text[2]));
}

std::string normalised(const std::vector<std::string>& lines, bool is_hello) {
  const std::string_view last = lines.back();
  const bool refusal = last.starts_with('4') || last.starts_with('5');
  std::string text{last.substr(0, refusal ? 1 : 3)};
  const auto words = last.substr(std::min<std::size_t>(4, last.size()));
  if (refusal && is_enhanced_code(words))
    text.append(" ").append(words.substr(0, 1));
  if (!is_hello || refusal)
    return text;
  std::vector<std::string> offered;
  for (const auto& each : lines) {
    const auto word = to_upper(each.substr(4, each.find(' ', 4) - 4));
    if (std::ranges::find(extensions_compared, word) != extensions_compared.end())
      offered.push_back(word == "SIZE" ? to_upper(each.substr(4)) : word);
  }
  std::ranges::sort(offered);
  for (const auto& each : offered)
    text += " " + each;
  return text;
}

struct smtp_exchange {
  std::string said;
  std::vector<std::string> replies; ///< normalised
  std::string raw;
};

std::vector<smtp_exchange> run(const smtp_conversation& conversation, smtp_server& server) {
  const auto line = server.connect();
  std::vector<smtp_exchange> exchanges;
  for (const auto& step : conversation.steps()) {
    smtp_exchange exchange{step.text, {}, {}};
    const auto read = [&](std::size_t count) {
      for (std::size_t i = 0; i < count; ++i) {
        const auto reply = line->read();
        exchange.replies.push_back(reply ? normalised(*reply, step.text.starts_with("EHLO")) : "<silence>");
        for (const auto& each : reply.value_or(std::vector<std::string>{"<silence>"}))
          exchange.raw += "    " + each + "\n";
        if (!reply)
          return;
      }
    };
    if (step.what == action::send || step.what == action::sign_in) {
      const auto text = step.what == action::sign_in ? server.auth_command() + "\r\n" : step.text;
      if (!text.empty())
        line->write(text);
      read(step.replies);
    } else if (step.what == action::start_tls) {
      line->write("STARTTLS\r\n");
      read(1);
      line->start_tls();
    } else if (const auto mail =
                   server.find_mail(step.text, std::chrono::seconds{step.what == action::arrived ? 10 : 0});
               step.what == action::arrived) {
      exchange.said = "(arrived: " + step.text + ")";
      exchange.replies.push_back(mail ? mail->raw : "<has not arrived>");
      auto recipients = mail ? mail->recipients : std::vector<std::string>{};
      std::ranges::sort(recipients);
      exchange.replies.insert(exchange.replies.end(), recipients.begin(), recipients.end());
    } else {
      exchange.said = "(absent: " + step.text + ")";
      exchange.replies.push_back(mail ? "it has arrived" : "absent");
    }
    exchanges.push_back(std::move(exchange));
  }
  return exchanges;
}

} // namespace

smtp_conversation& smtp_conversation::secure() {
  return greeting().say("EHLO client.example.test").start_tls().say("EHLO client.example.test");
}

smtp_conversation& smtp_conversation::sign_in() {
  secure();
  steps_.push_back({action::sign_in, "(signs in)", 1});
  return *this;
}

smtp_conversation& smtp_conversation::greeting() {
  return send({}, 1);
}

smtp_conversation& smtp_conversation::say(const std::string& line) {
  return send(line + "\r\n", 1);
}

smtp_conversation& smtp_conversation::send(std::string octets, std::size_t replies) {
  steps_.push_back({action::send, std::move(octets), replies});
  return *this;
}

smtp_conversation& smtp_conversation::start_tls() {
  steps_.push_back({action::start_tls, "STARTTLS", 1});
  return *this;
}

smtp_conversation& smtp_conversation::submit(const std::string& stuffed) {
  return say("MAIL FROM:<" + std::string{smtp_people::sender} + ">")
      .say("RCPT TO:<" + std::string{smtp_people::recipient} + ">")
      .say("DATA")
      .send(stuffed + ".\r\n", 1);
}

smtp_conversation& smtp_conversation::arrived(std::string message_id) {
  steps_.push_back({action::arrived, std::move(message_id), 0});
  return *this;
}

smtp_conversation& smtp_conversation::absent(std::string message_id) {
  steps_.push_back({action::absent, std::move(message_id), 0});
  return *this;
}

void expect_alike(const smtp_conversation& conversation, smtp_server& stand_in, smtp_server& model) {
  const auto ours = run(conversation, stand_in);
  const auto theirs = run(conversation, model);
  ASSERT_EQ(ours.size(), theirs.size());
  for (std::size_t i = 0; i < ours.size(); ++i) {
    if (std::ranges::any_of(known, [&](const auto& each) { return ours[i].said.starts_with(each.text); }))
      continue;
    EXPECT_EQ(ours[i].replies, theirs[i].replies)
        << conversation.name() << ", step " << i + 1 << ": " << ours[i].said.substr(0, 200) << "\n  stand-in said\n"
        << ours[i].raw << "  the model said\n"
        << theirs[i].raw;
  }
}

} // namespace postroom::test
