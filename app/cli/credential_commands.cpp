#include "app/cli/command.hpp"
#include "app/cli/input.hpp"
#include "app/cli/text_table.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <ostream>

/// How providers and grants stand, new secrets for them, and giving a grant up.
namespace postroom::app::cli {
namespace {

struct status_options : common_options {
  std::string id;
};

struct update_options : common_options {
  std::string id;
  std::string secret_file;
  std::string secret_variable;
  std::string expires;
  std::string certificate_file;
  std::string key_file;
  bool drop_previous = false;
};

exit_code provider_status(session& live, const status_options& options) {
  api_call call;
  call.path = path_of({"providers", options.id, "status"});
  return live.show(std::move(call));
}

exit_code grant_status(session& live, const status_options& options) {
  api_call call;
  call.path = path_of({"grants", options.id, "status"});
  return live.show(std::move(call));
}

exit_code revoke(session& live, const status_options& options) {
  api_call call;
  call.method = "POST";
  call.path = path_of({"grants", options.id, "revoke"});
  const auto done = live.fetch(std::move(call));
  if (!done)
    return live.failed_with();
  auto& out = live.world().out;
  if (live.json()) {
    out << one_line(done->root()) << '\n';
    return exit_code::done;
  }
  bool at_platform = false;
  static_cast<void>(done->root()["at_platform"].get(at_platform));
  out << "grant " << harmless(options.id) << " is given up here" << (at_platform ? " and at the platform" : "") << '\n';
  if (const auto remedy = text_at(done->root(), "remedy"); !remedy.empty())
    out << harmless(remedy) << '\n';
  return exit_code::done;
}

exit_code send_update(session& live, const update_options& options, std::string_view what, boost::json::object body) {
  if (options.drop_previous)
    body["keep_previous"] = false;
  api_call call;
  call.method = "POST";
  call.path = path_of({"providers", options.id, what});
  call.body = boost::json::serialize(body);
  return live.show(std::move(call));
}

exit_code update_secret(session& live, const update_options& options) {
  boost::json::object body;
  if (!options.secret_file.empty()) {
    const auto read = read_secret(options.secret_file, live.world().in);
    if (!read)
      return live.complain(read.error());
    body["client_secret"] = read->expose();
  } else {
    const auto value = live.world().variable(options.secret_variable.c_str());
    if (value.empty())
      return live.complain(fail(errc::invalid_argument,
                                "say where the secret is: --client-secret-file, or --client-secret-env with a "
                                "variable that is set"));
    body["client_secret"] = value;
  }
  if (!options.expires.empty())
    body["client_secret_expires"] = options.expires;
  return send_update(live, options, "client-secret", std::move(body));
}

exit_code update_certificate(session& live, const update_options& options) {
  const auto certificate = read_text(options.certificate_file, live.world().in);
  if (!certificate)
    return live.complain(certificate.error());
  const auto key = read_secret(options.key_file, live.world().in);
  if (!key)
    return live.complain(key.error());
  return send_update(live, options, "certificate", {{"certificate", *certificate}, {"certificate_key", key->expose()}});
}

void add_id(CLI::App& leaf, std::string& id) {
  leaf.add_option("id", id, "Its id")->type_name("ID")->required();
}

void add_drop(CLI::App& leaf, update_options& options) {
  leaf.add_flag("--drop-previous", options.drop_previous,
                "Do not keep the old one in force beside the new one until it expires");
}

} // namespace

void add_provider_credentials(CLI::App& provider, command_shelf& shelf) {
  auto asking = std::make_shared<status_options>();
  auto& status = add_leaf(provider, "status",
                          "Show how a provider and its grants stand: which secret is in use, what fails and why",
                          "postroom provider status azure");
  add_id(status, asking->id);
  on_run(shelf, status, asking, provider_status);

  auto options = std::make_shared<update_options>();
  auto& secret = add_leaf(provider, "update-secret", "Put a new client secret in force, without a pause",
                          "postroom provider update-secret azure --client-secret-file new-secret.txt "
                          "--client-secret-expires 2028-01-31T00:00:00Z");
  add_id(secret, options->id);
  auto* file = secret.add_option("--client-secret-file", options->secret_file, "The secret, from a file; -: stdin");
  file->type_name("FILE");
  secret.add_option("--client-secret-env", options->secret_variable, "From a variable of the environment")
      ->type_name("VARIABLE")
      ->excludes(file);
  secret.add_option("--client-secret-expires", options->expires, "When it expires, like 2026-11-24T02:09:11Z")
      ->type_name("TIME");
  add_drop(secret, *options);
  on_run(shelf, secret, options, update_secret);

  options = std::make_shared<update_options>();
  auto& certificate =
      add_leaf(provider, "update-certificate", "Put a new certificate and its private key in force, without a pause",
               "postroom provider update-certificate azure --certificate-file new.pem "
               "--certificate-key-file new.key");
  add_id(certificate, options->id);
  certificate.add_option("--certificate-file", options->certificate_file, "PEM")->type_name("FILE")->required();
  certificate.add_option("--certificate-key-file", options->key_file, "PEM, not encrypted; -: stdin")
      ->type_name("FILE")
      ->required();
  add_drop(certificate, *options);
  on_run(shelf, certificate, options, update_certificate);
}

void add_grant_commands(CLI::App& grant, command_shelf& shelf) {
  const auto add = [&](const char* name, const char* description, exit_code (*run)(session&, const status_options&)) {
    auto options = std::make_shared<status_options>();
    auto& leaf = add_leaf(grant, name, description, std::string{"postroom grant "} + name + " andrea");
    add_id(leaf, options->id);
    on_run(shelf, leaf, options, run);
  };
  add("status", "Show who signed in, when, for what, until when, which accounts depend on it, and what fails",
      grant_status);
  add("revoke", "Give a grant up: here, and at the platform where it can be told", revoke);
}

} // namespace postroom::app::cli
