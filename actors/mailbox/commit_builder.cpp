#include "actors/mailbox/commit_builder.hpp"

#include "base/crypto.hpp"
#include "protocol/mime/event_data.hpp"
#include "storage/directory.hpp"
#include "storage/keys.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace postroom::mailbox {
namespace {

std::string_view view_of(const mime::message_fingerprint& fingerprint) {
  return {reinterpret_cast<const char*>(fingerprint.data()), fingerprint.size()};
}

} // namespace

commit_builder::commit_builder(const commit_context& context, uid_validity validity, revision cursor_revision,
                               wall_time now)
    : context_(context), validity_(validity), cursor_revision_(cursor_revision), now_(now) {
  batch_.id = random_id128<batch_id>();
  batch_.relies_on.push_back(context.fence);
}

void commit_builder::add(const parsed_mail& mail) {
  if (const auto* facts = std::get_if<parsing::parsed_facts>(&mail.outcome))
    add_message(mail, *facts, true);
  else if (const auto* refused = std::get_if<parsing::quarantined>(&mail.outcome))
    add_quarantined(mail, refused->reason);
}

void commit_builder::add_known(const parsed_mail& mail) {
  if (const auto* facts = std::get_if<parsing::parsed_facts>(&mail.outcome))
    add_message(mail, *facts, false);
}

void commit_builder::add_message(const parsed_mail& mail, const parsing::parsed_facts& facts, bool announce) {
  add_body(mail);
  auto record = record_of(mail);
  record.set_fingerprint(facts.fingerprint.data(), facts.fingerprint.size());
  record.set_data(facts.event_data);
  const auto shard = context_.fence.shard;
  push(storage::put_of(storage::keys::message(context_.tenant, context_.account, mail.stable_id), record, shard),
       facts.event_data.size() + 200);
  push(storage::put{storage::keys::by_received(context_.tenant, context_.account, to_ms(mail.received), mail.stable_id),
                    {},
                    shard,
                    {}},
       100);
  push(storage::put{storage::keys::by_fingerprint(context_.tenant, context_.account, view_of(facts.fingerprint)),
                    mail.stable_id.str(),
                    shard,
                    {}},
       100);
  if (!announce)
    return;
  add_event(mail.stable_id.str() + ".received", "message.received", mail.stable_id, facts.event_data);
  add_contact(facts.first_from);
  ++announced_;
}

void commit_builder::add_quarantined(const parsed_mail& mail, const std::string& reason) {
  if (mail.rest)
    add_body(mail);
  auto record = record_of(mail);
  record.set_quarantined(true);
  record.set_reason(reason);
  push(storage::put_of(storage::keys::quarantined(context_.tenant, context_.account, mail.stable_id), record,
                       context_.fence.shard),
       300);
  boost::json::object data{
      {"account", context_.account.str()},
      {"folder", context_.folder},
      {"uid", mail.uid.value},
      {"uid_validity", validity_.value},
      {"message_id", mail.stable_id.str()},
      {"size", mail.bytes},
      {"raw_available", mail.rest != nullptr},
      {"code", to_string(errc::message_quarantined)},
      {"reason", reason},
      {"remedy", remedy(errc::message_quarantined)},
  };
  add_event(mail.stable_id.str() + ".quarantined", "message.quarantined", mail.stable_id, boost::json::serialize(data));
  ++quarantined_;
}

void commit_builder::add_unfetchable(message_uid uid, std::uint32_t generation) {
  parsed_mail mail;
  mail.uid = uid;
  mail.stable_id = mime::stable_message_id(context_.account, context_.folder, validity_, uid, generation);
  mail.received = now_;
  add_quarantined(mail, "the server lists this message but does not hand it out");
}

storage::batch commit_builder::finish(const position& where) {
  push(storage::put_of(storage::keys::cursor(context_.tenant, context_.account, context_.folder),
                       to_record(context_, where, now_), context_.fence.shard, cursor_revision_),
       100);
  return std::move(batch_);
}

