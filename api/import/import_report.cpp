#include "api/import/import_report.hpp"

#include "api/warnings.hpp"
#include "protocol/mime/utf8_text.hpp"

#include <boost/json/array.hpp>

#include <utility>

namespace postroom::api {

void import_report::add_error(std::uint64_t row, storage::field_problem what) {
  if (errors_.size() < limits::import_notes_max)
    errors_.push_back({row, std::move(what)});
}

void import_report::add_warning(std::uint64_t row, storage::lint_warning what) {
  ++warned_;
  if (warnings_.size() < limits::import_notes_max)
    warnings_.push_back({row, std::move(what)});
}

void import_report::add_account(const std::string& id) {
  if (accounts_.size() < limits::import_notes_max)
    accounts_.push_back(id);
}

boost::json::object import_report::json() const {
  boost::json::array errors;
  for (const auto& [row, note] : errors_)
    errors.push_back(boost::json::object{
        {"row", row}, {"field", mime::repair_utf8(note.field)}, {"problem", mime::repair_utf8(note.problem)}});
  boost::json::array warnings;
  for (const auto& [row, note] : warnings_) {
    boost::json::object shown{{"row", row}};
    for (auto& member : warning_json(note))
      shown.emplace(member.key(), std::move(member.value()));
    warnings.push_back(std::move(shown));
  }
  return {{"dry_run", dry_run},
          {"rows", rows},
          {"created", created},
          {"updated", updated},
          {"unchanged", unchanged},
          {"skipped", skipped},
          {"invalid", invalid},
          {"errors", std::move(errors)},
          {"warned", warned_},
          {"warnings", std::move(warnings)},
          {"accounts", boost::json::array(accounts_.begin(), accounts_.end())}};
}

} // namespace postroom::api
