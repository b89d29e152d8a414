#include "actors/errors.hpp"

#include "protocol/knowledge/entry.hpp"

#include <caf/sec.hpp>
#include <caf/to_string.hpp>

namespace postroom {

caf::error to_caf(const error& e) {
  return e.cause.empty() ? caf::make_error(e.code, e.detail) : caf::make_error(e.code, e.detail, std::string{e.cause});
}

error from_caf(const caf::error& e) {
  if (e.category() == caf::atom("postroom") && e.code() < errc_count) {
    error out{static_cast<errc>(e.code()), {}};
    const auto& told = e.context();
    if (told.match_elements<std::string>() || told.match_elements<std::string, std::string>())
      out.detail = told.get_as<std::string>(0);
    if (told.match_elements<std::string, std::string>())
      if (const auto* known = knowledge::find(told.get_as<std::string>(1)))
        out.cause = known->key;
    return out;
  }
  if (e == caf::sec::request_timeout)
    return fail(errc::timeout, "an actor did not answer in time");
  if (e == caf::sec::request_receiver_down)
    return fail(errc::cancelled, "the actor asked has ended");
  return fail(errc::internal, "an actor failed: " + caf::to_string(e));
}

} // namespace postroom
