#pragma once

#include "base/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace postroom::sim {

struct phrase_book;

/// Makes mails as customers write them to a company, in German, English and Italian: plain in several encodings, with
/// an HTML alternative, with attachments, as replies with quotations, with encoded headers and the trace of several
/// servers. Most weigh 2–20 KB, one in 25 about 200 KB. The same seed, recipients and dates make the same mails. Not
/// thread-safe.
class mail_generator {
public:
  explicit mail_generator(unsigned seed) : random_(seed) {}

  /// An RFC 5322 message with CR LF line ends; of `size_min` octets at least, filled up with sentences.
  [[nodiscard]] std::string make(std::string_view recipient, wall_time date, std::size_t size_min = 0);

private:
  struct letter;

  [[nodiscard]] std::size_t below(std::size_t bound);
  [[nodiscard]] bool one_in(std::size_t n) { return below(n) == 0; }
  template <class Range>
  [[nodiscard]] std::string_view any_of(const Range& range);
  [[nodiscard]] std::string random_letters(std::size_t count);
  [[nodiscard]] std::string filled_in(std::string_view phrase);

  [[nodiscard]] letter write_letter(std::string_view recipient);
  [[nodiscard]] std::string body_text(const letter& letter);
  [[nodiscard]] std::string trace(const letter& letter, wall_time date);
  [[nodiscard]] std::string headers(const letter& letter, wall_time date);
  [[nodiscard]] std::string plain_part(const letter& letter);
  [[nodiscard]] std::string html_part(const letter& letter);
  [[nodiscard]] std::string alternative(const letter& letter);
  [[nodiscard]] std::string attachment(const letter& letter, std::size_t octets);
  [[nodiscard]] std::string multipart(std::string_view subtype, const std::string& first, const std::string& second);

  std::mt19937 random_;
};

} // namespace postroom::sim
