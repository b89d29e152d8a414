#include "app/config.hpp"

#include "api/listen_address.hpp"
#include "app/config_objects.hpp"
#include "app/config_table.hpp"

#include <fstream>
#include <sstream>

namespace postroom::app {
namespace {

/// 20,000 accounts with every field written out.
constexpr std::uintmax_t config_bytes_max = 16 * limits::mib;

std::filesystem::path beside(const std::filesystem::path& folder, const std::string& path) {
  return path.empty() ? std::filesystem::path{} : folder / path;
}

void read_api(const toml::table& of, const std::filesystem::path& folder, config_problems& problems, api_config& into) {
  config_table table{of, problems};
  into.listen = table.text("listen").value_or(into.listen);
  into.tls_certificate = beside(folder, table.text("tls_certificate").value_or(""));
  into.tls_key = beside(folder, table.text("tls_key").value_or(""));
  const auto at = api::parse_listen_address(into.listen);
  if (!at)
    table.problem("listen", at.error().detail);
  if (into.tls_certificate.empty() != into.tls_key.empty())
    table.problem(into.tls_key.empty() ? "tls_certificate" : "tls_key",
                  "needs the other one, too: tls_certificate and tls_key");
  else if (at && into.tls_key.empty() && !api::is_loopback(at->address()))
    table.problem("listen", "may leave this machine only with tls_certificate and tls_key");
  table.finish();
}

template <class T>
void take(config_table& table, std::string_view key, result<T> (*parse)(std::string_view), T& into) {
  const auto text = table.text(key);
  if (!text)
    return;
  if (const auto parsed = parse(*text))
    into = *parsed;
  else
    table.problem(key, parsed.error().detail);
}

void read_log(const toml::table& of, const std::filesystem::path& folder, config_problems& problems,
              log::config& into) {
  config_table table{of, problems};
  take(table, "level", log::parse_level, into.level);
  take(table, "format", log::parse_format, into.format);
  into.to_stderr = table.flag("stderr").value_or(into.to_stderr);
  into.directory = beside(folder, table.text("directory").value_or(""));
  into.kept_files = static_cast<std::size_t>(
      table.number("kept_files", 1, 3650).value_or(static_cast<std::int64_t>(into.kept_files)));
  table.finish();
}

void read_store(const toml::table& of, const std::filesystem::path& folder, config_problems& problems,
                store_config& into) {
  config_table table{of, problems};
  if (const auto mib = table.number("memory_mib", 16, 65536))
    into.memory_bytes = static_cast<std::uint64_t>(*mib) * limits::mib;
  into.key_file = beside(folder, table.text("key_file").value_or(""));
  table.finish();
}

void read_limits(const toml::table& of, config_problems& problems, limits_config& into) {
  config_table table{of, problems};
  if (const auto rate = table.number("connections_per_second_per_host", 1, 10'000))
    into.connections_per_second_per_host = static_cast<std::uint32_t>(*rate);
  if (const auto mib = table.number("credit_pool_mib", 16, 65536))
    into.credit_pool_bytes = static_cast<std::uint64_t>(*mib) * limits::mib;
  if (const auto seconds = table.number("sent_search_s", 1, 86'400))
    into.sent_search_s = static_cast<std::uint32_t>(*seconds);
  table.finish();
}

/// Where the data is, and how it is opened.
void read_place(config_table& top, const std::filesystem::path& folder, config_problems& problems,
                configuration& config) {
  config.data_directory = beside(folder, top.text("data_directory").value_or(config.data_directory.string()));
  if (const auto* table = top.table("store"))
    read_store(*table, folder, problems, config.store);
}

void read_all(const toml::table& root, const std::filesystem::path& folder, const environment& env,
              config_problems& problems, configuration& config) {
  config_table top{root, problems};
  read_place(top, folder, problems, config);
  if (const auto* table = top.table("api"))
    read_api(*table, folder, problems, config.api);
  if (const auto* table = top.table("log"))
    read_log(*table, folder, problems, config.log);
  if (const auto* table = top.table("limits"))
    read_limits(*table, problems, config.limits);
  read_objects(top, folder, env, problems, config);
  top.finish();
}

/// What the parser says, unless the line may hold a secret, of which it quotes the beginning.
std::string explain(std::string_view text, const toml::parse_error& why) {
  for (auto line = why.source().begin.line; line > 1 && !text.empty(); --line)
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  const auto line = text.substr(0, text.find('\n'));
  for (const std::string_view word : {"secret", "token", "password"})
    if (line.find(word) != std::string_view::npos)
      return "this is not TOML: text needs quotation marks, and in \"…\" each \\ and \" a \\ before it";
  return std::string{why.description()};
}

/// `read` takes what it wants of the file's table.
template <class Read>
result<configuration> parse_with(std::string_view text, const std::filesystem::path& file, Read read) {
  config_problems problems{file.string()};
  configuration config;
  try {
    const auto root = toml::parse(text, file.string());
    read(root, problems, config);
  } catch (const toml::parse_error& why) {
    problems.add(why.source(), explain(text, why));
  }
  if (!problems.empty())
    return problems.to_error();
  return config;
}

result<std::string> text_of(const std::filesystem::path& file) {
  std::error_code failed;
  const auto bytes = std::filesystem::file_size(file, failed);
  if (failed)
    return fail(failed == std::errc::no_such_file_or_directory ? errc::not_found : errc::invalid_argument,
                "cannot read " + file.string() + ": " + failed.message());
  if (bytes > config_bytes_max)
    return fail(errc::too_large, file.string() + " is larger than 16 MiB");
  std::ifstream in{file, std::ios::binary};
  std::ostringstream text;
  if (!in || !(text << in.rdbuf()))
    return fail(errc::invalid_argument, "cannot read " + file.string() + ", or it is empty");
  return std::move(text).str();
}

} // namespace

result<configuration> parse_configuration(std::string_view text, const std::filesystem::path& file,
                                          const environment& env) {
  auto config = parse_with(text, file, [&](const toml::table& root, config_problems& problems, configuration& into) {
    read_all(root, file.parent_path(), env, problems, into);
  });
  if (!config)
    return config;
  if (const auto level = env.get("POSTROOM_LOG_LEVEL"); level && !level->empty()) {
    const auto parsed = log::parse_level(*level);
    if (!parsed)
      return fail(errc::invalid_argument, "POSTROOM_LOG_LEVEL: " + parsed.error().detail);
    config->log.level = *parsed;
  }
  return config;
}

result<configuration> load_configuration(const std::filesystem::path& file, const environment& env) {
  const auto text = text_of(file);
  return text ? parse_configuration(*text, file, env) : text.error();
}

result<configuration> load_store_configuration(const std::filesystem::path& file) {
  const auto text = text_of(file);
  if (!text)
    return text.error();
  const auto folder = file.parent_path();
  return parse_with(*text, file, [&](const toml::table& root, config_problems& problems, configuration& into) {
    config_table top{root, problems};
    read_place(top, folder, problems, into);
  });
}

} // namespace postroom::app
