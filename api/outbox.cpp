#include "actors/outbox/view.hpp"
#include "api/objects.hpp"
#include "api/outbox_requests.hpp"
#include "api/submission.hpp"
#include "base/ascii.hpp"

#include <array>

namespace postroom::api {
namespace {

using namespace std::chrono_literals;

/// Until a mail is stored, or a change of one: commits wait for the disk and for those before them.
constexpr std::chrono::milliseconds commit_wait = 25s;
/// Records looked at for one page, whatever the filter leaves of them.
constexpr std::size_t scanned_max = 2000;
constexpr std::size_t key_bytes_max = 255;

std::optional<problem> check_key(const std::string& key) {
  const bool printable = std::ranges::all_of(key, [](char c) { return c > 0x20 && c < 0x7f; });
  if (key.size() <= key_bytes_max && printable)
    return {};
  return problem{fail(errc::invalid_argument, "an Idempotency-Key has 1 to 255 visible ASCII characters")};
}

awaitable<result<records::Account>> account_of(const services& world, const request& what) {
  const account_id id{what.param("account")};
  auto found = co_await fetch_existing<records::Account>(world.store, storage::keys::account(what.tenant, id),
                                                         "account '" + id.str() + "'");
  if (!found)
    co_return found.error();
  co_return std::move(found->value);
}

/// All of a JSON body; the stream itself is open to larger ones.
awaitable<result<std::string>> read_json(request& what) {
  std::string document;
  while (true) {
    const auto piece = co_await what.incoming->next();
    if (!piece)
      co_return piece.error();
    if (!*piece)
      co_return document;
    document += **piece;
    if (document.size() > limits::http_json_body_bytes_max)
      co_return fail(errc::too_large, "the body is larger than " + std::to_string(limits::http_json_body_bytes_max) +
                                          " bytes; upload attachments, or send the mail as message/rfc822");
  }
}

/// In lower case, without parameters (RFC 9110 §8.3.1).
std::string media_type(const std::string& header) {
  auto type = header.substr(0, header.find(';'));
  type.erase(type.find_last_not_of(" \t") + 1);
  return ascii_lower(type);
}

awaitable<ready_or_problem> read_mail(const services& world, request& what, const records::Account& account,
                                      sha256_stream* digest) {
  const auto type = media_type(what.content_type);
  if (type == "message/rfc822") {
    if (digest)
      digest->add("rfc822;");
    co_return co_await take_raw_mail(world, what, account, digest);
  }
  if (type != "application/json")
    co_return problem{fail(errc::invalid_argument, "the body must be application/json or message/rfc822"), 415};
  const auto document = co_await read_json(what);
  if (!document)
    co_return problem{document.error()};
  if (digest) {
    digest->add("json;");
    digest->add(*document);
  }
  auto wish = read_mail_wish(*document);
  if (!wish)
    co_return wish.error();
  co_return co_await compose_mail(world, what, account, std::move(*wish));
}

struct mail_and_queue {
  records::OutboxMail mail;
  std::uint64_t in_flight = 0;
};

result<mail_and_queue> read_one(const storage::snapshot& view, const tenant_id& tenant, const account_id& account,
                                const std::string& id) {
  const auto missing = fail(errc::not_found, "there is no mail '" + id + "' in the outbox of this account");
  auto got = view.get(storage::keys::outbox_mail(tenant, account, outbox::seq_of_id(id)));
  if (!got)
    return got.error();
  if (!*got)
    return missing;
  auto mail = storage::decode<records::OutboxMail>(std::move(**got));
  if (!mail)
    return mail.error();
  if (mail->value.id() != id)
    return missing;
  mail_and_queue out{std::move(mail->value), 0};
  auto counts = view.get(storage::keys::outbox(tenant, account));
  if (!counts)
    return counts.error();
  if (*counts)
    if (const auto decoded = storage::decode<records::Outbox>(std::move(**counts)))
      out.in_flight = decoded->value.in_flight();
  return out;
}

response show(const records::OutboxMail& mail, unsigned status, bool with_history) {
  auto shown = outbox::describe(mail);
  if (with_history)
    shown["history"] = outbox::describe_history(mail);
  return answer_json(boost::json::serialize(shown), status);
}

response accepted(const records::OutboxMail& mail, bool repeated, const request& what) {
  auto out = show(mail, 202, false);
  out.headers.emplace_back("Location", location_of(what, mail.id()));
  if (repeated)
    out.headers.emplace_back("Idempotency-Replayed", "true");
  return out;
}

std::string key_of(const request& what, const account_id& account) {
  return std::string{as_view(sha256("outbox/" + account.str() + "/" + what.idempotency_key))};
}

/// The mail accepted under this key for the same request, when that can no longer be made: what it refers to may be
/// gone, since uploads expire before keys do.
awaitable<std::optional<response>> accepted_before(const services& world, const request& what,
                                                   const account_id& account, std::string digest) {
  if (what.idempotency_key.empty())
    co_return std::nullopt;
  const auto known = co_await fetch<records::IdempotentAnswer>(
      world.store, storage::keys::idempotency(what.tenant, key_of(what, account)));
  if (!known || !*known || (*known)->value.digest() != digest)
    co_return std::nullopt;
  std::function<result<mail_and_queue>(const storage::snapshot&)> look = [&](const storage::snapshot& view) {
    return read_one(view, what.tenant, account, (*known)->value.object());
  };
  const auto mail = co_await on_snapshot(world.store, std::move(look));
  if (!mail)
    co_return std::nullopt;
  co_return accepted(mail->mail, true, what);
}

awaitable<response> submit(const services& world, request& what) {
  if (const auto known = only_parameters(what, {}); !known)
    co_return refuse(known.error());
  if (auto wrong = check_key(what.idempotency_key); wrong && !what.idempotency_key.empty())
    co_return refuse(std::move(*wrong));
  const auto account = co_await account_of(world, what);
  if (!account)
    co_return refuse(account.error());
  std::optional<sha256_stream> digest; // only a key has a use for it
  if (!what.idempotency_key.empty())
    digest.emplace();
  auto ready = co_await read_mail(world, what, *account, digest ? &*digest : nullptr);
  const std::string request_digest{digest ? as_view(digest->finish()) : std::string_view{}};
  if (!ready) {
    auto before = co_await accepted_before(world, what, account_id{account->id()}, request_digest);
    co_return before ? std::move(*before) : refuse(ready.error());
  }
  submit_mail wish{what.tenant, account_id{account->id()}, ready->record, ready->body, ready->hold, {}, {}};
  if (!what.idempotency_key.empty()) {
    wish.idempotency_key = key_of(what, wish.account);
    wish.request_digest = request_digest;
  }
  auto done = co_await ask<mail_answer>(world.actors, world.gateway, commit_wait, std::move(wish));
  if (!done)
    co_return refuse(done.error());
  co_return accepted(*done->mail, done->repeated, what);
}

struct page {
  boost::json::array items;
  boost::json::value next;
};

/// Mails in the order of their seq, from one on; those in `state` only, if one is named.
result<page> read_page(const storage::snapshot& view, const tenant_id& tenant, const account_id& account,
                       std::uint64_t after, std::size_t limit, const std::string& state) {
  page out;
  std::uint64_t in_flight = 0;
  if (auto counts = view.get(storage::keys::outbox(tenant, account)); counts && *counts) {
    const auto decoded = storage::decode<records::Outbox>(std::move(**counts));
    in_flight = decoded ? decoded->value.in_flight() : 0;
  }
  auto range = storage::prefix_range(storage::keys::outbox_mails(tenant, account));
  range.first = storage::keys::outbox_mail(tenant, account, after + 1).key;
  for (std::size_t scanned = 0; scanned < scanned_max;) {
    const auto wanted = std::min(limit + 1, scanned_max - scanned);
    auto found = view.scan(storage::space::outbox, range, wanted);
    if (!found)
      return found.error();
    scanned += found->size();
    for (auto& each : *found) {
      range.first = each.key + '\0';
      auto mail = storage::decode<records::OutboxMail>(std::move(each));
      if (!mail)
        return mail.error();
      if (out.items.size() == limit)
        return out; // there is at least this one more
      out.next = std::to_string(mail->value.seq());
      if (state.empty() || state == outbox::state_of(mail->value, in_flight))
        out.items.push_back(outbox::describe(mail->value, in_flight));
    }
    if (found->size() < wanted) {
      out.next = nullptr;
      return out;
    }
  }
  return out;
}

awaitable<response> list_mails(const services& world, request& what) {
  if (const auto known = only_parameters(what, {"limit", "after", "state"}); !known)
    co_return refuse(known.error());
  const auto limit = number_of(what, "limit", 100, 1, limits::page_items_max);
  const auto after = number_of(what, "after", 0, 0, std::numeric_limits<std::int64_t>::max());
  if (!limit || !after)
    co_return refuse(!limit ? limit.error() : after.error());
  constexpr std::array<std::string_view, 8> states{"",     "queued", "sending", "deferred",
                                                   "held", "sent",   "failed",  "cancelled"};
  const auto state = what.query.contains("state") ? what.query["state"] : std::string{};
  if (std::ranges::find(states, state) == states.end())
    co_return refuse(fail(errc::invalid_argument,
                          "the parameter state must be queued, sending, deferred, held, sent, failed or cancelled"));
  const auto account = co_await account_of(world, what);
  if (!account)
    co_return refuse(account.error());
  std::function<result<page>(const storage::snapshot&)> look = [&](const storage::snapshot& view) {
    return read_page(view, what.tenant, account_id{account->id()}, *after, *limit, state);
  };
  auto found = co_await on_snapshot(world.store, std::move(look));
  if (!found)
    co_return refuse(found.error());
  boost::json::object document{{"items", std::move(found->items)}, {"next", std::move(found->next)}};
  co_return answer_json(boost::json::serialize(document));
}

awaitable<response> get_mail(const services& world, request& what) {
  std::function<result<mail_and_queue>(const storage::snapshot&)> look = [&](const storage::snapshot& view) {
    return read_one(view, what.tenant, account_id{what.param("account")}, what.param("mail"));
  };
  const auto found = co_await on_snapshot(world.store, std::move(look));
  if (!found)
    co_return refuse(found.error());
  auto shown = outbox::describe(found->mail, found->in_flight);
  shown["history"] = outbox::describe_history(found->mail);
  co_return answer_json(boost::json::serialize(shown));
}

template <mail_action Action>
awaitable<response> change_mail_by(const services& world, request& what) {
  const change_mail wish{what.tenant, account_id{what.param("account")}, what.param("mail"), Action};
  const auto done = co_await ask<mail_answer>(world.actors, world.gateway, commit_wait, wish);
  co_return done ? show(*done->mail, 200, true) : refuse(done.error());
}

awaitable<response> get_counts(const services& world, request& what) {
  const auto account = co_await account_of(world, what);
  if (!account)
    co_return refuse(account.error());
  auto counts =
      co_await fetch<records::Outbox>(world.store, storage::keys::outbox(what.tenant, account_id{account->id()}));
  if (!counts)
    co_return refuse(counts.error());
  co_return answer_json(boost::json::serialize(outbox::describe(*counts ? (*counts)->value : records::Outbox{})));
}

constexpr std::array routes{
    route{method::post, "/v1/accounts/{account}/outbox", access::write, submit, true, false,
          limits::submission_bytes_max},
    route{method::get, "/v1/accounts/{account}/outbox", access::read, list_mails},
    route{method::get, "/v1/accounts/{account}/outbox/{mail}", access::read, get_mail},
    route{method::post, "/v1/accounts/{account}/outbox/{mail}/cancel", access::write,
          change_mail_by<mail_action::cancel>},
    route{method::post, "/v1/accounts/{account}/outbox/{mail}/hold", access::write, change_mail_by<mail_action::hold>},
    route{method::post, "/v1/accounts/{account}/outbox/{mail}/release", access::write,
          change_mail_by<mail_action::release>},
    route{method::post, "/v1/accounts/{account}/outbox/{mail}/requeue", access::write,
          change_mail_by<mail_action::requeue>},
    route{method::get, "/v1/accounts/{account}/outbox-counts", access::read, get_counts},
};

} // namespace

std::span<const route> outbox_routes() {
  return routes;
}

} // namespace postroom::api
