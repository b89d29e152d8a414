#include "api/submission.hpp"

#include "api/blocking_pool.hpp"
#include "api/chunk_source.hpp"
#include "api/message_lookup.hpp"
#include "base/ascii.hpp"
#include "base/limits.hpp"
#include "protocol/mime/raw_submission.hpp"

#include <algorithm>
#include <set>

namespace postroom::api {
namespace {

/// Ours for ever, whatever the application called it: searching Sent for it must find this mail and no other.
std::string draw_message_id(const std::string& sender) {
  const auto domain = sender.substr(sender.rfind('@') + 1);
  // Ids stay ASCII: servers search for them as such.
  return random_uuid() + "@" + (mime::needs_utf8(domain) ? "postroom.invalid" : domain);
}

std::optional<problem> check_sender(const mime::address& from, const records::Account& account) {
  if (ascii_lower(from.address) == ascii_lower(account.email()))
    return {};
  return problem{fail(errc::forbidden, "this account sends as " + account.email() + ", not as the address in from"),
                 {},
                 {{"from", "must be the account's own address " + account.email()}}};
}

/// Each address once, in the order of the mail.
std::vector<std::string> recipients_of(std::initializer_list<const std::vector<mime::address>*> lists) {
  std::vector<std::string> out;
  std::set<std::string> seen;
  for (const auto* list : lists)
    for (const auto& each : *list)
      if (!each.address.empty() && seen.insert(ascii_lower(each.address)).second)
        out.push_back(each.address);
  return out;
}

std::optional<problem> check_recipients(const std::vector<std::string>& recipients) {
  std::vector<storage::field_problem> wrong;
  if (recipients.empty())
    wrong.push_back({"to", "needs at least one recipient, here or in cc or bcc"});
  if (recipients.size() > limits::smtp_recipients_max)
    wrong.push_back(
        {"to", "has more than " + std::to_string(limits::smtp_recipients_max) + " recipients with cc and bcc"});
  for (const auto& each : recipients)
    if (auto why = mime::problem_of_address(each))
      wrong.push_back({"to", "recipient '" + each.substr(0, limits::mime_word_bytes_max) + "' " + *why});
  return wrong.empty() ? std::nullopt : std::optional{invalid(std::move(wrong))};
}

std::shared_ptr<records::OutboxMail> record_of(const records::Account& account, const std::string& message_id,
                                               const std::string& subject, const std::vector<std::string>& recipients,
                                               const body_intake& body) {
  auto record = std::make_shared<records::OutboxMail>();
  record->set_message_id(message_id);
  record->set_mail_from(account.email());
  record->set_subject(subject.substr(0, limits::mime_header_value_bytes_max));
  bool utf8 = mime::needs_utf8(account.email());
  for (const auto& each : recipients) {
    record->add_recipients()->set_address(each);
    utf8 = utf8 || mime::needs_utf8(each);
  }
  record->set_utf8(utf8);
  record->set_size(body.bytes());
  record->set_blob(body.blob().bytes.data(), body.blob().bytes.size());
  record->set_chunks(body.chunks());
  return record;
}

blob_id blob_of(const std::string& bytes) {
  blob_id id;
  if (bytes.size() == id.bytes.size())
    std::ranges::copy(bytes, id.bytes.begin());
  return id;
}

/// Fills in what the wish refers to: the uploads.
awaitable<std::optional<problem>> attach_uploads(const services& world, const request& what, mail_wish& wish) {
  std::vector<storage::field_problem> wrong;
  for (std::size_t i = 0; i < wish.attachments.size(); ++i) {
    const auto& each = wish.attachments[i];
    const auto upload = co_await find_upload(world, what.tenant, each.upload);
    if (!upload && upload.error().code != errc::not_found)
      co_return problem{upload.error()};
    if (!upload) {
      wrong.push_back({"attachments[" + std::to_string(i) + "].upload", upload.error().detail});
      continue;
    }
    mime::outgoing_attachment made;
    made.filename = each.filename.value_or(upload->filename());
    made.content_type = each.content_type.value_or(upload->content_type());
    made.content_id = each.content_id;
    made.disposition = each.embedded ? mime::disposition::embedded : mime::disposition::attachment;
    made.content =
        std::make_shared<chunk_source>(world.store, blob_of(upload->blob()), upload->chunks(), upload->size());
    wish.message.attachments.push_back(std::move(made));
  }
  co_return wrong.empty() ? std::nullopt : std::optional{invalid(std::move(wrong))};
}

/// The received messages that it answers or passes on.
awaitable<std::optional<problem>> take_references(const services& world, const request& what,
                                                  const records::Account& account, mail_wish& wish) {
  const account_id of{account.id()};
  if (!wish.reply_to_message.empty()) {
    const auto found = co_await find_message(world, what.tenant, of, message_id{wish.reply_to_message});
    if (!found)
      co_return problem{found.error(), {}, {{"reply.message", found.error().detail}}};
    make_reply(wish, found->data(), account.email());
  }
  if (wish.forwarded_message.empty())
    co_return std::nullopt;
  const auto found = co_await find_message(world, what.tenant, of, message_id{wish.forwarded_message});
  if (!found)
    co_return problem{found.error(), {}, {{"forward.message", found.error().detail}}};
  if (found->blob().empty())
    co_return problem{fail(errc::body_gone, "the message to be forwarded is no longer stored")};
  make_forward(wish, found->data());
  mime::outgoing_attachment original;
  original.filename = "forwarded.eml";
  original.content_type = "message/rfc822";
  original.content =
      std::make_shared<chunk_source>(world.store, blob_of(found->blob()), found->chunks(), found->size());
  wish.message.attachments.push_back(std::move(original));
  co_return std::nullopt;
}

std::optional<problem> check_mail(const mail_wish& wish) {
  std::vector<storage::field_problem> wrong;
  for (auto& each : mime::check(wish.message))
    wrong.push_back({std::move(each.field), std::move(each.problem)});
  std::uint64_t bytes = 0;
  for (const auto& each : wish.message.attachments)
    bytes += each.content->size();
  if (bytes > limits::submission_bytes_max)
    return problem{fail(errc::too_large,
                        "the attachments hold more than " + std::to_string(limits::submission_bytes_max) + " bytes")};
  return wrong.empty() ? std::nullopt : std::optional{invalid(std::move(wrong))};
}

using written = result<mime::composed>;

/// Mails without attachments are short and written at once; others read from the store, on a thread that may wait.
awaitable<written> write_mail(request& what, std::shared_ptr<const mime::outgoing_message> message,
                              std::shared_ptr<body_intake> body) {
  if (message->attachments.empty()) {
    gathering_sink sink{*body};
    auto done = mime::compose(*message, sink);
    if (!done)
      co_return done.error();
    const auto kept = co_await body->finish();
    co_return kept ? done : written{kept.error()};
  }
  auto& pool = what.server->compositions;
  std::function<void(storage::completion<written>)> start = [&pool, message, body](storage::completion<written> done) {
    const auto queued = pool.run([message, body, done] {
      intake_sink sink{*body};
      auto made = mime::compose(*message, sink);
      if (made)
        if (const auto kept = body->finish_blocking(); !kept)
          made = kept.error();
      done(std::move(made));
    });
    if (!queued)
      done(queued.error());
  };
  co_return co_await completed<written>(std::move(start));
}

} // namespace

awaitable<ready_or_problem> compose_mail(const services& world, request& what, const records::Account& account,
                                         mail_wish wish) {
  auto& mail = wish.message;
  if (!wish.names_sender)
    mail.from = {account.name(), account.email()};
  if (auto wrong = check_sender(mail.from, account))
    co_return std::move(*wrong);
  // The application's own attachments first, so that a complaint names them by its own count.
  if (auto wrong = co_await attach_uploads(world, what, wish))
    co_return std::move(*wrong);
  if (auto wrong = co_await take_references(world, what, account, wish))
    co_return std::move(*wrong);
  const auto recipients = recipients_of({&mail.to, &mail.cc, &wish.bcc});
  if (auto wrong = check_mail(wish))
    co_return std::move(*wrong);
  if (auto wrong = check_recipients(recipients))
    co_return std::move(*wrong);
  mail.message_id = draw_message_id(account.email());
  mail.date = world.time.now();
  const auto subject = mail.subject;
  const auto message_id = mail.message_id;
  const auto in_reply_to = mail.in_reply_to;
  auto body = std::make_shared<body_intake>(world.store);
  const auto made = co_await write_mail(what, std::make_shared<const mime::outgoing_message>(std::move(mail)), body);
  if (!made)
    co_return problem{made.error()};
  auto record = record_of(account, message_id, subject, recipients, *body);
  record->set_in_reply_to(in_reply_to);
  record->set_eight_bit(made->eight_bit);
  record->set_utf8(record->utf8() || made->utf8);
  co_return ready_mail{std::move(record), body->take_small(), wish.hold};
}

awaitable<ready_or_problem> take_raw_mail(const services& world, request& what, const records::Account& account,
                                          sha256_stream* digest) {
  const auto message_id = draw_message_id(account.email());
  body_intake body{world.store};
  gathering_sink sink{body};
  mime::raw_submission mail{message_id, world.time.now(), sink};
  while (true) {
    const auto piece = co_await what.incoming->next();
    if (!piece)
      co_return problem{piece.error()};
    if (!*piece)
      break;
    if (digest)
      digest->add(**piece);
    if (const auto fed = mail.feed(**piece); !fed)
      co_return problem{fed.error()};
    if (const auto kept = co_await body.flush(); !kept)
      co_return problem{kept.error()};
  }
  const auto facts = mail.finish();
  if (!facts)
    co_return problem{facts.error()};
  const auto kept = co_await body.finish();
  if (!kept)
    co_return problem{kept.error()};
  if (auto wrong = check_sender(facts->from.empty() ? mime::address{} : facts->from.front(), account))
    co_return std::move(*wrong);
  const auto recipients = recipients_of({&facts->to, &facts->cc, &facts->bcc});
  if (auto wrong = check_recipients(recipients))
    co_return std::move(*wrong);
  auto record = record_of(account, message_id, facts->subject, recipients, body);
  record->set_eight_bit(facts->eight_bit);
  record->set_utf8(record->utf8() || facts->utf8);
  co_return ready_mail{std::move(record), body.take_small(), false};
}

} // namespace postroom::api
