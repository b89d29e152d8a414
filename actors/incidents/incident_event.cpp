#include "actors/incidents/incident_event.hpp"

#include "actors/incidents/expiry_watch.hpp"
#include "protocol/knowledge/entry.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace postroom::incidents {
namespace {

constexpr std::size_t accounts_named_max = 100;

std::string time_of(std::int64_t ms) {
  return to_rfc3339(wall_time{std::chrono::milliseconds{ms}});
}

/// `provider.azure` of `provider/azure`.
std::string dotted(std::string subject) {
  std::ranges::replace(subject, '/', '.');
  return subject;
}

/// Whom it concerns: what all these events begin with.
boost::json::object whom(const subject& who) {
  boost::json::object data;
  switch (who.what) {
  case subject::kind::provider:
    data = {{"subject", "provider"}, {"provider", who.id}};
    break;
  case subject::kind::grant:
    data = {{"subject", "grant"}, {"grant", who.id}, {"provider", who.provider}, {"delegate", who.delegate}};
    break;
  case subject::kind::account:
    data = {{"subject", "account"}, {"account", who.id}, {"provider", who.provider}};
    if (!who.delegate.empty())
      data["delegate"] = who.delegate;
    break;
  }
  const auto named = std::min(who.accounts_affected.size(), accounts_named_max);
  data["accounts"] = boost::json::array(who.accounts_affected.begin(),
                                        who.accounts_affected.begin() + static_cast<std::ptrdiff_t>(named));
  data["accounts_count"] = std::max(who.accounts_count, who.accounts_affected.size());
  return data;
}

void add_help(boost::json::object& data, const knowledge::explanation& is) {
  data["meaning"] = is.meaning;
  data["who_acts"] = to_string(is.who);
  data["remedy"] = is.remedy;
}

records::Event event_of(const subject& who, const records::Incident& of, const std::string& moment,
                        std::string_view type, wall_time now, const boost::json::object& data) {
  records::Event event;
  event.set_id(dotted(of.subject()) + '.' + moment);
  event.set_type(std::string{type});
  event.set_source("/tenants/" + of.tenant());
  event.set_subject(to_string(who));
  event.set_time_ms(now.time_since_epoch().count());
  event.set_data(boost::json::serialize(data));
  return event;
}

/// What will be met when it has expired.
error expected_when_expired(const subject& who, std::string_view what) {
  if (who.what == subject::kind::grant)
    return {errc::grant_dead, {}, "AADSTS700082"};
  return {errc::app_misconfigured, {}, what == "certificate" ? "AADSTS700027" : "AADSTS7000222"};
}

} // namespace

records::Event opened_event(const subject& who, const records::Incident& of, const error& why, std::string_view type) {
  auto data = whom(who);
  data["code"] = to_string(why.code);
  data["cause"] = why.cause;
  add_help(data, knowledge::explain(why));
  data["detail"] = of.detail();
  data["opened"] = time_of(of.opened_ms());
  return event_of(who, of, std::to_string(of.opened_ms()) + ".opened", type,
                  wall_time{std::chrono::milliseconds{of.updated_ms()}}, data);
}

records::Event recovered_event(const subject& who, const records::Incident& of, wall_time now) {
  auto data = whom(who);
  data["code"] = of.code();
  data["cause"] = of.cause();
  data["opened"] = time_of(of.opened_ms());
  data["recovered"] = to_rfc3339(now);
  return event_of(who, of, std::to_string(of.opened_ms()) + ".recovered", "account.auth_recovered", now, data);
}

records::Event expiring_event(const subject& who, const records::Incident& of, std::string_view what, wall_time now) {
  const wall_time expires{std::chrono::milliseconds{of.expires_ms()}};
  auto data = whom(who);
  data["what"] = what;
  data["expires"] = to_rfc3339(expires);
  data["days_left"] = days_left(expires, now);
  const auto help = knowledge::explain(expected_when_expired(who, what));
  data["who_acts"] = to_string(help.who);
  data["remedy"] = help.remedy;
  const auto stage = of.days_announced() == expired ? "expired" : std::to_string(of.days_announced()) + "_days";
  return event_of(who, of, std::to_string(of.expires_ms()) + '.' + stage,
                  who.what == subject::kind::grant ? "grant.expiring" : "provider.secret_expiring", now, data);
}

} // namespace postroom::incidents
