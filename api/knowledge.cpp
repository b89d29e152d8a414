#include "api/router.hpp"
#include "protocol/knowledge/json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>

/// The table of known errors, for everybody: it is the same in every gateway of this version.
namespace postroom::api {
namespace {

constexpr std::array origins{knowledge::origin::sign_in, knowledge::origin::identity, knowledge::origin::imap,
                             knowledge::origin::smtp, knowledge::origin::graph};

awaitable<response> list_knowledge(const services&, request& what) {
  if (const auto fine = only_parameters(what, {"from"}); !fine)
    co_return refuse(fine.error());
  const auto wanted = what.query.find("from");
  if (wanted != what.query.end() &&
      std::ranges::none_of(origins, [&](auto each) { return to_string(each) == wanted->second; }))
    co_return refuse(fail(errc::invalid_argument, "the parameter from must be one of sign_in, identity, imap, smtp, "
                                                  "graph"));
  boost::json::array items;
  for (const auto* each : knowledge::all())
    if (wanted == what.query.end() || to_string(each->from) == wanted->second)
      items.push_back(knowledge::describe(*each));
  co_return answer_json(boost::json::serialize(boost::json::object{{"items", std::move(items)}}));
}

awaitable<response> get_knowledge(const services&, request& what) {
  const auto& key = what.param("key");
  const auto* known = knowledge::find(key);
  if (!known)
    co_return refuse(fail(errc::not_found, "there is no known error '" + key + "'"));
  co_return answer_json(boost::json::serialize(knowledge::describe(*known)));
}

constexpr std::array routes{
    route{method::get, "/v1/knowledge", access::anybody, list_knowledge, false},
    route{method::get, "/v1/knowledge/{key}", access::anybody, get_knowledge, false},
};

} // namespace

std::span<const route> knowledge_routes() {
  return routes;
}

} // namespace postroom::api
