#include "app/config_objects.hpp"

#include "storage/object_schema.hpp"
#include "storage/provider_certificate.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

namespace postroom::app {
namespace {

using storage::field_kind;
using storage::field_rule;
using storage::object_kind;

/// A table while it becomes a record.
class object_reader {
public:
  object_reader(object_kind kind, const toml::table& of, const std::filesystem::path& folder, const environment& env,
                config_problems& problems)
      : kind_(kind), table_(of, problems), folder_(folder), env_(env) {}

  /// All fields but secrets.
  void read_into(google::protobuf::Message& record) {
    for (const auto& rule : storage::fields_of(kind_))
      if (rule.kind != field_kind::secret)
        read_field(record, rule);
  }

  [[nodiscard]] std::string tenant() { return table_.text("tenant").value_or("default"); }

  /// Empty when none is given; a mistake when it is given twice.
  [[nodiscard]] secret<> read_secret(std::string_view field) {
    const auto& rule = *storage::find_field(kind_, field);
    const auto& names = secret_names_.try_emplace(field, field).first->second;
    const auto direct = table_.text(names.direct);
    const auto variable = table_.text(names.env);
    const auto file = table_.text(names.file);
    if (direct.has_value() + variable.has_value() + file.has_value() > 1)
      table_.problem(names.direct, "may be given in one way only: itself, by _env or by _file");
    secret<> out;
    if (direct)
      out = secret<>{*direct};
    else if (variable)
      out = from_environment(names.env, *variable);
    else if (file)
      out = from_file(names.file, *file, rule.bytes_max);
    if ((variable || file) && out.empty())
      wrong_.emplace_back(field);
    if (out.expose().size() > rule.bytes_max)
      table_.problem(names.direct, "is longer than " + std::to_string(rule.bytes_max) + " bytes");
    else if (direct && direct->empty())
      table_.problem(names.direct, "must not be empty");
    return out;
  }

  void note(const std::vector<storage::field_problem>& found) {
    // A value that could not be had was named already and left the field empty.
    for (const auto& each : found)
      if (std::ranges::find(wrong_, each.field) == wrong_.end())
        table_.problem(each.field, each.problem);
  }
  void problem(std::string_view key, std::string_view what) { table_.problem(key, what); }
  void finish() { table_.finish(); }

private:
  struct secret_name {
    explicit secret_name(std::string_view field) : direct(field), env(direct + "_env"), file(direct + "_file") {}
    std::string direct;
    std::string env;
    std::string file;
  };

  void read_field(google::protobuf::Message& record, const field_rule& rule) {
    const auto* node = table_.take(rule.name);
    if (!node)
      return;
    const auto value = value_of(*node);
    const auto wrong = value ? storage::set_field(record, rule, *value) : std::optional<std::string>{"must be a text"};
    if (!wrong)
      return;
    wrong_.emplace_back(rule.name);
    table_.problem(rule.name, *wrong);
  }

  static std::optional<storage::field_value> value_of(const toml::node& node) {
    if (const auto text = node.value_exact<std::string>())
      return *text;
    if (const auto flag = node.value_exact<bool>())
      return *flag;
    if (const auto number = node.value_exact<std::int64_t>())
      return *number;
    if (const auto time = node.value_exact<toml::date_time>()) {
      std::ostringstream spelled;
      spelled << *time;
      return spelled.str();
    }
    return {};
  }

  secret<> from_environment(std::string_view key, const std::string& name) {
    auto value = env_.get(name);
    if (value && !value->empty())
      return secret<>{std::move(*value)};
    table_.problem(key, "names the environment variable " + name + ", which is not set");
    return {};
  }

  secret<> from_file(std::string_view key, const std::string& name, std::size_t bytes_max) {
    std::ifstream in{folder_ / name, std::ios::binary};
    std::string text(bytes_max + 2, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(std::max<std::streamsize>(in.gcount(), 0)));
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r'))
      text.pop_back();
    if (text.empty())
      table_.problem(key, "names the file " + (folder_ / name).string() + ", which is empty or cannot be read");
    return secret<>{std::move(text)};
  }

  object_kind kind_;
  config_table table_;
  const std::filesystem::path& folder_;
  const environment& env_;
  std::vector<std::string> wrong_;
  // config_table keeps views of the names.
  std::map<std::string_view, secret_name> secret_names_;
};

/// What reads all objects of a file, in an order in which each is there before it is referred to.
class objects_reader {
public:
  objects_reader(config_table& top, const std::filesystem::path& folder, const environment& env,
                 config_problems& problems, configuration& config)
      : top_(top), folder_(folder), env_(env), problems_(problems), config_(config) {}

