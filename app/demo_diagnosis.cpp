#include "app/demo_diagnosis.hpp"

#include "app/cli/json_view.hpp"
#include "app/cli/text_table.hpp"

#include <algorithm>

namespace postroom::app {
namespace {

/// Servers are long-winded: the whole text is in the account's status.
constexpr std::size_t detail_max = 100;

std::string shortened(std::string text) {
  if (text.size() <= detail_max)
    return text;
  auto end = text.rfind(' ', detail_max);
  if (end == std::string::npos)
    end = detail_max;
  return text.substr(0, end) + " …";
}

std::string name_of(const sick_mailbox& who) {
  return who.tenant + "/" + who.account;
}

/// Empty while the gateway has no complaint.
std::string diagnosis_of(const sick_mailbox& who, cli::json_element status) {
  const auto code = cli::text_at(status, "last_error.code");
  if (code.empty())
    return {};
  auto detail = shortened(cli::harmless(cli::text_at(status, "last_error.detail")));
  return "  " + name_of(who) + " – " + who.ailment + "\n    is " + cli::text_at(status, "state") + ": " + code +
         (detail.empty() ? std::string{} : " – " + detail) + "\n    " + cli::text_at(status, "last_error.who_acts") +
         " acts: " + cli::text_at(status, "last_error.remedy") + "\n";
}

} // namespace

demo_diagnosis::demo_diagnosis(std::unique_ptr<cli::api_port> gateway, const std::vector<sick_mailbox>& sick)
    : gateway_(std::move(gateway)) {
  for (const auto& each : sick)
    entries_.push_back({each, {}, false});
}

void demo_diagnosis::look() {
  for (auto& each : entries_) {
    if (!gateway_ || !each.found.empty())
      continue;
    cli::api_call call;
    call.path = cli::path_of({"accounts", each.who.account, "status"});
    call.query = {{"tenant", each.who.tenant}};
    const auto answer = gateway_->send(call);
    if (!answer || !answer->good())
      return; // busy: the next look will do
    if (const auto status = cli::json_document::parse(answer->body))
      each.found = diagnosis_of(each.who, status->root());
  }
}

bool demo_diagnosis::complete() const {
  return std::ranges::none_of(entries_, [](const entry& each) { return each.found.empty(); });
}

void demo_diagnosis::print(std::ostream& out) {
  for (auto& each : entries_) {
    if (each.printed || each.found.empty())
      continue;
    out << each.found;
    each.printed = true;
  }
}

void demo_diagnosis::print_missing(std::ostream& out) const {
  for (const auto& each : entries_)
    if (each.found.empty())
      out << "  " << name_of(each.who) << " – " << each.who.ailment
          << "\n    told below as soon as the gateway has noticed\n";
}

} // namespace postroom::app
