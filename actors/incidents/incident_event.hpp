#pragma once

#include "actors/incidents/incident_book.hpp"

/// The events that tell of incidents. Their ids follow from the incident, so that a change which is committed again
/// tells nothing new. Pure.
namespace postroom::incidents {

/// `account.auth_error` or `grant.revoked`.
[[nodiscard]] records::Event opened_event(const subject& who, const records::Incident& of, const error& why,
                                          std::string_view type);
/// `account.auth_recovered`.
[[nodiscard]] records::Event recovered_event(const subject& who, const records::Incident& of, wall_time now);
/// `provider.secret_expiring` or `grant.expiring`.
[[nodiscard]] records::Event expiring_event(const subject& who, const records::Incident& of, std::string_view what,
                                            wall_time now);

} // namespace postroom::incidents