  void read() {
    each_of(object_kind::tenant, [this](object_reader& from) { read_tenant(from); });
    if (config_.tenants.empty())
      add_default_tenant();
    each_of(object_kind::provider, [this](object_reader& from) { read_provider(from); });
    each_of(object_kind::grant, [this](object_reader& from) { read_grant(from); });
    each_of(object_kind::account, [this](object_reader& from) { read_account(from); });
  }

private:
  using id_in_tenant = std::pair<std::string, std::string>;

  template <class Read>
  void each_of(object_kind kind, Read read) {
    for (const auto* each : top_.tables(to_string(kind))) {
      object_reader from{kind, *each, folder_, env_, problems_};
      read(from);
      from.finish();
    }
  }

  void add_default_tenant() {
    records::Tenant made;
    made.set_id("default");
    made.set_name("Default");
    tenants_.emplace(id_in_tenant{"", "default"}, 0);
    config_.tenants.push_back(std::move(made));
  }

  void read_tenant(object_reader& from) {
    records::Tenant record;
    from.read_into(record);
    from.note(storage::validate(record));
    must_be_new(from, tenants_, {"", record.id()}, config_.tenants.size());
    config_.tenants.push_back(std::move(record));
  }

  void read_provider(object_reader& from) {
    declared_provider out;
    out.record.set_tenant(tenant_of(from));
    from.read_into(out.record);
    out.client_secret = from.read_secret("client_secret");
    storage::set_defaults(out.record);
    // Likewise for a trust anchor's file: relative to the configuration, wherever the gateway is started from.
    if (!out.record.ca_file().empty())
      out.record.set_ca_file((folder_ / out.record.ca_file()).string());
    out.certificate_key = from.read_secret("certificate_key");
    out.proxy_password = from.read_secret("proxy_password");
    from.note(storage::validate(out.record, !out.client_secret.empty(), !out.proxy_password.empty()));
    // One that has expired must not keep the gateway from starting: that is told by warnings and events.
    from.note(storage::check_certificate(out.record, out.certificate_key, wall_time{}));
    must_be_new(from, providers_, {out.record.tenant(), out.record.id()}, config_.providers.size());
    config_.providers.push_back(std::move(out));
  }

  void read_grant(object_reader& from) {
    declared_grant out;
    out.record.set_tenant(tenant_of(from));
    from.read_into(out.record);
    storage::set_defaults(out.record);
    auto token = from.read_secret("refresh_token");
    auto password = from.read_secret("password");
    const bool wants_password = out.record.kind() == "password";
    if (wants_password && !token.empty())
      from.problem("refresh_token", "has no meaning for the kind password");
    if (!wants_password && !password.empty())
      from.problem("password", "has a meaning for the kind password only");
    out.secret_value = wants_password ? std::move(password) : std::move(token);
    from.note(storage::validate(out.record, !out.secret_value.empty()));
    from.note(storage::check_references(out.record, provider(out.record.tenant(), out.record.provider())));
    must_be_new(from, grants_, {out.record.tenant(), out.record.id()}, config_.grants.size());
    config_.grants.push_back(std::move(out));
  }

  void read_account(object_reader& from) {
    records::Account out;
    storage::set_initial(out);
    out.set_tenant(tenant_of(from));
    from.read_into(out);
    const auto* its_provider = provider(out.tenant(), out.provider());
    storage::set_defaults(out, its_provider);
    from.note(storage::validate(out));
    const auto grant = grants_.find({out.tenant(), out.grant()});
    from.note(storage::check_references(out, its_provider,
                                        grant == grants_.end() ? nullptr : &config_.grants[grant->second].record));
    must_be_new(from, accounts_, {out.tenant(), out.id()}, config_.accounts.size());
    config_.accounts.push_back(std::move(out));
  }

  std::string tenant_of(object_reader& from) {
    auto tenant = from.tenant();
    if (!tenants_.contains({"", tenant}))
      from.problem("tenant", "'" + tenant + "' is not declared: add a [[tenant]] or say tenant = …");
    return tenant;
  }

  const records::Provider* provider(const std::string& tenant, const std::string& id) const {
    const auto at = providers_.find({tenant, id});
    return at == providers_.end() ? nullptr : &config_.providers[at->second].record;
  }

  static void must_be_new(object_reader& from, std::map<id_in_tenant, std::size_t>& seen, const id_in_tenant& id,
                          std::size_t at) {
    if (!id.second.empty() && !seen.emplace(id, at).second)
      from.problem("id", "'" + id.second + "' is used twice");
  }

  config_table& top_;
  const std::filesystem::path& folder_;
  const environment& env_;
  config_problems& problems_;
  configuration& config_;
  /// Where each object is in `config_`, by tenant and id.
  std::map<id_in_tenant, std::size_t> tenants_, providers_, grants_, accounts_;
};

} // namespace

void read_objects(config_table& top, const std::filesystem::path& folder, const environment& env,
                  config_problems& problems, configuration& config) {
  objects_reader{top, folder, env, problems, config}.read();
}

} // namespace postroom::app
