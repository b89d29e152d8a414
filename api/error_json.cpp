#include "api/error_json.hpp"

#include "protocol/knowledge/entry.hpp"
#include "protocol/mime/utf8_text.hpp"

namespace postroom::api {

boost::json::value cause_json(const error& of) {
  return of.cause.empty() ? boost::json::value{} : boost::json::value(of.cause);
}

boost::json::object error_json(const error& of) {
  const auto known = knowledge::explain(of);
  return {{"code", to_string(of.code)},
          // It may quote a server: any bytes at all.
          {"detail", mime::repair_utf8(of.detail)},
          {"cause", cause_json(of)},
          {"meaning", known.meaning},
          {"who_acts", to_string(known.who)},
          {"remedy", known.remedy}};
}

} // namespace postroom::api
