#pragma once

#include "storage/lint.hpp"

#include "records.pb.h"

/// The part of the provider lint that knows Microsoft's scopes and clouds; see provider_lint.hpp.
namespace postroom::storage {

/// A scope of its own, against what Entra's token endpoint takes.
void lint_scope(const records::Provider& of, lint_warnings& into);
/// Hosts of one cloud with a registration of another.
void lint_cloud(const records::Provider& of, lint_warnings& into);

} // namespace postroom::storage
