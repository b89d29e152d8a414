#include "sim/mail/mailbox.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace postroom::sim {
namespace {

constexpr std::uint32_t first_uid_validity = 14;

bool is_folder_name(std::string_view name) {
  return !name.empty() && name.size() <= mailbox::folder_name_bytes_max && name.front() != '/' && name.back() != '/' &&
         name.find("//") == std::string_view::npos && name.find_first_of("*%") == std::string_view::npos &&
         std::ranges::none_of(name, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

/// Whether it is that folder or one below it.
bool is_within(std::string_view name, std::string_view top) {
  return ascii_iequals(name.substr(0, top.size()), top) && (name.size() == top.size() || name[top.size()] == '/');
}

} // namespace

mailbox::mailbox(std::string address, service kind, folder_language language)
    : address_(std::move(address)), login_name_(address_), next_uid_validity_(first_uid_validity + 1) {
  for (const auto& [name, use] : default_folders(kind, language))
    folders_.push_back(std::make_unique<folder>(std::string{name}, std::string{use}, first_uid_validity));
  if (kind == service::google)
    labels_ = std::make_unique<gmail_labels>(folders_, address_);
}

folder* mailbox::find(std::string_view name) const {
  const auto found =
      std::ranges::find_if(folders_, [name](const auto& each) { return ascii_iequals(each->name(), name); });
  return found == folders_.end() ? nullptr : found->get();
}

void mailbox::drop_oldest() {
  const auto oldest = inbox().mails().front(); // a copy
  inbox().expunge(oldest.uid);
  for (const auto& each : folders_)
    if (const auto* const label = labels_ ? each->find_id(oldest.id) : nullptr)
      each->expunge(label->uid);
}

result<void> mailbox::create(std::string_view name) {
  if (name.ends_with('/')) // "there will be folders below" (RFC 3501 §6.3.3)
    name.remove_suffix(1);
  if (!is_folder_name(name) || folders_.size() >= folders_max)
    return fail(errc::invalid_argument, "no name of a folder, or too many of them");
  if (find(name))
    return fail(errc::conflict, "the folder exists");
  folders_.push_back(std::make_unique<folder>(std::string{name}, std::string{}, next_uid_validity_++));
  folders_.back()->subscribed = false;
  if (labels_)
    folders_.back()->keep(*labels_);
  return {};
}

result<void> mailbox::remove(std::string_view name) {
  const auto found =
      std::ranges::find_if(folders_, [name](const auto& each) { return ascii_iequals(each->name(), name); });
  if (found == folders_.end())
    return fail(errc::not_found, "there is no such folder");
  if (found == folders_.begin() || !(*found)->use().empty())
    return fail(errc::invalid_argument, "the folder cannot be deleted");
  folders_.erase(found);
  return {};
}

result<void> mailbox::rename(std::string_view from, std::string_view to) {
  const auto is_moved = [from](const auto& each) { return is_within(each->name(), from); };
  if (from.empty() || std::ranges::none_of(folders_, is_moved))
    return fail(errc::not_found, "there is no such folder");
  const bool fixed = std::ranges::any_of(
      folders_, [&](const auto& each) { return is_moved(each) && (each == folders_.front() || !each->use().empty()); });
  if (fixed || !is_folder_name(to) || is_within(to, from))
    return fail(errc::invalid_argument, "the folder cannot be renamed so");
  if (find(to))
    return fail(errc::conflict, "the folder exists");
  for (const auto& each : folders_)
    if (is_moved(each) && to.size() + each->name().size() - from.size() > folder_name_bytes_max)
      return fail(errc::invalid_argument, "too long a name");
  for (const auto& each : folders_)
    if (is_moved(each))
      each->rename(std::string{to} + each->name().substr(from.size()));
  return {};
}

mailbox& directory::add(const std::string& address, service kind, folder_language language) {
  auto& place = mailboxes_[ascii_lower(address)];
  if (!place) {
    place = std::make_unique<mailbox>(address, kind, language);
    addresses_.push_back(address);
  }
  return *place;
}

mailbox* directory::find(std::string_view address) const {
  const auto found = mailboxes_.find(ascii_lower(address));
  return found == mailboxes_.end() ? nullptr : found->second.get();
}

mailbox* directory::find_login(std::string_view name) const {
  if (const auto other = logins_.find(ascii_lower(name)); other != logins_.end())
    return other->second;
  auto* const own = find(name);
  return own && ascii_iequals(own->login_name_, name) ? own : nullptr;
}

mailbox* directory::find_any(std::string_view name) const {
  if (auto* const found = find_login(name))
    return found;
  if (auto* const found = find(name))
    return found;
  const auto by_id = ids_.find(ascii_lower(name));
  return by_id == ids_.end() ? nullptr : by_id->second;
}

result<void> directory::identify(std::string_view address, const std::string& login_name,
                                 const std::string& object_id) {
  auto* const own = find(address);
  if (!own)
    return fail(errc::not_found, "there is no mailbox " + std::string{address});
  const auto is_taken = [own](const mailbox* by) { return by && by != own; };
  if (login_name.empty() || is_taken(find(login_name)) || is_taken(find_login(login_name)))
    return fail(errc::conflict, "the login name \"" + login_name + "\" is another mailbox's");
  if (const auto other = ids_.find(ascii_lower(object_id)); other != ids_.end() && other->second != own)
    return fail(errc::conflict, "the object id is another mailbox's");
  logins_.erase(ascii_lower(own->login_name_));
  own->login_name_ = login_name;
  if (!ascii_iequals(login_name, own->address_))
    logins_.emplace(ascii_lower(login_name), own);
  if (!object_id.empty()) {
    ids_.erase(ascii_lower(own->object_id_));
    own->object_id_ = object_id;
    ids_.emplace(ascii_lower(object_id), own);
  }
  return {};
}

void directory::add(rights& to, std::string_view who, std::string_view address) {
  auto& addresses = to[ascii_lower(who)];
  auto name = ascii_lower(address);
  const auto place = std::ranges::lower_bound(addresses, name);
  if (place == addresses.end() || *place != name)
    addresses.insert(place, std::move(name));
}

void directory::remove(rights& from, std::string_view who, std::string_view address) {
  if (const auto found = from.find(ascii_lower(who)); found != from.end())
    std::erase(found->second, ascii_lower(address));
}

bool directory::has(const rights& in, std::string_view who, std::string_view address) {
  const auto found = in.find(ascii_lower(who));
  return found != in.end() && std::ranges::binary_search(found->second, ascii_lower(address));
}

void directory::allow(std::string_view who, std::string_view address) {
  add(full_access_, who, address);
}

void directory::forbid(std::string_view who, std::string_view address) {
  remove(full_access_, who, address);
}

void directory::allow_send_as(std::string_view who, std::string_view address) {
  add(send_as_, who, address);
}

void directory::forbid_send_as(std::string_view who, std::string_view address) {
  remove(send_as_, who, address);
}

bool directory::may_open(std::string_view who, std::string_view address) const {
  return has(full_access_, who, address);
}

bool directory::may_send_as(std::string_view who, std::string_view address) const {
  return has(send_as_, who, address);
}

} // namespace postroom::sim
