#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

/// Distinct identifier types, so that an account can never be passed where a tenant is meant.
namespace postroom {

/// An identifier chosen by people or by us: 1 to `id_bytes_max` characters of `[A-Za-z0-9._-]`, so that it can stand
/// in a URL path, a storage key and a log line unescaped. A default-constructed id is empty and means "none".
template <class Tag>
class basic_id {
public:
  basic_id() = default;
  explicit basic_id(std::string text) : text_(std::move(text)) {}

  [[nodiscard]] const std::string& str() const noexcept { return text_; }
  [[nodiscard]] bool empty() const noexcept { return text_.empty(); }

  friend bool operator==(const basic_id&, const basic_id&) = default;
  friend auto operator<=>(const basic_id&, const basic_id&) = default;

private:
  std::string text_;
};

/// Longest identifier: long enough for a GUID with a prefix, short enough for keys and labels.
inline constexpr std::size_t id_bytes_max = 64;

/// Whether `text` may be used as an identifier (see basic_id).
[[nodiscard]] constexpr bool is_valid_id(std::string_view text) noexcept {
  if (text.empty() || text.size() > id_bytes_max)
    return false;
  for (char c : text) {
    const bool ok =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    if (!ok)
      return false;
  }
  return true;
}

using tenant_id = basic_id<struct tenant_tag>;
using provider_id = basic_id<struct provider_tag>;
using grant_id = basic_id<struct grant_tag>;
using account_id = basic_id<struct account_tag>;
using list_id = basic_id<struct list_tag>;
using message_id = basic_id<struct message_tag>;
using token_id = basic_id<struct token_tag>;

/// A number with a meaning; `Tag` keeps the meanings apart.
template <class Tag, class Rep>
struct basic_number {
  Rep value{};
  friend bool operator==(const basic_number&, const basic_number&) = default;
  friend auto operator<=>(const basic_number&, const basic_number&) = default;
};

/// IMAP unique identifier of a message in one folder under one UIDVALIDITY (RFC 9051 §2.3.1.1). Zero means none.
using message_uid = basic_number<struct uid_tag, std::uint32_t>;
/// IMAP UIDVALIDITY of a folder. Zero means not known.
using uid_validity = basic_number<struct uid_validity_tag, std::uint32_t>;
/// A slice of all mailboxes (0 … shard_count-1): the unit of ownership, fixed for the life of an installation.
using shard_id = basic_number<struct shard_tag, std::uint16_t>;
/// Ownership generation of a shard; grows with each take-over.
using shard_epoch = basic_number<struct epoch_tag, std::uint64_t>;
/// Revision of one stored record; 0 means "does not exist".
using revision = basic_number<struct revision_tag, std::uint64_t>;
/// Position in a tenant's event log; the first event has 1, there are no gaps.
using event_seq = basic_number<struct seq_tag, std::uint64_t>;

/// 128 random or hashed bits, e.g. of a batch or a blob.
template <class Tag>
struct basic_id128 {
  std::array<std::uint8_t, 16> bytes{};
  friend bool operator==(const basic_id128&, const basic_id128&) = default;
  friend auto operator<=>(const basic_id128&, const basic_id128&) = default;
  [[nodiscard]] std::string_view view() const noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
};

using batch_id = basic_id128<struct batch_tag>;
using blob_id = basic_id128<struct blob_tag>;

/// Shards per installation; see docs/architecture.md for why 1024.
inline constexpr std::uint16_t shard_count = 1024;

/// The shard that owns what is named by `id` (an account or a grant). Stable for ever: stored data depends on it.
[[nodiscard]] shard_id shard_of(std::string_view id) noexcept;

} // namespace postroom

template <class Tag>
struct std::hash<postroom::basic_id<Tag>> {
  std::size_t operator()(const postroom::basic_id<Tag>& id) const noexcept {
    return std::hash<std::string>{}(id.str());
  }
};

template <class Tag, class Rep>
struct std::hash<postroom::basic_number<Tag, Rep>> {
  std::size_t operator()(postroom::basic_number<Tag, Rep> n) const noexcept { return std::hash<Rep>{}(n.value); }
};

template <class Tag>
struct std::hash<postroom::basic_id128<Tag>> {
  std::size_t operator()(const postroom::basic_id128<Tag>& id) const noexcept {
    return std::hash<std::string_view>{}(id.view());
  }
};
