#include "api/attachment_names.hpp"
#include "api/cloud_event.hpp"
#include "api/extraction.hpp"
#include "api/message_lookup.hpp"
#include "api/objects.hpp"

#include <algorithm>
#include <array>

namespace postroom::api {
namespace {

/// Messages of one page; each brings its subject, addresses and attachments.
constexpr std::size_t messages_page_max = 200;
constexpr std::size_t messages_page_default = 50;

boost::json::object message_json(const records::Message& of) {
  boost::json::object out{
      {"id", of.id()},
      {"account", of.account()},
      {"folder", of.folder()},
      {"uid", of.uid()},
      {"uid_validity", of.uid_validity()},
      {"received", time_json(of.received_ms())},
      {"stored", time_json(of.stored_ms())},
      {"size", of.size()},
      {"raw_available", !of.blob().empty()},
      {"quarantined", of.quarantined()},
  };
  if (of.quarantined())
    out["reason"] = of.reason();
  return out;
}

std::string with_summary(const records::Message& of) {
  auto document = boost::json::serialize(message_json(of));
  const auto members = of.data().empty() ? std::string{} : summary_members(of.data());
  document.insert(document.size() - 1, members);
  return document;
}

std::string page_json(const message_page& page) {
  std::string out = R"({"items":[)";
  for (const auto& each : page.items)
    out.append(&each == &page.items.front() ? "" : ",").append(with_summary(each));
  out.append("],\"next\":");
  return out.append(page.next.empty() ? "null" : boost::json::serialize(boost::json::value(page.next))).append("}");
}

using reader = awaitable<result<message_page>> (*)(const services&, tenant_id, account_id, std::string, std::size_t);

template <reader Read>
awaitable<response> list_messages(const services& world, request& what) {
  if (const auto known = only_parameters(what, {"limit", "after"}); !known)
    co_return refuse(known.error());
  const auto limit = number_of(what, "limit", messages_page_default, 1, messages_page_max);
  if (!limit)
    co_return refuse(limit.error());
  const account_id account{what.param("account")};
  const auto exists = co_await fetch_existing<records::Account>(
      world.store, storage::keys::account(what.tenant, account), "account '" + account.str() + "'");
  if (!exists)
    co_return refuse(exists.error());
  const std::string after = what.query.contains("after") ? what.query["after"] : std::string{};
  const auto page = co_await Read(world, what.tenant, account, after, *limit);
  co_return page ? answer_json(page_json(*page)) : refuse(page.error());
}

awaitable<result<records::Message>> message_of(const services& world, const request& what) {
  std::optional<account_id> account;
  if (const auto named = what.query.find("account"); named != what.query.end()) {
    if (!is_valid_id(named->second))
      co_return fail(errc::invalid_argument, "the parameter account is not an id");
    account = account_id{named->second};
  }
  co_return co_await find_message(world, what.tenant, account, message_id{what.param("message")});
}

awaitable<response> get_message(const services& world, request& what) {
  const auto found = co_await message_of(world, what);
  if (!found)
    co_return refuse(found.error());
  auto document = boost::json::serialize(message_json(*found));
  co_return answer_json(with_member(std::move(document), "data", found->data().empty() ? "null" : found->data()));
}

result<stored_mail> body_of_message(const records::Message& of) {
  stored_mail mail{{}, of.chunks(), of.size()};
  if (of.blob().size() != mail.blob.bytes.size())
    return fail(errc::body_gone, "the stored copy of this message was collected");
  std::ranges::copy(of.blob(), mail.blob.bytes.begin());
  return mail;
}

/// A raw mail, chunk by chunk from the store.
class raw_body final : public piecewise_body {
public:
  raw_body(storage::store& store, const stored_mail& mail, std::string first)
      : store_(store), mail_(mail), first_(std::move(first)) {}

