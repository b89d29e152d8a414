#include "protocol/mime/raw_submission.hpp"

#include "base/limits.hpp"
#include "protocol/mime/outgoing_buffer.hpp"
#include "protocol/mime/raw_submission_header.hpp"

#include <algorithm>
#include <utility>

namespace postroom::mime {

struct raw_submission::impl {
  impl(std::string id, wall_time at, byte_sink& sink) : message_id(std::move(id)), now(at), out(sink) {}

  std::string message_id;
  wall_time now;
  outgoing_buffer out;
  result<void> outcome; ///< the error that ended it
  std::uint64_t offset = 0;

  std::string header;          ///< complete lines with CRLF, then the line being read
  std::size_t line_octets = 0; ///< of the line being read
  std::size_t lines = 0;       ///< complete ones
  bool in_body = false;
  bool after_cr = false; ///< the octet before was a CR, already written as a line end
  raw_facts facts;

  result<void> feed(std::string_view octets);
  result<void> finish();

private:
  result<void> feed_header(std::string_view& octets);
  result<void> feed_body(std::string_view octets);
  result<void> end_header_line();
  result<void> end_header();
  result<void> write_words(std::string_view octets);
};

result<void> raw_submission::impl::feed(std::string_view octets) {
  if (const auto nul = octets.find('\0'); nul != std::string_view::npos)
    return fail(errc::invalid_argument,
                "octet " + std::to_string(offset + nul + 1) + " is a NUL, which no mail may hold unencoded");
  offset += octets.size();
  if (!in_body) {
    if (auto fed = feed_header(octets); !fed)
      return fed;
  }
  return feed_body(octets);
}

/// Takes octets away from the front until the header is over.
result<void> raw_submission::impl::feed_header(std::string_view& octets) {
  while (!octets.empty() && !in_body) {
    const char c = octets.front();
    octets.remove_prefix(1);
    const bool second_half = c == '\n' && after_cr;
    after_cr = c == '\r';
    if (second_half)
      continue;
    if (c == '\r' || c == '\n') {
      if (auto ended = end_header_line(); !ended)
        return ended;
      continue;
    }
    if (++line_octets > limits::submission_line_bytes_max)
      return fail(errc::invalid_argument, "line " + std::to_string(lines + 1) + " of the header is longer than " +
                                              std::to_string(limits::submission_line_bytes_max) + " octets");
    if (header.size() >= limits::mime_header_block_bytes_max)
      return fail(errc::too_large,
                  "the header is longer than " + std::to_string(limits::mime_header_block_bytes_max) + " bytes");
    header.push_back(c);
  }
  return {};
}

result<void> raw_submission::impl::end_header_line() {
  if (line_octets == 0)
    return end_header();
  header += "\r\n";
  line_octets = 0;
  ++lines;
  return {};
}

result<void> raw_submission::impl::end_header() {
  if (header.empty())
    return fail(errc::invalid_argument, "the mail has no header");
  auto rewritten = rewrite_header(header, message_id, now);
  if (!rewritten)
    return rewritten.error();
  facts = std::move(rewritten->facts);
  in_body = true;
  header = {};
  if (auto written = out.write(rewritten->block); !written)
    return written;
  return out.write("\r\n");
}

result<void> raw_submission::impl::write_words(std::string_view octets) {
  unsigned all = 0;
  for (const char c : octets)
    all |= static_cast<unsigned char>(c);
  facts.eight_bit = facts.eight_bit || all > 127;
  return out.write(octets);
}

/// Every CR, LF and CRLF becomes CRLF, wherever the cuts are.
result<void> raw_submission::impl::feed_body(std::string_view octets) {
  while (!octets.empty()) {
    if (std::exchange(after_cr, false) && octets.front() == '\n') {
      octets.remove_prefix(1);
      continue;
    }
    const auto end = std::find_if(octets.begin(), octets.end(), [](char c) { return c == '\r' || c == '\n'; });
    const auto words = static_cast<std::size_t>(end - octets.begin());
    if (auto written = write_words(octets.substr(0, words)); !written)
      return written;
    if (words == octets.size())
      return {};
    after_cr = octets[words] == '\r';
    if (auto written = out.write("\r\n"); !written)
      return written;
    octets.remove_prefix(words + 1);
  }
  return {};
}

result<void> raw_submission::impl::finish() {
  if (!in_body && line_octets > 0) {
    if (auto ended = end_header_line(); !ended)
      return ended;
  }
  if (!in_body) { // a mail need not have a body
    if (auto ended = end_header(); !ended)
      return ended;
  }
  if (auto ended = out.end(); !ended)
    return ended;
  facts.bytes = out.bytes();
  return {};
}

raw_submission::raw_submission(std::string message_id, wall_time now, byte_sink& sink)
    : impl_(std::make_unique<impl>(std::move(message_id), now, sink)) {
}

raw_submission::~raw_submission() = default;

result<void> raw_submission::feed(std::string_view octets) {
  if (impl_->outcome)
    impl_->outcome = impl_->feed(octets);
  return impl_->outcome;
}

result<raw_facts> raw_submission::finish() {
  if (impl_->outcome)
    impl_->outcome = impl_->finish();
  if (!impl_->outcome)
    return impl_->outcome.error();
  impl_->outcome = fail(errc::internal, "the mail was finished already");
  return std::move(impl_->facts);
}

} // namespace postroom::mime
