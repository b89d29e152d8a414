#include "sim/graph/graph_api.hpp"

#include "base/ascii.hpp"
#include "base/encoding.hpp"
#include "sim/graph/graph_errors.hpp"
#include "sim/identity/permissions.hpp"
#include "sim/identity/replies.hpp"
#include "sim/net/url_path.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/system/result.hpp>
#include <initializer_list>
#include <optional>

namespace postroom::sim {
namespace {

namespace http = boost::beast::http;
namespace json = boost::json;

template <class T>
using graph_outcome = boost::system::result<T, graph_refusal>;

constexpr std::string_view root = "/v1.0/";
/// Graph goes by this GUID, too, as an audience.
constexpr std::string_view graph_application = "00000003-0000-0000-c000-000000000000";
constexpr std::string_view scheme = "Bearer ";

/// Who asks, or why the token is no good.
graph_outcome<token_holder> read_token(const graph_services& services, const http_request& request) {
  const auto given = view_of(request[http::field::authorization]);
  if (given.size() <= scheme.size() || !ascii_iequals(given.substr(0, scheme.size()), scheme))
    return invalid_token("Access token is empty.");
  auto holder = services.tokens.read(given.substr(scheme.size()));
  if (!holder)
    return invalid_token("CompactToken parsing failed with error code: 80049217");
  if (!is_graph(holder->resource) && !ascii_iequals(holder->resource, graph_application))
    return invalid_token("Access token validation failure. Invalid audience.");
  if (holder->expires <= services.time.now())
    return invalid_token("Lifetime validation failed, the token is expired.");
  return std::move(*holder);
}

bool may_any(const token_holder& holder, std::initializer_list<std::string_view> permissions) {
  return std::ranges::any_of(permissions, [&](std::string_view each) { return holder.may(each); });
}

const service_principal* find_principal(const graph_services& services, const token_holder& holder) {
  const auto* const home = services.people.find_tenant(holder.tenant_id);
  if (!home)
    return nullptr;
  const auto found = home->principals.find(holder.client_id);
  return found == home->principals.end() ? nullptr : &found->second;
}

/// Of an application, whose permission is for all mailboxes of the tenant.
std::optional<graph_refusal> refuse_application(const graph_services& services, const token_holder& holder,
                                                const mailbox& own) {
  if (!may_any(holder, {"Mail.Read", "Mail.ReadWrite"}))
    return access_denied();
  const auto* const principal = find_principal(services, holder);
  const bool restricted = principal && principal->mailboxes_restricted;
  return restricted && !services.mail.may_open(holder.client_id, own.address()) ? std::optional{denied_by_policy()}
                                                                                : std::nullopt;
}

std::optional<graph_refusal> refuse_user(const graph_services& services, const token_holder& holder,
                                         const mailbox& own) {
  const bool shared = may_any(holder, {"Mail.Read.Shared", "Mail.ReadWrite.Shared"});
  if (ascii_iequals(holder.upn, own.login_name()))
    return shared || may_any(holder, {"Mail.Read", "Mail.ReadWrite"}) ? std::nullopt : std::optional{access_denied()};
  return shared && services.mail.may_open(holder.upn, own.address()) ? std::nullopt : std::optional{access_denied()};
}

/// The mailbox that is asked for, if the token opens it.
graph_outcome<mailbox*> open(const graph_services& services, const token_holder& holder, std::string_view name) {
  auto* const own = services.mail.find_any(name);
  const auto* const tenant = own ? services.people.tenant_of(own->address()) : nullptr;
  if (!own || (tenant && tenant->id != holder.tenant_id))
    return invalid_user(name);
  if (!own->settings.in_cloud())
    return no_cloud_mailbox();
  const auto refused =
      holder.app_only ? refuse_application(services, holder, *own) : refuse_user(services, holder, *own);
  return refused ? graph_outcome<mailbox*>{*refused} : own;
}

json::object inbox_json(const graph_services& services, mailbox& own) {
  const auto& inbox = own.inbox();
  std::size_t unread = 0, octets = 0;
  for (const auto& each : inbox.mails()) {
    unread += (each.flags & seen) == 0 ? 1U : 0U;
    octets += each.raw->size();
  }
  return {
      {"@odata.context", services.base_url + "/v1.0/$metadata#users('" + own.login_name() + "')/mailFolders/$entity"},
      {"id", base64url_encode(own.address() + "/inbox")},
      {"displayName", "Inbox"},
      {"parentFolderId", base64url_encode(own.address())},
      {"childFolderCount", 0},
      {"unreadItemCount", unread},
      {"totalItemCount", inbox.mails().size()},
      {"sizeInBytes", octets},
      {"isHidden", false}};
}

graph_outcome<json::object> get_inbox(const graph_services& services, const token_holder& holder,
                                      std::string_view name) {
  const auto own = open(services, holder, name);
  if (!own)
    return own.error();
  return inbox_json(services, **own);
}

graph_outcome<json::object> get_me(const graph_services& services, const token_holder& holder) {
  if (!may_any(holder, {"User.Read", "User.Read.All", "Directory.Read.All"}))
    return missing_permission();
  const auto* const home = services.people.find_tenant(holder.tenant_id);
  const auto* const who = home ? home->find_user(holder.upn) : nullptr;
  if (!who)
    return invalid_user(holder.upn);
  return json::object{{"@odata.context", services.base_url + "/v1.0/$metadata#users/$entity"},
                      {"displayName", who->name},
                      {"mail", who->address()},
                      {"userPrincipalName", who->upn},
                      {"id", who->object_id}};
}

graph_outcome<json::object> answer(const graph_services& services, const http_request& request) {
  auto path = path_of(request).substr(root.size());
  const auto holder = read_token(services, request);
  if (!holder)
    return holder.error();
  const auto first = next_segment(path);
  const bool me = first == "me";
  if (!me && first != "users")
    return no_such_segment(first);
  if (me && holder->app_only)
    return me_without_user();
  if (me && path.empty())
    return get_me(services, *holder);
  const auto name = me ? holder->upn : percent_decoded(next_segment(path));
  if (const auto folders = next_segment(path); !ascii_iequals(folders, "mailFolders"))
    return no_such_segment(folders);
  if (!ascii_iequals(path, "inbox"))
    return graph_refusal{404, "ErrorItemNotFound", "The specified object was not found in the store."};
  return get_inbox(services, *holder, name);
}

} // namespace

bool is_graph_path(std::string_view path) {
  return path.starts_with(root);
}

http_response answer_graph(const graph_services& services, const http_request& request) {
  const auto ids = ids_of(request);
  const auto now = services.time.now();
  if (request.method() != http::verb::get)
    return graph_denial({405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target."},
                        ids, services.base_url, now);
  const auto body = answer(services, request);
  if (!body)
    return graph_denial(body.error(), ids, services.base_url, now);
  auto response = json_reply(*body);
  write_ids(response, ids);
  return response;
}

} // namespace postroom::sim
