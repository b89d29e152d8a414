#include "actors/incidents/incident_book.hpp"

#include "actors/incidents/expiry_watch.hpp"
#include "actors/incidents/incident_event.hpp"
#include "protocol/mime/utf8_text.hpp"
#include "storage/directory.hpp"
#include "storage/keys.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace postroom::incidents {
namespace {

/// A server's words.
constexpr std::size_t detail_bytes_max = 2048;

bool is_same(const records::Incident& open, const error& why) {
  return open.code() == to_string(why.code) && open.cause() == why.cause;
}

std::string_view opening_type(const subject& who, const error& why) {
  return who.what == subject::kind::grant && why.code == errc::grant_dead ? "grant.revoked" : "account.auth_error";
}

} // namespace

std::string to_string(const subject& of) {
  constexpr std::array<std::string_view, 3> names{"provider/", "grant/", "account/"};
  return std::string{names[static_cast<std::size_t>(of.what)]} + of.id;
}

void incident_book::load(records::Incident stored, revision rev) {
  auto key = stored.subject();
  entries_.insert_or_assign(std::move(key), entry{std::move(stored), {}, rev, false});
}

std::optional<change> incident_book::failed(const subject& who, const error& why, wall_time now) {
  if (must_wait(news::kind::failed, who, why, now))
    return std::nullopt;
  const auto key = to_string(who);
  auto& known = entries_[key];
  if (known.stored && is_same(*known.stored, why))
    return std::nullopt;
  records::Incident incident;
  incident.set_tenant(tenant_.str());
  incident.set_subject(key);
  incident.set_code(std::string{to_string(why.code)});
  incident.set_cause(std::string{why.cause});
  incident.set_detail(mime::clean_line(why.detail, detail_bytes_max));
  incident.set_updated_ms(to_ms(now));
  // When its commit failed before, it is the same incident still: the same id, should that have reached the disk.
  const bool met_before = known.pending && is_same(*known.pending, why);
  incident.set_opened_ms(met_before ? known.pending->opened_ms() : to_ms(now));
  const auto event = opened_event(who, incident, why, opening_type(who, why));
  change out;
  out.event_type = event.type();
  out.operations.push_back(write(key, known, std::move(incident)));
  out.operations.push_back(tell(event));
  under_way_.insert_or_assign(key, news{news::kind::failed, who, why, now});
  return out;
}

std::optional<change> incident_book::recovered(const subject& who, wall_time now) {
  if (must_wait(news::kind::recovered, who, {}, now))
    return std::nullopt;
  const auto key = to_string(who);
  change out;
  for (const auto each : entries_of(key)) {
    auto& at = each->second;
    const bool fault = each->first == key;
    if (!at.stored)
      entries_.erase(each); // it passed before anybody could be told of it
    else if (fault || who.what == subject::kind::grant) {
      out.operations.push_back(erase(each->first, at));
      if (!fault)
        continue;
      const auto event = recovered_event(who, *at.stored, now);
      out.event_type = event.type();
      out.operations.push_back(tell(event));
    }
  }
  if (out.operations.empty())
    return std::nullopt;
  under_way_.insert_or_assign(key, news{news::kind::recovered, who, {}, now});
  return out;
}

std::optional<change> incident_book::expires(const subject& who, std::string_view what, wall_time at, wall_time now) {
  if (is_in_flight(to_string(who)))
    return std::nullopt;
  const auto key = to_string(who).append(1, '/').append(what);
  const auto stage = at == wall_time::max() ? not_expiring : stage_of(at, now);
  const auto found = entries_.find(key);
  const auto* told = found != entries_.end() && found->second.stored ? &*found->second.stored : nullptr;
  const bool same_end = told != nullptr && told->expires_ms() == to_ms(at);
  change out;
  if (stage == not_expiring) {
    // Of the same end it was told already: the clock was set back.
    if (told == nullptr || same_end)
      return std::nullopt;
    out.operations.push_back(erase(key, found->second));
    return out;
  }
  if (same_end && !is_nearer(stage, told->days_announced()))
    return std::nullopt;
  records::Incident incident;
  incident.set_tenant(tenant_.str());
  incident.set_subject(key);
  incident.set_opened_ms(same_end ? told->opened_ms() : to_ms(now));
  incident.set_updated_ms(to_ms(now));
  incident.set_days_announced(stage);
  incident.set_expires_ms(to_ms(at));
  const auto event = expiring_event(who, incident, what, now);
  out.event_type = event.type();
  out.operations.push_back(write(key, entries_[key], std::move(incident)));
  out.operations.push_back(tell(event));
  return out;
}

