#include "tests/integration/support/smtp_by_hand.hpp"

namespace postroom::test {

smtp_by_hand::smtp_by_hand(std::uint16_t port) : wire_(std::move(wire::connect(port).value())) {
}

std::string smtp_by_hand::answer(std::chrono::milliseconds deadline) {
  lines_.clear();
  do {
    auto line = wire_->read_line(deadline);
    if (!line)
      return to_string(line.error());
    lines_.push_back(std::move(*line));
  } while (lines_.back().size() > 3 && lines_.back()[3] == '-');
  return lines_.back();
}

std::string smtp_by_hand::say(const std::string& line) {
  if (const auto written = wire_->write(line + "\r\n"); !written)
    return to_string(written.error());
  return answer();
}

std::string smtp_by_hand::start_tls(const std::filesystem::path& ca_file) {
  if (auto greeting = answer(); !greeting.starts_with("220"))
    return greeting;
  (void)say("EHLO localhost");
  if (auto ready = say("STARTTLS"); !ready.starts_with("220"))
    return ready;
  if (const auto secured = wire_->start_tls(ca_file); !secured)
    return to_string(secured.error());
  return say("EHLO localhost");
}

std::string smtp_by_hand::login(std::string_view user, std::string_view token) {
  auto said = say("AUTH XOAUTH2 " + xoauth2(user, token));
  return said.starts_with("334") ? say("") : said;
}

std::string smtp_by_hand::send(const std::string& from, const std::vector<std::string>& to, const std::string& mail) {
  auto said = say("MAIL FROM:<" + from + ">");
  for (auto recipient = to.begin(); said.starts_with("250") && recipient != to.end(); ++recipient)
    said = say("RCPT TO:<" + *recipient + ">");
  if (!said.starts_with("250"))
    return said;
  said = say("DATA");
  return said.starts_with("354") ? say(mail + ".") : said;
}

} // namespace postroom::test
