#include "base/log_files.hpp"

#include "base/clock.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <vector>

namespace postroom::log {
namespace {

constexpr std::string_view suffix = ".log";
constexpr std::size_t date_characters = 10; // YYYY-MM-DD

/// `<stem>.YYYY-MM-DD.log` and nothing else: what we did not write is not ours to remove.
bool is_ours(std::string_view name, std::string_view stem) {
  if (name.size() != stem.size() + 1 + date_characters + suffix.size() || !name.starts_with(stem) ||
      name[stem.size()] != '.' || !name.ends_with(suffix))
    return false;
  const auto date = name.substr(stem.size() + 1, date_characters);
  for (std::size_t i = 0; i < date.size(); ++i)
    if (i == 4 || i == 7 ? date[i] != '-' : date[i] < '0' || date[i] > '9')
      return false;
  return true;
}

} // namespace

daily_file_sink::daily_file_sink(std::filesystem::path directory, std::string stem, std::size_t kept)
    : directory_(std::move(directory)), stem_(std::move(stem)), kept_(std::max<std::size_t>(kept, 1)) {
}

result<void> daily_file_sink::open(std::chrono::sys_days day) {
  const auto date = to_rfc3339(day).substr(0, date_characters);
  const auto path = directory_ / (stem_ + '.' + date + std::string{suffix});
  file_.reset(std::fopen(path.c_str(), "ae"));
  day_ = day;
  if (!file_)
    return fail(errc::invalid_argument,
                "cannot write " + path.string() + ": " + std::generic_category().message(errno));
  remove_old();
  return {};
}

void daily_file_sink::sink_it_(const spdlog::details::log_msg& message) {
  const auto day = std::chrono::floor<std::chrono::days>(message.time);
  // After a failure every line tries anew: the disk may have room again.
  if ((!file_ || day != day_) && !open(day))
    return;
  std::fwrite(message.payload.data(), 1, message.payload.size(), file_.get());
  std::fputc('\n', file_.get());
  std::fflush(file_.get());
}

void daily_file_sink::remove_old() const {
  std::error_code failed;
  std::vector<std::string> names;
  for (std::filesystem::directory_iterator it{directory_, failed}, end; !failed && it != end; it.increment(failed)) {
    auto name = it->path().filename().string();
    if (is_ours(name, stem_))
      names.push_back(std::move(name));
  }
  if (names.size() <= kept_)
    return;
  std::sort(names.begin(), names.end()); // dates sort as text
  names.resize(names.size() - kept_);
  for (const auto& name : names)
    std::filesystem::remove(directory_ / name, failed);
}

} // namespace postroom::log
