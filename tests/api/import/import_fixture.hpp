#pragma once

#include "storage/directory.hpp"
#include "tests/api/support/running_api.hpp"

#include <optional>
#include <string>
#include <vector>

namespace postroom::api::test {

/// The tenant `acme` with the provider `azure`, at which andrea@contoso.example has signed in.
class import_api : public running_api {
protected:
  void SetUp() override {
    running_api::SetUp();
    make_tenant("acme");
    make_provider("acme", "azure");
    make_grant("acme", "andrea", "azure");
    writer.emplace(as(scope::write));
  }

  answer hand_in(const std::string& body, const std::string& query = {}, const std::string& type = "text/csv") {
    // Each on a connection of its own: a file that is not read to its end ends it.
    return as(scope::write).send({"POST", query.empty() ? path : path + "?" + query, body, {{"Content-Type", type}}});
  }
  static std::string counts_of(const answer& report) {
    const auto document = report.json();
    std::string out;
    for (const auto* name : {"rows", "created", "updated", "unchanged", "skipped", "invalid"})
      out.append(out.empty() ? "" : ", ")
          .append(name)
          .append(" ")
          .append(std::to_string(document.at(name).to_number<int>()));
    return out;
  }
  /// `<row> <field> <problem>`
  static std::vector<std::string> errors_in(const answer& report) {
    std::vector<std::string> out;
    const auto document = report.json();
    for (const auto& each : document.at("errors").as_array())
      out.push_back(std::to_string(each.at("row").to_number<int>()) + ' ' + std::string{each.at("field").as_string()} +
                    ' ' + std::string{each.at("problem").as_string()});
    return out;
  }
  static std::vector<std::string> texts(const boost::json::value& list) {
    std::vector<std::string> out;
    for (const auto& each : list.as_array())
      out.emplace_back(each.as_string());
    return out;
  }
  records::Account stored_account(const std::string& id) {
    return stored<records::Account>(storage::keys::account(tenant_id{"acme"}, account_id{id}));
  }

  const std::string collection = "/v1/tenants/acme/accounts";
  const std::string path = collection + "/import";
  const std::string two_rows = "id,name,email,provider,active\na,A,a@contoso.example,azure,no\n"
                               "b,B,b@contoso.example,azure,no\n";
  std::optional<client> writer;
};

} // namespace postroom::api::test
