#include "tests/conformance/conversation.hpp"

#include "tests/conformance/imap_transcript.hpp"
#include "tests/conformance/known_differences.hpp"

#include <gtest/gtest.h>

#include <map>

namespace postroom::test {
namespace {

using namespace std::chrono_literals;
using action = imap_conversation::action;

constexpr auto patience = 5s;

/// Where the first literal that waits for a continuation begins; npos: none. `from`: where to look.
std::size_t literal_after(std::string_view command, std::size_t from) {
  for (auto at = command.find("}\r\n", from); at != std::string_view::npos; at = command.find("}\r\n", at + 1))
    if (at > 0 && command[at - 1] != '+')
      return at + 3;
  return std::string_view::npos;
}

void replace_all(std::string& text, std::string_view name, std::string_view value) {
  for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at + value.size()))
    text.replace(at, name.size(), value);
}

class runner {
public:
  runner(const imap_conversation& conversation, imap_server& server) : conversation_(conversation), server_(server) {}

  std::vector<imap_exchange> run() {
    server_.renew_mailbox();
    std::vector<imap_exchange> exchanges;
    for (const auto& step : conversation_.steps()) {
      ++number_;
      auto& client = clients_[step.client];
      if (!client.line)
        client.line = server_.connect();
      imap_exchange exchange;
      perform(step, client, exchange);
      exchange.lines = client.transcript.lines_of(exchange.said, exchange.raw);
      if (step.silent)
        exchange.lines.clear();
      exchanges.push_back(std::move(exchange));
    }
    return exchanges;
  }

private:
  struct client {
    std::unique_ptr<imap_line> line;
    imap_transcript transcript;
    std::string idle_tag;
    bool dead = false; ///< it waited in vain once: do not wait again
  };

  void perform(const imap_conversation::step& step, client& client, imap_exchange& exchange) {
    switch (step.what) {
    case action::say:
    case action::sign_in: {
      exchange.said = step.what == action::sign_in ? server_.login_command() : step.texts.front();
      const auto tag = "t" + std::to_string(number_);
      send(tag + " " + filled(exchange.said, client) + "\r\n", client, exchange);
      read_to(tag + " ", client, exchange);
      if (step.what == action::sign_in)
        exchange.said = "sign in";
      break;
    }
    case action::say_at_once:
      say_at_once(step, client, exchange);
      break;
    case action::idle:
      exchange.said = "IDLE";
      client.idle_tag = "t" + std::to_string(number_);
      client.line->write(client.idle_tag + " IDLE\r\n");
      read_to("+", client, exchange);
      break;
    case action::pushed:
      exchange.said = "(waits for " + step.texts.front() + ")";
      for (bool found = false; !found;) {
        const auto response = read(client, exchange);
        found = response.find(step.texts.front()) != std::string::npos || response == silence;
      }
      break;
    case action::done:
      exchange.said = "DONE";
      client.line->write("DONE\r\n");
      read_to(client.idle_tag + " ", client, exchange);
      break;
    case action::keep:
      exchange.said = "(keeps)";
      kept_ = client.transcript.highest_mod_sequence();
      break;
    }
  }

  void say_at_once(const imap_conversation::step& step, client& client, imap_exchange& exchange) {
    std::string bytes;
    std::string tag;
    for (std::size_t i = 0; i < step.texts.size(); ++i) {
      tag = "t" + std::to_string(number_) + "-" + std::to_string(i);
      bytes += tag + " " + filled(step.texts[i], client) + "\r\n";
      exchange.said += (i == 0 ? "" : " | ") + step.texts[i];
    }
    client.line->write(bytes);
    read_to(tag + " ", client, exchange);
  }

  std::string filled(std::string text, const client& client) const {
    replace_all(text, "$uidvalidity", client.transcript.uid_validity());
    replace_all(text, "$modseq", client.transcript.highest_mod_sequence());
    replace_all(text, "$kept", kept_);
    replace_all(text, "$sent", server_.sent_folder());
    return text;
  }

