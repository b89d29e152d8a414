#pragma once

#include "actors/doctor/evidence.hpp"

namespace postroom::doctor {

/// What the evidence means: all steps in their order, each good, bad, noted or skipped with its reason, and a sentence
/// on the whole. Pure.
[[nodiscard]] diagnosis conclude(const facts& f, const evidence& e);

} // namespace postroom::doctor
