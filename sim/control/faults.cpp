#include "sim/control/faults.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

namespace postroom::sim {
namespace {

using namespace std::chrono_literals;

/// Ten years: keeps sums of times far from overflow.
constexpr std::chrono::milliseconds time_max = 24h * 3650;
constexpr std::size_t names_max = 100'000;

struct kind_entry {
  std::string_view name;
  bool momentary = false;
  std::int64_t amount_min = 0;
  std::int64_t amount_max = 0; ///< 0: takes no amount
};

constexpr std::int64_t skew_max_s = std::chrono::duration_cast<std::chrono::seconds>(time_max).count();
constexpr std::int64_t octets_max = 1'000'000'000;
constexpr std::int64_t backoff_max_ms = 3'600'000;
constexpr std::int64_t retry_max_s = 86'400;
constexpr std::int64_t aadsts_max = 9'999'999;

/// In the order of fault_kind.
constexpr std::array<kind_entry, fault_kinds> kinds{{{"outage"},
                                                     {"clock_skew", false, -skew_max_s, skew_max_s},
                                                     {"rotate_keys", true},
                                                     {"refuse"},
                                                     {"stall"},
                                                     {"cut"},
                                                     {"slow", false, 1, octets_max},
                                                     {"drop", true},
                                                     {"login_refused"},
                                                     {"not_connected"},
                                                     {"throttle", false, 0, backoff_max_ms},
                                                     {"session_expired", true},
                                                     {"missed_push"},
                                                     {"fetch_fails"},
                                                     {"uidvalidity", true},
                                                     {"mass_delete", true, 1, 100},
                                                     {"smtp_disabled"},
                                                     {"smtp_busy"},
                                                     {"smtp_unavailable"},
                                                     {"smtp_quota"},
                                                     {"send_as_denied"},
                                                     {"smtp_doubt"},
                                                     {"revoke", true},
                                                     {"token_error", false, 1, aadsts_max},
                                                     {"token_throttled", false, 0, retry_max_s},
                                                     {"token_down"}}};

/// Those up to this one are the servers' as a whole.
constexpr auto last_of_all = fault_kind::rotate_keys;

const kind_entry& entry_of(fault_kind kind) {
  return kinds.at(static_cast<std::size_t>(kind));
}

/// Evenly between 0 and 1, and the same on every machine: FNV-1a over the name, stirred by splitmix64.
double drawn(unsigned seed, std::uint64_t id, std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325U ^ (std::uint64_t{seed} << 32) ^ id;
  for (const char c : name)
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  hash += 0x9e3779b97f4a7c15U;
  hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9U;
  hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebU;
  hash ^= hash >> 31;
  return std::ldexp(static_cast<double>(hash >> 11), -53);
}

/// `names` is sorted and in lower case.
bool is_named(const std::vector<std::string>& names, const std::string& name) {
  if (names.empty() || std::ranges::binary_search(names, name))
    return true;
  const auto at = name.rfind('@');
  return at != std::string::npos && std::ranges::binary_search(names, "*" + name.substr(at));
}

} // namespace

std::string_view to_string(fault_kind kind) {
  return entry_of(kind).name;
}

std::optional<fault_kind> parse_fault_kind(std::string_view name) {
  const auto found = std::ranges::find(kinds, name, &kind_entry::name);
  if (found == kinds.end())
    return std::nullopt;
  return static_cast<fault_kind>(found - kinds.begin());
}

bool is_momentary(fault_kind kind) {
  return entry_of(kind).momentary;
}

result<void> check_fault(const fault& what) {
  const auto& entry = entry_of(what.kind);
  const auto refuse = [&](const std::string& why) {
    return fail(errc::invalid_argument, std::string{entry.name} + why);
  };
  if (!(what.share >= 0 && what.share <= 1)) // not a number is refused, too
    return refuse(": a share is between 0 and 1");
  if (what.at < 0ms || what.at > time_max || what.lasts < 0ms || what.lasts > time_max)
    return refuse(": times are between 0 and ten years");
  if (what.amount < entry.amount_min || what.amount > entry.amount_max)
    return refuse(entry.amount_max == 0 ? ": takes no amount"
                                        : ": the amount is between " + std::to_string(entry.amount_min) + " and " +
                                              std::to_string(entry.amount_max));
  if (what.names.size() > names_max)
    return refuse(": too many names");
  return {};
}

result<std::uint64_t> fault_desk::add(fault what) {
  if (static_cast<std::size_t>(what.kind) >= fault_kinds)
    return fail(errc::invalid_argument, "no such fault");
  if (auto fine = check_fault(what); !fine)
    return fine.error();
  if (posted_.size() >= faults_max)
    return fail(errc::invalid_argument,
                "there are " + std::to_string(faults_max) + " faults already; clear away past ones");
  for (auto& name : what.names)
    name = ascii_lower(name);
  std::ranges::sort(what.names);
  posted_fault posted;
  posted.id = next_id_++;
  posted.begin = time_.ticks() + what.at;
  posted.end = is_momentary(what.kind) ? posted.begin
               : what.lasts == 0ms     ? mono_time::max()
                                       : posted.begin + what.lasts;
  posted.what = std::move(what);
  posted_.push_back(std::move(posted));
  return posted_.back().id;
}

bool fault_desk::remove(std::uint64_t id) {
  return std::erase_if(posted_, [id](const posted_fault& each) { return each.id == id; }) > 0;
}

void fault_desk::clear() {
  posted_.clear();
}

const fault* fault_desk::find(fault_kind kind, std::string_view name) const {
  if (posted_.empty())
    return nullptr;
  const auto now = time_.ticks();
  for (const auto& each : posted_)
    if (each.what.kind == kind && each.begin <= now && now < each.end && chosen(each, name))
      return &each.what;
  return nullptr;
}

std::vector<posted_fault> fault_desk::take_due() {
  std::vector<posted_fault> due;
  if (posted_.empty())
    return due;
  const auto now = time_.ticks();
  for (auto& each : posted_)
    if (is_momentary(each.what.kind) && !each.done && each.begin <= now) {
      each.done = true;
      due.push_back(each);
    }
  return due;
}

bool fault_desk::chosen(const posted_fault& posted, std::string_view name) const {
  if (posted.what.kind <= last_of_all)
    return true;
  const auto* const own = mail_.find_any(name);
  const auto wanted = ascii_lower(own ? own->address() : name);
  return (is_named(posted.what.names, wanted) ||
          (own && is_named(posted.what.names, ascii_lower(own->login_name())))) &&
         (posted.what.share >= 1 || drawn(seed_, posted.id, wanted) < posted.what.share);
}

} // namespace postroom::sim
