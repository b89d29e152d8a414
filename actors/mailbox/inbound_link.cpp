#include "actors/mailbox/inbound_link.hpp"

#include "actors/bridge.hpp"
#include "actors/mailbox/stored_body.hpp"
#include "base/crypto.hpp"
#include "protocol/mime/event_data.hpp"

#include <charconv>

namespace postroom::mailbox {
namespace {

std::optional<std::uint32_t> to_number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec != std::errc{} || end == text.data())
    return std::nullopt;
  return value;
}

} // namespace

inbound_link::inbound_link(mailbox_actor owner, std::uint32_t attempt, inbound_context context, storage::store& store,
                           parsing::parse_pool& parser)
    : owner_(std::move(owner)), attempt_(attempt), context_(std::move(context)), store_(store), parser_(parser) {
}

void inbound_link::tell_owner(event_type what) {
  tell(owner_, input{attempt_, std::make_shared<event_type>(std::move(what))});
}

void inbound_link::on_connected() {
  tell_owner(event::connected{});
}

void inbound_link::on_command_done(const imap::command_outcome& outcome) {
  gathered_.outcome = outcome;
  tell_owner(std::exchange(gathered_, {}));
}

void inbound_link::on_idling() {
  tell_owner(event::idling{});
}

void inbound_link::on_closed(const error& why) {
  tell_owner(event::link_closed{why});
}

void inbound_link::on_data(const imap::response& data) {
  if (const auto* status = std::get_if<imap::status_response>(&data)) {
    if (!status->code)
      return;
    if (status->code->name == "UIDVALIDITY") {
      gathered_.validity = uid_validity{to_number(status->code->argument).value_or(0)};
      validity_ = *gathered_.validity;
    } else if (status->code->name == "UIDNEXT") {
      gathered_.uid_next = to_number(status->code->argument);
    }
  } else if (const auto* exists = std::get_if<imap::exists_data>(&data)) {
    // Servers repeat an unchanged count (Dovecot after reopening a folder); only growth calls for a look.
    if (exists->count > std::exchange(exists_, exists->count))
      tell_owner(event::folder_changed{});
  } else if (std::holds_alternative<imap::expunge_data>(data)) {
    exists_ -= exists_ > 0 ? 1 : 0;
  } else if (const auto* fetch = std::get_if<imap::fetch_data>(&data)) {
    if (fetch->body_withheld)
      gathered_.withheld.push_back(fetch->uid.value_or(message_uid{}).value);
    // Unasked FETCH data carries flags only; a listing always has a size.
    if (fetch->uid && fetch->size)
      gathered_.listed.push_back({*fetch->uid, fetch->internal_date.value_or(wall_time{}), *fetch->size, {}});
  } else if (const auto* search = std::get_if<imap::search_data>(&data)) {
    gathered_.found.insert(gathered_.found.end(), search->numbers.begin(), search->numbers.end());
  }
}

void inbound_link::stage(std::uint32_t index, std::string octets) {
  if (index == 0)
    blob_ = random_id128<blob_id>();
  if (!stager_)
    stager_ = std::make_shared<body_stager>(store_);
  stager_->stage(blob_, index, std::move(octets));
}

void inbound_link::on_body_chunk(std::uint32_t index, std::string octets) {
  stage(index, std::move(octets));
}

bool inbound_link::wants_more() {
  return !stager_ || stager_->keeps_up();
}

void inbound_link::on_message(net::fetched_message message) {
  if (message.uid.value == 0) {
    gathered_.withheld.push_back(0); // nobody can tell whose body it was
    return;
  }
  gathered_.fetched.push_back(message.uid.value);
  auto mail = std::make_shared<parsed_mail>();
  mail->uid = message.uid;
  mail->stable_id =
      mime::stable_message_id(context_.account, context_.folder, validity_, message.uid, *context_.generation);
  mail->received = message.internal_date;
  mail->bytes = message.bytes;
  if (message.chunks > 0) {
    mail->chunks = message.chunks;
    mail->blob = blob_;
    if (!message.rest.empty())
      stage(mail->chunks++, message.rest);
  } else {
    mail->blob = random_id128<blob_id>();
  }
  mail->rest = std::make_shared<const std::string>(std::move(message.rest));
  mime::message_facts facts;
  facts.tenant = context_.tenant;
  facts.account = context_.account;
  facts.folder = context_.folder;
  facts.uid_validity = validity_;
  facts.uid = message.uid;
  facts.stable_id = mail->stable_id;
  facts.received = message.internal_date;
  facts.size_bytes = message.bytes;
  facts.flags = std::move(message.flags);
  parse(std::move(mail), std::move(facts));
}

void inbound_link::parse(std::shared_ptr<parsed_mail> mail, mime::message_facts facts) {
  parsing::parse_job job;
  job.facts = std::move(facts);
  if (mail->chunks > 0)
    job.body = open_stored_body(store_, mail->blob, mail->bytes);
  else
    job.body = open_shared_body(mail->rest);
  job.done = [owner = owner_, attempt = attempt_, mail](parsing::parse_outcome outcome) {
    mail->outcome = std::move(outcome);
    tell(owner, mail_ready{attempt, mail});
  };
  if (mail->chunks > 0) {
    // The parser reads the body back from the store; what is still on its way there cannot be read.
    stager_->when_stored([owner = owner_, attempt = attempt_,
                          shared = std::make_shared<parsing::parse_job>(std::move(job))](result<void> how) {
      tell(owner, body_stored{attempt, shared, how ? std::nullopt : std::optional{how.error()}});
    });
    return;
  }
  if (auto queued = parser_.submit(std::move(job)); !queued)
    tell_owner(event::parse_failed{queued.error()});
}

} // namespace postroom::mailbox
