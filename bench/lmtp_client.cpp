#include "bench/lmtp_client.hpp"

#include "bench/measure.hpp"

#include <stdexcept>

namespace postroom::bench {

lmtp_client::lmtp_client(std::uint16_t port) {
  auto connected = test::wire::connect(port);
  if (!connected)
    throw std::runtime_error("LMTP: " + connected.error().detail);
  wire_ = std::move(*connected);
  expect('2');
  command("LHLO localhost\r\n", '2');
}

std::int64_t lmtp_client::deliver(const std::string& mailbox, const std::string& mail) {
  command("MAIL FROM:<anna.mueller@example.com>\r\n", '2');
  command("RCPT TO:<" + mailbox + ">\r\n", '2');
  command("DATA\r\n", '3');
  const auto sent = now_ns();
  command(mail + ".\r\n", '2');
  return sent;
}

void lmtp_client::command(const std::string& text, char first_digit) {
  if (auto written = wire_->write(text); !written)
    throw std::runtime_error("LMTP: " + written.error().detail);
  expect(first_digit);
}

void lmtp_client::expect(char first_digit) {
  for (;;) {
    const auto line = wire_->read_line();
    if (!line)
      throw std::runtime_error("LMTP: " + line.error().detail);
    if (line->size() > 3 && (*line)[3] == '-')
      continue;
    if (line->empty() || line->front() != first_digit)
      throw std::runtime_error("LMTP: " + *line);
    return;
  }
}

} // namespace postroom::bench
