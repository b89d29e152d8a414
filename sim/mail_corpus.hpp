#pragma once

#include "base/result.hpp"
#include "sim/mail/delivery.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace postroom::sim {

inline constexpr std::size_t corpus_bytes_max = 256 * 1024 * 1024;

/// The `*.eml` of a folder (not of those below) in the order of their names, with CR LF line ends whatever they had.
/// `not_found` when there are none or the folder cannot be read, `too_large` beyond `bytes_max` together.
[[nodiscard]] result<std::vector<sealed_mail>> read_corpus(const std::filesystem::path& folder,
                                                           std::size_t bytes_max = corpus_bytes_max);

/// Lone CR and lone LF become CR LF.
[[nodiscard]] std::string with_crlf(std::string_view text);

} // namespace postroom::sim
