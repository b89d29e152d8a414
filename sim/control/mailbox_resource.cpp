#include "sim/control/control_api.hpp"
#include "sim/control/json_fields.hpp"

#include <array>
#include <boost/json/object.hpp>
#include <charconv>
#include <optional>

namespace postroom::sim {
namespace {

namespace http = boost::beast::http;
namespace json = boost::json;
using smtp_auth = mailbox_settings::smtp_auth;

http_response no_mailbox(const control_call& call) {
  return refusal(fail(errc::not_found, "there is no mailbox " + call.names[0]));
}

std::string_view name_of(smtp_auth setting) {
  return setting == smtp_auth::on ? "on" : setting == smtp_auth::off ? "off" : "inherit";
}

json::object mailbox_json(mailbox& box) {
  const auto& inbox = box.inbox();
  return {{"address", box.address()},
          {"upn", box.login_name()},
          {"object_id", box.object_id()},
          {"uidvalidity", inbox.uid_validity()},
          {"uidnext", inbox.uid_next()},
          {"count", inbox.mails().size()},
          {"imap_enabled", box.settings.imap_enabled},
          {"smtp", name_of(box.settings.smtp)},
          {"licensed", box.settings.licensed},
          {"on_premises", box.settings.on_premises},
          {"copy_for_sent_as", box.settings.copy_for_sent_as}};
}

http_response get_mailbox(const control_call& call) {
  auto* const found = call.world.mail.find(call.names[0]);
  return found ? json_answer(mailbox_json(*found)) : no_mailbox(call);
}

/// That of a user is the user's UPN.
result<void> rename_login(world& world, const mailbox& box, const std::string& upn) {
  if (upn == box.login_name())
    return {};
  const auto* const home = world.people.tenant_of(box.address());
  if (!home || home->kind != service::microsoft || world.people.tenant_of(upn) != home)
    return fail(errc::invalid_argument, "upn is a name at a domain of the mailbox's tenant, a customer of Microsoft");
  if (home->find_user(box.login_name()) || home->find_user(upn))
    return fail(errc::conflict, "upn: the mailbox or the name is a user's");
  return world.mail.identify(box.address(), upn, {});
}

http_response patch_mailbox(const control_call& call) {
  auto* const found = call.world.mail.find(call.names[0]);
  if (!found)
    return no_mailbox(call);
  auto settings = found->settings;
  auto upn = found->login_name();
  std::string smtp{name_of(settings.smtp)};
  json_fields fields{call.request.body()};
  fields.read("imap_enabled", settings.imap_enabled);
  fields.read("licensed", settings.licensed);
  fields.read("copy_for_sent_as", settings.copy_for_sent_as);
  fields.read("on_premises", settings.on_premises);
  fields.read("upn", upn);
  fields.read("smtp", smtp);
  if (smtp != "on" && smtp != "off" && smtp != "inherit")
    fields.refuse("smtp is one of on, off, inherit");
  if (auto fine = fields.done(); !fine)
    return refusal(fine.error());
  if (auto named = rename_login(call.world, *found, upn); !named)
    return refusal(named.error());
  settings.smtp = smtp == "on" ? smtp_auth::on : smtp == "off" ? smtp_auth::off : smtp_auth::inherit;
  found->settings = settings;
  return json_answer(mailbox_json(*found));
}

http_response post_mail(const control_call& call) {
  auto& world = call.world;
  const auto& raw = call.request.body();
  const auto uid = raw.empty() ? world.deliver_generated(call.names[0])
                               : world.deliver(call.names[0], seal(raw), mail_origin::posted);
  return uid ? json_answer(json::object{{"uid", *uid}}) : refusal(uid.error());
}

http_response delete_mail(const control_call& call) {
  auto* const found = call.world.mail.find(call.names[0]);
  if (!found)
    return no_mailbox(call);
  const auto& number = call.names[1];
  std::uint32_t uid = 0;
  const auto [end, failure] = std::from_chars(number.data(), number.data() + number.size(), uid);
  if (failure != std::errc{} || end != number.data() + number.size())
    return refusal(fail(errc::invalid_argument, "a UID is a number"));
  if (!found->inbox().expunge(uid))
    return refusal(fail(errc::not_found, found->address() + " has no mail with UID " + number));
  return json_answer(json::object{});
}

struct rights_change {
  std::string address;
  std::string user;
  bool full_access = true;
  bool send_as = true;
};

result<rights_change> read_rights(const control_call& call) {
  const auto& people = call.world.people;
  rights_change change;
  json_fields fields{call.request.body()};
  fields.read("user", change.user);
  fields.read("full_access", change.full_access);
  fields.read("send_as", change.send_as);
  if (auto fine = fields.done(); !fine)
    return fine.error();
  const auto* const tenant = people.tenant_of(change.user);
  if (!(tenant && tenant->find_user(change.user)) && !people.find_application(change.user))
    return fail(errc::not_found, "there is no user and no application \"" + change.user + "\"");
  const auto* const box = call.world.mail.find(call.names[0]);
  if (!box)
    return fail(errc::not_found, "there is no mailbox " + call.names[0]);
  change.address = box->address();
  return change;
}

http_response post_rights(const control_call& call) {
  const auto change = read_rights(call);
  if (!change)
    return refusal(change.error());
  if (change->full_access)
    call.world.mail.allow(change->user, change->address);
  if (change->send_as)
    call.world.mail.allow_send_as(change->user, change->address);
  return json_answer(json::object{});
}

http_response delete_rights(const control_call& call) {
  const auto change = read_rights(call);
  if (!change)
    return refusal(change.error());
  if (change->full_access)
    call.world.mail.forbid(change->user, change->address);
  if (change->send_as)
    call.world.mail.forbid_send_as(change->user, change->address);
  return json_answer(json::object{});
}

constexpr std::array<control_route, 6> mailbox_table{
    {{http::verb::get, "/v1/mailboxes/{}", "INBOX: uidvalidity, uidnext, count; the mailbox's settings", get_mailbox},
     {http::verb::patch, "/v1/mailboxes/{}",
      "imap_enabled, smtp (on, off, inherit), licensed, on_premises, upn, copy_for_sent_as", patch_mailbox},
     {http::verb::post, "/v1/mailboxes/{}/mails", "a mail (RFC 5322) into INBOX; empty: a generated one", post_mail},
     {http::verb::delete_, "/v1/mailboxes/{}/mails/{}", "deletes the mail with this UID from INBOX", delete_mail},
     {http::verb::post, "/v1/mailboxes/{}/rights", "gives user (UPN or client id) full_access, send_as (both: true)",
      post_rights},
     {http::verb::delete_, "/v1/mailboxes/{}/rights", "takes them from user: full_access, send_as (both: true)",
      delete_rights}}};

} // namespace

std::span<const control_route> mailbox_routes() {
  return mailbox_table;
}

} // namespace postroom::sim
