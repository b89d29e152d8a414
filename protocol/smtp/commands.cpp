#include "protocol/smtp/commands.hpp"

#include "base/limits.hpp"
#include "protocol/mime/utf8_text.hpp"

#include <algorithm>

namespace postroom::smtp {

namespace {

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 128; });
}

/// Nothing in it could end the path or the line early. Angle brackets would be legal between quotes, but servers that
/// do not look for quotes would find parameters of ours behind them.
bool is_safe_address(std::string_view address) {
  bool quoted = false, escaped = false;
  for (const char c : address) {
    if (static_cast<unsigned char>(c) < ' ' || c == 127 || c == '<' || c == '>')
      return false;
    if (escaped) {
      escaped = false;
    } else if (c == '\\') {
      if (!quoted)
        return false;
      escaped = true;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == ' ' && !quoted) {
      return false;
    }
  }
  return !quoted && mime::is_valid_utf8(address);
}

result<void> check_address(std::string_view address, bool utf8) {
  if (address.size() > limits::smtp_address_bytes_max)
    return fail(errc::invalid_argument,
                "an address is longer than " + std::to_string(limits::smtp_address_bytes_max) + " octets");
  if (!is_safe_address(address))
    return fail(errc::invalid_argument, "an address has characters that no address has");
  if (!utf8 && !is_ascii(address))
    return fail(errc::invalid_argument, "an address has characters beyond ASCII without SMTPUTF8");
  return {};
}

/// RFC 3461 §4: what is not printable ASCII, and `+` and `=`, by `+` and two digits.
std::string xtext(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet > ' ' && octet < 127 && c != '+' && c != '=')
      out.push_back(c);
    else
      out.append(1, '+').append(1, digits[octet >> 4U]).append(1, digits[octet & 15U]);
  }
  return out;
}

} // namespace

result<void> check_envelope(const envelope& what) {
  if (what.recipients.empty())
    return fail(errc::invalid_argument, "a mail needs a recipient");
  if (what.recipients.size() > limits::smtp_recipients_max)
    return fail(errc::too_large, "more than " + std::to_string(limits::smtp_recipients_max) + " recipients");
  if (auto fit = check_address(what.mail_from, what.utf8); !fit)
    return fit;
  for (const auto& recipient : what.recipients) {
    if (recipient.empty())
      return fail(errc::invalid_argument, "a recipient without an address");
    if (auto fit = check_address(recipient, what.utf8); !fit)
      return fit;
  }
  if (xtext(what.envelope_id).size() > limits::smtp_envelope_id_bytes_max)
    return fail(errc::invalid_argument, "the envelope id is too long");
  return {};
}

std::optional<failure_class> unfit_for(const envelope& what, const server_info& server) {
  if (server.size_max && what.size > *server.size_max)
    return failure_class::too_large;
  if ((what.eight_bit && !server.eight_bit) || (what.utf8 && !server.smtputf8))
    return failure_class::not_supported;
  return {};
}

std::string mail_command(const envelope& what, const server_info& server) {
  std::string line = "MAIL FROM:<" + what.mail_from + ">";
  if (server.size && what.size != 0)
    line.append(" SIZE=").append(std::to_string(what.size));
  if (what.eight_bit)
    line.append(" BODY=8BITMIME");
  if (what.utf8)
    line.append(" SMTPUTF8");
  if (server.dsn && !what.envelope_id.empty())
    line.append(" ENVID=").append(xtext(what.envelope_id));
  return line.append("\r\n");
}

std::string rcpt_command(std::string_view address) {
  return std::string{"RCPT TO:<"}.append(address).append(">\r\n");
}

} // namespace postroom::smtp
