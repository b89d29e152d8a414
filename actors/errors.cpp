#include "actors/errors.hpp"

#include <caf/sec.hpp>
#include <caf/to_string.hpp>

namespace postroom {

caf::error to_caf(const error& e) {
  return caf::make_error(e.code, e.detail);
}

error from_caf(const caf::error& e) {
  if (e.category() == caf::atom("postroom") && e.code() < errc_count) {
    error out{static_cast<errc>(e.code()), {}};
    if (e.context().match_elements<std::string>())
      out.detail = e.context().get_as<std::string>(0);
    return out;
  }
  if (e == caf::sec::request_timeout)
    return fail(errc::timeout, "an actor did not answer in time");
  if (e == caf::sec::request_receiver_down)
    return fail(errc::cancelled, "the actor asked has ended");
  return fail(errc::internal, "an actor failed: " + caf::to_string(e));
}

} // namespace postroom
