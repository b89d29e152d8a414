#include "sim/imap/address_list.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace postroom::sim {
namespace {

constexpr std::string_view missing_mailbox = "MISSING_MAILBOX";
constexpr std::string_view missing_domain = "MISSING_DOMAIN";

class list_reader {
public:
  explicit list_reader(std::string_view text) : rest_(text) {}

  std::vector<envelope_address> read(std::size_t addresses_max) {
    while (found_.size() < addresses_max && (next(), kind_ != kind::end))
      read_one();
    if (in_group_)
      found_.push_back({});
    return std::move(found_);
  }

private:
  enum class kind : std::uint8_t { word, quoted, special, end };

  /// Reads one token into `kind_` and `token_`; comments are remembered and passed over.
  void next() {
    if (std::exchange(again_, false))
      return;
    while (skip_blanks(), rest_.starts_with('('))
      comment_ = comment();
    token_.clear();
    if (rest_.empty()) {
      kind_ = kind::end;
    } else if (rest_.front() == '"') {
      kind_ = kind::quoted;
      token_ = enclosed('"');
    } else if (rest_.front() == '[') {
      kind_ = kind::word;
      token_ = "[" + enclosed(']') + "]";
    } else if (std::string_view{"<>@,;:"}.find(rest_.front()) != std::string_view::npos) {
      kind_ = kind::special;
      token_ = rest_.front();
      rest_.remove_prefix(1);
    } else {
      kind_ = kind::word;
      const auto size = std::min(rest_.find_first_of(" \t\r\n()<>@,;:\"["), rest_.size());
      token_ = rest_.substr(0, std::max<std::size_t>(size, 1));
      rest_.remove_prefix(token_.size());
    }
  }
  void put_back() { again_ = true; }
  bool is(char special) const { return kind_ == kind::special && token_.front() == special; }

  void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size())); }

  std::string enclosed(char end) {
    std::string text;
    std::size_t i = 1;
    for (; i < rest_.size() && rest_[i] != end; ++i) {
      if (rest_[i] == '\\' && i + 1 < rest_.size())
        ++i;
      text += rest_[i];
    }
    rest_.remove_prefix(std::min(i + 1, rest_.size()));
    return text;
  }

  std::string comment() {
    std::string text;
    std::size_t depth = 0;
    std::size_t i = 0;
    for (; i < rest_.size(); ++i) {
      const char c = rest_[i];
      if (c == '\\' && i + 1 < rest_.size()) {
        text += rest_[++i];
        continue;
      }
      depth -= c == ')';
      if (depth == 0 && c == ')')
        break;
      if (depth > 0)
        text += c;
      depth += c == '(';
    }
    rest_.remove_prefix(std::min(i + 1, rest_.size()));
    return text;
  }

  /// Words up to a special, which stays.
  std::string words(std::string_view between) {
    std::string text;
    bool first = true;
    for (; kind_ == kind::word || kind_ == kind::quoted; next()) {
      text.append(std::exchange(first, false) ? "" : between).append(token_);
    }
    put_back();
    return text;
  }

  void read_one() {
    if (is(','))
      return;
    if (is(';')) {
      if (std::exchange(in_group_, false))
        found_.push_back({});
      return;
    }
    comment_.clear();
    const bool has_words = kind_ != kind::special;
    const auto begun_at = token_;
    auto phrase = has_words ? words(" ") : (put_back(), std::string{});
    next();
    if (is(':') && !in_group_) {
      in_group_ = true;
      found_.push_back({.mailbox = std::move(phrase)});
      return;
    }
    envelope_address address;
    if (is('<')) {
      if (has_words)
        address.name = std::move(phrase);
      angle_address(address);
      skip_to_separator();
    } else if (is('@')) {
      std::erase(phrase, ' ');
      address.mailbox = std::move(phrase);
      next();
      address.host = words("");
      skip_to_separator();
      if (!comment_.empty())
        address.name = comment_;
    } else {
      put_back();
      address.mailbox = std::move(phrase);
      skip_to_separator();
    }
    finish(std::move(address));
  }

  /// Behind `<`.
  void angle_address(envelope_address& address) {
    next();
    if (is('@')) { // a route
      std::string route;
      for (; kind_ != kind::end && !is(':') && !is('>'); next())
        route += token_;
      address.route = std::move(route);
      if (is(':'))
        next();
    }
    address.mailbox = words("");
    next();
    if (is('@')) {
      next();
      address.host = words("");
      next();
    }
    while (kind_ != kind::end && !is('>') && !is(','))
      next();
    if (!is('>'))
      put_back();
  }

  void skip_to_separator() {
    for (next(); kind_ != kind::end && !is(',') && !is(';'); next()) {
    }
    if (is(';'))
      put_back();
  }

  void finish(envelope_address address) {
    if (!address.mailbox || address.mailbox->empty())
      address.mailbox = missing_mailbox;
    if (!address.host || address.host->empty())
      address.host = missing_domain;
    found_.push_back(std::move(address));
  }

  std::string_view rest_;
  std::vector<envelope_address> found_;
  std::string token_;
  std::string comment_;
  kind kind_ = kind::end;
  bool again_ = false;
  bool in_group_ = false;
};

} // namespace

std::vector<envelope_address> parse_address_list(std::string_view text, std::size_t addresses_max) {
  return list_reader{text}.read(addresses_max);
}

} // namespace postroom::sim
