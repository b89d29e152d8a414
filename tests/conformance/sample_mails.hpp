#pragma once

#include <string>
#include <vector>

namespace postroom::test {

/// Mails as they come, with CR LF line ends: plain, multipart, forwarded, with odd names and headers. Each is told by
/// its Subject.
[[nodiscard]] const std::vector<std::string>& sample_mails();
/// `count` small mails, numbered from 1.
[[nodiscard]] std::vector<std::string> small_mails(std::size_t count);

} // namespace postroom::test
