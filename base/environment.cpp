#include "base/environment.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace postroom {
namespace {

constexpr std::string_view blanks = " \t\r";

std::string_view trim(std::string_view text) {
  const auto begin = text.find_first_not_of(blanks);
  if (begin == text.npos)
    return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

bool is_key(std::string_view text) {
  if (text.empty() || (text[0] >= '0' && text[0] <= '9'))
    return false;
  for (const char c : text)
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'))
      return false;
  return true;
}

/// What may follow a closing quote: nothing or a comment.
bool is_nothing(std::string_view text) {
  text = trim(text);
  return text.empty() || text.front() == '#';
}

std::optional<std::string> double_quoted(std::string_view text) {
  std::string out;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"')
      return is_nothing(text.substr(i + 1)) ? std::optional{out} : std::nullopt;
    if (text[i] != '\\') {
      out.push_back(text[i]);
      continue;
    }
    if (++i == text.size())
      return std::nullopt;
    out.push_back(text[i] == 'n' ? '\n' : text[i] == 't' ? '\t' : text[i]);
  }
  return std::nullopt;
}

std::optional<std::string> parse_value(std::string_view text) {
  if (text.starts_with('"'))
    return double_quoted(text);
  if (text.starts_with('\'')) {
    const auto end = text.find('\'', 1);
    if (end == text.npos || !is_nothing(text.substr(end + 1)))
      return std::nullopt;
    return std::string{text.substr(1, end - 1)};
  }
  if (text.starts_with('#'))
    return std::string{};
  return std::string{trim(text.substr(0, text.find(" #")))};
}

std::optional<std::string> from_process(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value != nullptr ? std::optional<std::string>{value} : std::nullopt;
}

} // namespace

result<std::map<std::string, std::string, std::less<>>> parse_env_text(std::string_view text) {
  if (text.size() > env_file_bytes_max)
    return fail(errc::too_large, ".env is longer than 64 KiB");
  std::map<std::string, std::string, std::less<>> out;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    auto line = trim(text.substr(0, end));
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    if (line.empty() || line.front() == '#')
      continue;
    if (line.starts_with("export "))
      line = trim(line.substr(7));
    const auto equals = line.find('=');
    const auto key = trim(line.substr(0, equals));
    auto value = equals == line.npos ? std::nullopt : parse_value(trim(line.substr(equals + 1)));
    if (!is_key(key) || !value)
      return fail(errc::invalid_argument, ".env, line " + std::to_string(number) + ": not KEY='value'");
    out.insert_or_assign(std::string{key}, std::move(*value));
    if (out.size() > env_settings_max)
      return fail(errc::too_large, ".env has more than 1000 settings");
  }
  return out;
}

result<environment> environment::from_text(std::string_view text,
                                           std::function<std::optional<std::string>(const std::string&)> process) {
  auto file = parse_env_text(text);
  if (!file)
    return file.error();
  environment out;
  out.file_ = std::move(*file);
  out.process_ = std::move(process);
  return out;
}

result<environment> environment::load(const std::filesystem::path& env_file) {
  std::error_code missing;
  if (!std::filesystem::exists(env_file, missing))
    return from_text({}, from_process);
  std::ifstream in{env_file, std::ios::binary};
  std::string text(env_file_bytes_max + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad() || (in.fail() && !in.eof()))
    return fail(errc::invalid_argument, env_file.string() + " cannot be read");
  text.resize(static_cast<std::size_t>(in.gcount()));
  return from_text(text, from_process);
}

std::optional<std::string> environment::get(const std::string& name) const {
  if (auto value = process_(name))
    return value;
  const auto it = file_.find(name);
  return it != file_.end() ? std::optional{it->second} : std::nullopt;
}

} // namespace postroom
