#pragma once

#include "base/result.hpp"
#include "protocol/mime/compose.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace postroom::mime {

/// What the header of a mail handed in whole says.
struct raw_facts {
  std::vector<address> from, to, cc, bcc;
  std::string subject;             ///< decoded
  std::string original_message_id; ///< without angle brackets; empty: there was none
  std::uint64_t bytes = 0;         ///< written to the sink
  bool eight_bit = false;
  bool utf8 = false; ///< the header holds raw UTF-8
};

/// Takes a mail (RFC 5322) in any cut as an application streams it in, and passes it on as it shall be sent: Bcc,
/// Return-Path and Message-ID removed, our Message-ID written (the original one kept as X-Original-Message-ID), a Date
/// and a MIME-Version where missing, every line end CRLF, no NUL. Holds the header only. Not thread-safe; never blocks
/// but in the sink.
class raw_submission {
public:
  /// `sink` must outlive it.
  raw_submission(std::string message_id, wall_time now, byte_sink& sink);
  ~raw_submission();
  raw_submission(const raw_submission&) = delete;
  raw_submission& operator=(const raw_submission&) = delete;

  /// Errors: `invalid_argument` (no header, a line in it that is no field or is over 998 octets, neither ASCII nor
  /// UTF-8, not exactly one valid From address, a NUL anywhere), `too_large` (header beyond
  /// limits::mime_header_block_bytes_max, a list of recipients beyond limits::mime_list_header_bytes_max or
  /// limits::mime_addresses_max), those of the sink. Then it is over.
  [[nodiscard]] result<void> feed(std::string_view octets);
  /// Writes what is left. Errors as feed(), and `invalid_argument` for a mail without a header.
  [[nodiscard]] result<raw_facts> finish();

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace postroom::mime