void commit_builder::add_body(const parsed_mail& mail) {
  storage::reference_body reference{mail.blob, mail.chunks, {}};
  // Only what is not staged yet comes along; a body of one staged piece would be replaced by its empty rest.
  const bool whole = mail.chunks == 0;
  if (whole) {
    reference.chunks = 1;
    reference.inline_chunk = *mail.rest;
  }
  push(std::move(reference), whole ? mail.rest->size() : 0);
}

records::Message commit_builder::record_of(const parsed_mail& mail) const {
  records::Message record;
  record.set_id(mail.stable_id.str());
  record.set_tenant(context_.tenant.str());
  record.set_account(context_.account.str());
  record.set_folder(context_.folder);
  record.set_uid_validity(validity_.value);
  record.set_uid(mail.uid.value);
  record.set_received_ms(to_ms(mail.received));
  record.set_size(mail.bytes);
  record.set_stored_ms(to_ms(now_));
  if (mail.rest) {
    record.set_blob(mail.blob.bytes.data(), mail.blob.bytes.size());
    record.set_chunks(std::max<std::uint32_t>(mail.chunks, 1));
  }
  return record;
}

void commit_builder::add_event(std::string id, std::string type, const message_id& subject, std::string data) {
  records::Event event;
  event.set_id(std::move(id));
  event.set_type(std::move(type));
  event.set_source("/tenants/" + context_.tenant.str() + "/accounts/" + context_.account.str());
  event.set_subject(subject.str());
  event.set_time_ms(to_ms(now_));
  event.set_data(std::move(data));
  auto bytes = event.SerializeAsString();
  const auto size = bytes.size();
  push(storage::append{storage::keys::stream_of(context_.tenant), std::move(bytes)}, size);
}

void commit_builder::add_contact(const mime::address& from) {
  if (context_.list.empty() || from.address.empty())
    return;
  auto key = storage::keys::contact(context_.tenant, context_.list, from.address);
  if (!contacts_.insert(key.key).second)
    return;
  records::Contact contact;
  contact.set_tenant(context_.tenant.str());
  contact.set_list(context_.list.str());
  contact.set_address(from.address);
  contact.set_name(from.name);
  contact.set_account(context_.account.str());
  contact.set_created_ms(to_ms(now_));
  push(storage::put_if_absent{std::move(key), contact.SerializeAsString(), context_.fence.shard}, 200);
}

void commit_builder::push(storage::operation what, std::size_t bytes) {
  batch_.operations.push_back(std::move(what));
  bytes_ += bytes;
}

records::Cursor to_record(const commit_context& context, const position& where, wall_time now) {
  records::Cursor cursor;
  cursor.set_account(context.account.str());
  cursor.set_folder(context.folder);
  cursor.set_uid_validity(where.validity.value);
  cursor.set_last_uid(where.last_uid.value);
  cursor.set_caught_up(where.caught_up);
  cursor.set_remap_until_uid(where.remap_until.value);
  cursor.set_announce_since_ms(to_ms(where.announce_since));
  cursor.set_updated_ms(to_ms(now));
  cursor.set_host(context.names.host);
  cursor.set_address(context.names.address);
  cursor.set_user(context.names.user);
  cursor.set_generation(where.generation);
  return cursor;
}

position from_record(const records::Cursor& stored) {
  position where;
  where.validity = uid_validity{stored.uid_validity()};
  where.last_uid = message_uid{stored.last_uid()};
  where.caught_up = stored.caught_up();
  where.remap_until = message_uid{stored.remap_until_uid()};
  where.announce_since = wall_time{std::chrono::milliseconds{stored.announce_since_ms()}};
  where.generation = stored.generation();
  return where;
}

kinship kinship_of(const records::Cursor& stored, const mailbox_names& now) {
  if (stored.host().empty())
    return kinship::same;
  const auto is_name = [&](const std::string& name) {
    return !name.empty() && (name == now.address || name == now.user || name == now.upn);
  };
  if (!is_name(stored.address()) && !is_name(stored.user()))
    return kinship::other;
  if (stored.host() != now.host)
    return kinship::moved;
  return stored.user() == now.user ? kinship::same : kinship::renamed;
}

} // namespace postroom::mailbox
