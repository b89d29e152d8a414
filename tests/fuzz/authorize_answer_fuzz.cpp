#include "protocol/oauth2/authorize_answer.hpp"
#include "tests/fuzz/fuzzing.hpp"

#include <algorithm>
#include <map>
#include <string>

using namespace postroom;
using fuzzing::check;

namespace {

bool is_printable(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7F; });
}

} // namespace

/// Whatever comes back with the browser is a code, a consent or a refusal that may be logged and shown, or nothing.
/// Input: lines of `name=value`, where a zero byte stands for a line end.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::map<std::string, std::string> parameters;
  for (auto rest = fuzzing::text_of(data, size); !rest.empty();) {
    const auto end = rest.find('\n');
    const auto line = rest.substr(0, end);
    const auto equals = line.find('=');
    std::string value{equals == line.npos ? std::string_view{} : line.substr(equals + 1)};
    std::replace(value.begin(), value.end(), '\0', '\n');
    parameters[std::string{line.substr(0, equals)}] = std::move(value);
    rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
  }
  const auto read = oauth2::read_authorize_answer(parameters);
  if (!read) {
    check(read.error().code == errc::invalid_argument);
    return 0;
  }
  if (const auto* code = std::get_if<oauth2::code_received>(&*read)) {
    check(!code->code.empty() && is_printable(code->code.expose()) && is_printable(code->iss));
  } else if (const auto* consent = std::get_if<oauth2::admin_consented>(&*read)) {
    check(consent->directory_id.size() == 36 && is_printable(consent->directory_id) && consent->scope.size() <= 4096);
  } else {
    const auto& refused = std::get<oauth2::authorize_refused>(*read);
    check(refused.error.size() <= 64 && is_printable(refused.error) && refused.description.size() <= 1024);
    check(refused.description.find_first_of("\r\n") == std::string::npos && !refused.what.detail.empty());
  }
  return 0;
}
