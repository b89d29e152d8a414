#include "actors/sign_in_failure.hpp"

#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "protocol/knowledge/entry.hpp"
#include "protocol/mime/utf8_text.hpp"
#include "storage/keys.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace postroom {

storage::operation sign_in_failure_event(const records::SignIn& of, const error& why, wall_time now) {
  const auto known = knowledge::explain(why);
  const boost::json::object data{
      {"provider", of.provider()},
      {"grant", of.grant()},
      {"delegate", of.delegate()},
      {"purpose", of.purpose()},
      {"code", to_string(why.code)},
      {"cause", why.cause},
      {"detail", mime::repair_utf8(why.detail)},
      {"meaning", known.meaning},
      {"remedy", known.remedy},
      {"who_acts", to_string(known.who)},
  };
  records::Event event;
  // Not the sign-in's own id: that opened its start page.
  event.set_id("sign_in." + hex_encode(as_view(sha256(of.id())).substr(0, 16)) + ".failed");
  event.set_type("provider.sign_in_failed");
  event.set_source("/tenants/" + of.tenant());
  event.set_subject("provider/" + of.provider());
  event.set_time_ms(to_ms(now));
  event.set_data(boost::json::serialize(data));
  return storage::append{storage::keys::stream_of(tenant_id{of.tenant()}), event.SerializeAsString()};
}

} // namespace postroom
