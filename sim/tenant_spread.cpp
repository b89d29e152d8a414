#include "sim/tenant_spread.hpp"

namespace postroom::sim {
namespace {

std::size_t share(std::size_t all, std::size_t parts, std::size_t number) {
  return all / parts + (number < all % parts ? 1 : 0);
}

} // namespace

result<std::vector<tenant_plan>> spread_tenants(const tenant_spread& counts) {
  if (counts.tenants == 0 || counts.providers < counts.tenants || counts.mailboxes < counts.tenants)
    return fail(errc::invalid_argument, "every tenant needs a provider and a mailbox");
  if (counts.grants < counts.providers)
    return fail(errc::invalid_argument, "every provider needs a grant");
  std::vector<tenant_plan> out;
  for (std::size_t i = 0; i < counts.tenants; ++i) {
    const auto number = std::to_string(i + 1);
    tenant_plan plan;
    plan.name = "Customer " + number;
    plan.domain = "customer-" + number + ".test";
    plan.providers = share(counts.providers, counts.tenants, i);
    plan.delegates = counts.grants / counts.providers;
    plan.mailboxes = share(counts.mailboxes, counts.tenants, i);
    out.push_back(std::move(plan));
  }
  return out;
}

} // namespace postroom::sim
