#include "api/warnings.hpp"

#include "protocol/mime/utf8_text.hpp"

namespace postroom::api {

boost::json::object warning_json(const storage::lint_warning& of) {
  return {{"field", of.field}, {"problem", mime::repair_utf8(of.problem)}, {"remedy", mime::repair_utf8(of.remedy)}};
}

boost::json::array warnings_json(const storage::lint_warnings& of) {
  boost::json::array out;
  for (const auto& each : of)
    out.push_back(warning_json(each));
  return out;
}

} // namespace postroom::api
