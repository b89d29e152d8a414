#include "actors/provider/parts.hpp"
#include "actors/provider/platform.hpp"
#include "actors/provider/questions.hpp"

/// What the platform publishes about itself.
namespace postroom::provider {
namespace {

using namespace std::chrono_literals;

constexpr auto read_again_after = 24h;
/// A token signed with an unknown key may be forged: it must not make us ask each time.
constexpr auto keys_again_after = 1min;

std::string join(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words)
    out.append(out.empty() ? "" : " ").append(word);
  return out;
}

/// The body of a good answer.
result<std::string_view> body_of(const result<net::http_answer>& answer, std::string_view what) {
  if (!answer)
    return answer.error();
  if (answer->status != 200)
    return fail(errc::identity_unavailable,
                std::string{what} + " cannot be read: HTTP " + std::to_string(answer->status));
  return std::string_view{answer->body.expose()};
}

} // namespace

result<oauth2::endpoints> endpoints_now(const state& s, const std::string& directory) {
  return endpoints_of(*s.config, directory, s.platform ? &*s.platform : nullptr);
}

void with_endpoints(self_pointer self, std::string directory, endpoints_taker then) {
  auto& s = self->state;
  const auto now = s.world->time.ticks();
  auto url = discovery_url_of(*s.config);
  if (url.empty() || (s.platform && now - s.platform_read < read_again_after)) {
    then(endpoints_now(s, directory));
    return;
  }
  send(self, outward_get(*s.config, url, s.world->keys),
       [self, url, directory = std::move(directory), then = std::move(then)](result<net::http_answer>& answer) {
         auto& st = self->state;
         const auto body = body_of(answer, "the discovery document " + url);
         auto found = body ? oauth2::parse_metadata(*body, url, join(trusted_hosts_of(*st.config)))
                           : result<oauth2::metadata>{body.error()};
         if (found) {
           st.platform = std::move(*found);
           st.platform_read = st.world->time.ticks();
         } else if (!st.platform) {
           then(found.error());
           return;
         }
         then(endpoints_now(st, directory));
       });
}

void with_keys(self_pointer self, const oauth2::endpoints& where, std::string key_id, keys_taker then) {
  auto& s = self->state;
  const auto age = s.world->time.ticks() - s.keys_read;
  const bool known = s.keys && s.keys->find(key_id);
  if (s.keys && (known ? age < read_again_after : age < keys_again_after)) {
    then(*s.keys);
    return;
  }
  send(self, outward_get(*s.config, where.keys, s.world->keys),
       [self, then = std::move(then)](result<net::http_answer>& answer) {
         auto& st = self->state;
         const auto body = body_of(answer, "the platform's key set");
         auto found = body ? oauth2::parse_key_set(*body) : result<oauth2::key_set>{body.error()};
         if (!found) {
           then(found.error());
           return;
         }
         st.keys = std::move(*found);
         st.keys_read = st.world->time.ticks();
         then(*st.keys);
       });
}

} // namespace postroom::provider
