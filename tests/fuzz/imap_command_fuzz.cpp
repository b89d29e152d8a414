#include "protocol/imap/command_encoder.hpp"
#include "protocol/imap/text.hpp"
#include "protocol/imap/uid_set.hpp"
#include "tests/fuzz/fuzzing.hpp"

#include <algorithm>

using namespace postroom;
using namespace postroom::imap;
using fuzzing::check;

namespace {

/// Takes the literals out, each with its announcement; what is left must be one line.
std::string without_literals(const encoded_command& command) {
  std::string all;
  for (const auto& part : command.parts)
    all += part.text;
  std::string line;
  for (std::size_t at = 0; at < all.size();) {
    const auto end = all.find("\r\n", at);
    check(end != std::string::npos);
    const std::string_view piece{all.data() + at, end - at};
    line += piece;
    at = end + 2;
    const auto brace = piece.rfind('{');
    if (!piece.ends_with('}') || at == all.size())
      continue;
    auto digits = piece.substr(brace + 1, piece.size() - brace - 2);
    if (digits.ends_with('+'))
      digits.remove_suffix(1);
    const auto bytes = parse_number<std::size_t>(digits);
    check(bytes && *bytes <= all.size() - at);
    at += *bytes;
  }
  return line;
}

void check_sets(std::string_view text) {
  const auto ranges = parse_uid_set(text);
  if (!ranges || count_uids(*ranges) >= 10'000)
    return;
  std::vector<message_uid> uids;
  for (const auto range : *ranges)
    for (std::uint64_t uid = range.first; uid <= range.last; ++uid)
      uids.push_back({static_cast<std::uint32_t>(uid)});
  std::sort(uids.begin(), uids.end());
  uids.erase(std::unique(uids.begin(), uids.end()), uids.end());
  std::uint64_t count = 0;
  for (const auto& set : to_uid_sets(uids, 100)) {
    check(set.text.size() <= 100);
    count += count_uids(parse_uid_set(set.text).value());
  }
  check(count == uids.size());
}

} // namespace

/// Whatever text is put into a command, the command stays one, and only literals carry line ends.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text{fuzzing::text_of(data, size)};
  const command all[] = {list_command{text, text},       select_command{text},
                         status_command{text, {text}},   uid_fetch_command{{text}, {text}},
                         uid_search_command{text},       uid_store_command{{"1"}, {}, true, {text}},
                         uid_move_command{{text}, text}, append_command{text, {}, {}, text},
                         id_command{{{"name", text}}}};
  for (const auto literals : {literal_support::synchronising, literal_support::at_once})
    for (const auto& what : all)
      if (const auto encoded = encode_command("A1", what, literals)) {
        const auto line = without_literals(*encoded);
        check(line.starts_with("A1 ") && line.find_first_of("\r\n") == std::string::npos);
        check(line.size() <= limits::imap_command_line_bytes_max + 64);
      }
  check_sets(text);
  return 0;
}
