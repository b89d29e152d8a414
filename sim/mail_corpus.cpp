#include "sim/mail_corpus.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

namespace postroom::sim {

std::string with_crlf(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 32);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r' && text[i] != '\n') {
      out += text[i];
      continue;
    }
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n')
      ++i;
    out += "\r\n";
  }
  return out;
}

result<std::vector<sealed_mail>> read_corpus(const std::filesystem::path& folder, std::size_t bytes_max) {
  std::error_code failure;
  std::vector<std::filesystem::path> files;
  for (std::filesystem::directory_iterator entry{folder, failure}, end; !failure && entry != end;
       entry.increment(failure))
    if (std::error_code unknown; entry->path().extension() == ".eml" && entry->is_regular_file(unknown))
      files.push_back(entry->path());
  if (failure)
    return fail(errc::not_found, folder.string() + ": " + failure.message());
  if (files.empty())
    return fail(errc::not_found, folder.string() + " has no *.eml");
  std::ranges::sort(files);
  std::vector<sealed_mail> mails;
  std::size_t left = bytes_max;
  for (const auto& file : files) {
    const auto octets = std::filesystem::file_size(file, failure);
    if (!failure && octets > left)
      return fail(errc::too_large, folder.string() + ": more than " + std::to_string(bytes_max) + " octets of mail");
    std::ifstream in{file, std::ios::binary};
    const std::string raw{std::istreambuf_iterator<char>{in}, {}};
    if (failure || in.bad() || !in.is_open())
      return fail(errc::not_found, file.string() + " cannot be read");
    auto mail = with_crlf(raw);
    if (mail.size() > left)
      return fail(errc::too_large, folder.string() + ": more than " + std::to_string(bytes_max) + " octets of mail");
    left -= mail.size();
    mails.push_back(seal(std::move(mail)));
  }
  return mails;
}

} // namespace postroom::sim