std::optional<change> incident_book::forget(const subject& who) {
  if (must_wait(news::kind::forget, who, {}, {}))
    return std::nullopt;
  change out;
  for (const auto each : entries_of(to_string(who)))
    if (each->second.stored)
      out.operations.push_back(erase(each->first, each->second));
    else
      entries_.erase(each);
  if (out.operations.empty())
    return std::nullopt;
  under_way_.insert_or_assign(to_string(who), news{news::kind::forget, who, {}, {}});
  return out;
}

std::optional<change> incident_book::committed(const subject& who, bool success) {
  const auto key = to_string(who);
  for (const auto each : entries_of(key)) {
    auto& at = each->second;
    if (!std::exchange(at.in_flight, false) || !success)
      continue;
    if (!at.pending) {
      entries_.erase(each);
      continue;
    }
    at.stored = std::exchange(at.pending, std::nullopt);
    ++at.rev.value;
  }
  under_way_.erase(key);
  return go_on(key);
}

std::optional<change>
incident_book::read_again(const subject& who, std::vector<storage::versioned<records::Incident>> stored, bool repeat) {
  const auto key = to_string(who);
  for (const auto each : entries_of(key)) {
    auto& at = each->second;
    at.in_flight = false;
    at.stored.reset();
    at.rev = {};
  }
  for (auto& each : stored) {
    auto& at = entries_[each.value.subject()];
    at.stored = std::move(each.value);
    at.rev = each.rev;
  }
  for (const auto each : entries_of(key))
    if (!each->second.stored && !each->second.pending)
      entries_.erase(each);
  if (auto node = under_way_.extract(key); node && repeat)
    waiting_.insert(std::move(node)); // unless something else was told meanwhile
  return go_on(key);
}

std::optional<change> incident_book::go_on(const std::string& subject) {
  auto told = waiting_.extract(subject);
  if (told.empty())
    return std::nullopt;
  const auto& last = told.mapped();
  switch (last.what) {
  case news::kind::failed:
    return failed(last.who, last.why, last.when);
  case news::kind::recovered:
    return recovered(last.who, last.when);
  case news::kind::forget:
    break;
  }
  return forget(last.who);
}

const records::Incident* incident_book::find(const subject& who) const {
  const auto found = entries_.find(to_string(who));
  return found != entries_.end() && found->second.stored ? &*found->second.stored : nullptr;
}

std::vector<incident_book::entry_map::iterator> incident_book::entries_of(const std::string& subject) {
  std::vector<entry_map::iterator> out;
  if (const auto fault = entries_.find(subject); fault != entries_.end())
    out.push_back(fault);
  const auto prefix = subject + '/';
  for (auto at = entries_.lower_bound(prefix); at != entries_.end() && at->first.starts_with(prefix); ++at)
    out.push_back(at);
  return out;
}

bool incident_book::is_in_flight(const std::string& subject) {
  const auto all = entries_of(subject);
  return std::ranges::any_of(all, [](auto each) { return each->second.in_flight; });
}

bool incident_book::must_wait(news::kind what, const subject& who, const error& why, wall_time now) {
  auto key = to_string(who);
  if (!is_in_flight(key))
    return false;
  waiting_.insert_or_assign(std::move(key), news{what, who, why, now});
  return true;
}

storage::operation incident_book::write(const std::string& subject, entry& into, records::Incident value) {
  auto out = storage::put_of(storage::keys::incident(tenant_, subject), value, {}, into.rev);
  into.pending = std::move(value);
  into.in_flight = true;
  return out;
}

storage::operation incident_book::erase(const std::string& subject, entry& from) const {
  from.pending.reset();
  from.in_flight = true;
  return storage::erase{storage::keys::incident(tenant_, subject), from.rev};
}

storage::operation incident_book::tell(const records::Event& event) const {
  return storage::append{storage::keys::stream_of(tenant_), event.SerializeAsString()};
}

} // namespace postroom::incidents
