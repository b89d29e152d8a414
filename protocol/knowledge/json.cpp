#include "protocol/knowledge/json.hpp"

namespace postroom::knowledge {

boost::json::object describe(const entry& of) {
  return {{"key", of.key},
          {"from", to_string(of.from)},
          {"class", of.kind},
          {"code", to_string(of.code)},
          {"symptom", of.symptom},
          {"meaning", of.meaning},
          {"who_acts", to_string(of.who)},
          {"remedy", of.remedy},
          {"retry", to_string(of.again)},
          {"retry_not_before_s", of.not_before.count()}};
}

} // namespace postroom::knowledge