  awaitable<result<std::optional<std::string>>> next() override {
    if (index_ >= mail_.chunks)
      co_return std::optional<std::string>{};
    if (index_++ == 0)
      co_return std::optional{std::move(first_)};
    auto chunk = co_await read_chunk(store_, mail_.blob, index_ - 1);
    if (chunk && !*chunk)
      co_return fail(errc::body_gone, "the stored copy was collected meanwhile");
    co_return chunk;
  }

private:
  storage::store& store_;
  stored_mail mail_;
  std::string first_;
  std::uint32_t index_ = 0;
};

awaitable<response> get_raw(const services& world, request& what) {
  const auto found = co_await message_of(world, what);
  if (!found)
    co_return refuse(found.error());
  const auto mail = body_of_message(*found);
  if (!mail)
    co_return refuse(mail.error());
  // The first chunk tells whether the body is still there while an error can still be answered.
  auto first = co_await read_chunk(world.store, mail->blob, 0);
  if (!first)
    co_return refuse(first.error());
  if (!*first || (*first)->empty())
    co_return refuse(fail(errc::body_gone, "the stored copy of this message was collected"));
  response out;
  out.content_type = "message/rfc822";
  out.headers.emplace_back("Content-Disposition", attachment_disposition(found->id() + ".eml"));
  out.length = mail->bytes;
  out.body = std::make_unique<raw_body>(world.store, *mail, std::move(**first));
  co_return out;
}

using piece = result<std::optional<std::string>>;

awaitable<piece> take_piece(std::shared_ptr<extracted_part> from) {
  std::function<void(storage::completion<piece>)> start = [from = std::move(from)](storage::completion<piece> done) {
    from->take(std::move(done));
  };
  return completed<piece>(std::move(start));
}

class part_body final : public piecewise_body {
public:
  part_body(std::shared_ptr<extracted_part> from, std::optional<std::string> first)
      : from_(std::move(from)), first_(std::move(first)) {}

  awaitable<piece> next() override {
    if (first_)
      co_return std::exchange(first_, {});
    if (ended_)
      co_return std::optional<std::string>{};
    auto got = co_await take_piece(from_);
    ended_ = !got || !*got;
    co_return got;
  }

private:
  std::shared_ptr<extracted_part> from_;
  std::optional<std::string> first_;
  bool ended_ = false;
};

awaitable<response> get_attachment(const services& world, request& what) {
  const auto found = co_await message_of(world, what);
  if (!found)
    co_return refuse(found.error());
  const auto part = what.param("part");
  const auto facts = find_attachment(found->data(), part);
  if (!facts)
    co_return refuse(fail(errc::not_found, "the message has no attachment '" + part + "'"));
  const auto mail = body_of_message(*found);
  if (!mail)
    co_return refuse(mail.error());
  const auto started = what.server->extractions.start(world.store, *mail, part);
  if (!started)
    co_return refuse(started.error());
  auto first = co_await take_piece(*started);
  if (!first)
    co_return refuse(first.error());
  response out;
  out.content_type = safe_content_type(facts->content_type);
  out.headers.emplace_back("Content-Disposition", attachment_disposition(facts->filename));
  // Nothing in a mail may run in the name of this server.
  out.headers.emplace_back("Content-Security-Policy", "sandbox; default-src 'none'");
  if (*first)
    out.body = std::make_unique<part_body>(*started, std::move(*first));
  co_return out;
}

constexpr std::array routes{
    route{method::get, "/v1/accounts/{account}/messages", access::read, list_messages<page_by_received>},
    route{method::get, "/v1/accounts/{account}/quarantine", access::read, list_messages<page_of_quarantine>},
    route{method::get, "/v1/messages/{message}", access::read, get_message},
    route{method::get, "/v1/messages/{message}/raw", access::read, get_raw},
    route{method::get, "/v1/messages/{message}/attachments/{part}", access::read, get_attachment},
};

} // namespace

std::span<const route> message_routes() {
  return routes;
}

} // namespace postroom::api