  /// Stops where a continuation is refused.
  void send(std::string_view bytes, client& client, imap_exchange& exchange) {
    for (std::size_t sent = 0; sent < bytes.size();) {
      const auto pause = literal_after(bytes, sent);
      const auto end = std::min(pause, bytes.size());
      client.line->write(bytes.substr(sent, end - sent));
      sent = end;
      if (pause == std::string_view::npos || pause >= bytes.size())
        return;
      std::string response;
      do
        response = read(client, exchange);
      while (response.starts_with("* ") && response != silence);
      if (!response.starts_with("+"))
        return;
    }
  }

  void read_to(std::string_view prefix, client& client, imap_exchange& exchange) {
    if (!exchange.raw.empty() && exchange.raw.back().starts_with(prefix))
      return;
    while (true) {
      const auto response = read(client, exchange);
      if (response.starts_with(prefix) || response == silence)
        return;
    }
  }

  std::string read(client& client, imap_exchange& exchange) {
    if (!client.dead)
      exchange.raw.push_back(client.line->read(patience).value_or(std::string{silence}));
    else
      exchange.raw.emplace_back(silence);
    client.dead = exchange.raw.back() == silence;
    return exchange.raw.back();
  }

  static constexpr std::string_view silence = "* <silence>";
  const imap_conversation& conversation_;
  imap_server& server_;
  std::map<std::size_t, client> clients_;
  std::string kept_;
  std::size_t number_ = 0;
};

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& each : lines)
    text += "    " + each + "\n";
  return text;
}

} // namespace

imap_conversation& imap_conversation::add(action what, std::vector<std::string> texts, bool silent) {
  steps_.push_back({what, client_, std::move(texts), silent});
  return *this;
}

imap_conversation& imap_conversation::client(std::size_t number) {
  client_ = number;
  return *this;
}

imap_conversation& imap_conversation::sign_in() {
  return add(action::sign_in, {}, true);
}

imap_conversation& imap_conversation::open_inbox() {
  sign_in();
  return add(action::say, {"SELECT INBOX"}, true);
}

imap_conversation& imap_conversation::append(const std::string& arguments, const std::string& mail, bool at_once) {
  return say("APPEND " + arguments + " {" + std::to_string(mail.size()) + (at_once ? "+" : "") + "}\r\n" + mail);
}

imap_conversation& imap_conversation::fill(const std::vector<std::string>& mails) {
  for (std::size_t i = 0; i < mails.size(); ++i) {
    const auto hour = std::string(i % 24 < 10 ? "0" : "") + std::to_string(i % 24);
    append("INBOX \"24-Nov-2026 " + hour + ":02:03 +0000\"", mails[i]);
    steps_.back().silent = true;
  }
  return *this;
}

imap_conversation& imap_conversation::say(std::string command) {
  return add(action::say, {std::move(command)});
}

imap_conversation& imap_conversation::say_at_once(std::vector<std::string> commands) {
  return add(action::say_at_once, std::move(commands));
}

imap_conversation& imap_conversation::idle() {
  return add(action::idle, {});
}

imap_conversation& imap_conversation::pushed(std::string word) {
  return add(action::pushed, {std::move(word)});
}

imap_conversation& imap_conversation::done() {
  return add(action::done, {});
}

imap_conversation& imap_conversation::keep() {
  return add(action::keep, {});
}

std::vector<imap_exchange> run(const imap_conversation& conversation, imap_server& server) {
  return runner{conversation, server}.run();
}

void expect_alike(const imap_conversation& conversation, imap_manners manners, imap_server& model) {
  const auto stand_in = make_stand_in_server(manners);
  auto ours = run(conversation, *stand_in);
  auto theirs = run(conversation, model);
  ASSERT_EQ(ours.size(), theirs.size());
  for (std::size_t i = 0; i < ours.size(); ++i) {
    EXPECT_TRUE(theirs[i].raw.empty() || theirs[i].raw.back() != "* <silence>")
        << conversation.name() << ", step " << i + 1 << ": " << theirs[i].said << "\n"
        << joined(theirs[i].raw);
    forget_known_differences(manners, ours[i].said, ours[i].lines);
    forget_known_differences(manners, theirs[i].said, theirs[i].lines);
    EXPECT_EQ(ours[i].lines, theirs[i].lines)
        << conversation.name() << ", step " << i + 1 << ": " << theirs[i].said << "\n  stand-in said\n"
        << joined(ours[i].raw) << "  the model said\n"
        << joined(theirs[i].raw);
  }
}

} // namespace postroom::test
