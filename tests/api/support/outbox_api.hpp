#pragma once

#include "protocol/mime/parsed_message.hpp"
#include "tests/api/support/running_api.hpp"

#include "records.pb.h"

#include <optional>
#include <string>

namespace postroom::api::test {

/// The tenant `acme` with the account `support` (support@contoso.example), which is switched off: mails are taken in
/// and wait.
class outbox_api : public running_api {
protected:
  void SetUp() override;

  /// A mail that nothing is wrong with.
  [[nodiscard]] static boost::json::object sample();
  answer submit(const boost::json::object& mail, const std::map<std::string, std::string>& headers = {});
  /// A whole mail.
  answer submit_raw(const std::string& mail, std::map<std::string, std::string> headers = {});
  /// The id of a new upload.
  std::string upload(const std::string& content, const std::string& filename, const std::string& type);
  /// A received message as a mailbox commits it.
  void receive(const std::string& id, const std::string& raw, const std::string& account = "support");

  /// What became of a mail that was accepted: its record, its octets as they will be sent, and what they say.
  [[nodiscard]] records::OutboxMail record_of(const answer& accepted);
  [[nodiscard]] std::string octets_of(const answer& accepted);
  [[nodiscard]] mime::parsed_message message_of(const answer& accepted);
  /// One part of it, decoded.
  [[nodiscard]] std::string part_of(const answer& accepted, const std::string& part);
  /// Records of a space.
  [[nodiscard]] std::size_t count(storage::space where);
  /// Bodies in the store that nothing refers to; they are gone then.
  [[nodiscard]] std::size_t collect();
  [[nodiscard]] std::vector<std::string> envelope_of(const answer& accepted);

  const std::string account = "/v1/tenants/acme/accounts/support";
  const std::string outbox = account + "/outbox";
  const std::string uploads = "/v1/tenants/acme/uploads";
  std::optional<client> writer;
};

/// Whether one of a problem's `errors` names `field` and holds `words`.
[[nodiscard]] bool complains(const answer& problem, const std::string& field, const std::string& words = {});

} // namespace postroom::api::test
