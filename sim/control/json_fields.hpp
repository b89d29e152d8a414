#pragma once

#include "base/result.hpp"

#include <boost/json/object.hpp>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace postroom::sim {

/// Reads a request's JSON object field by field. What is missing leaves its variable as it was; what is of another type
/// or outside its bounds, and every field nobody asked for, is a problem that done() tells. Change nothing before.
class json_fields {
public:
  static constexpr std::size_t body_bytes_max = 4 * 1024 * 1024;

  /// An empty body is an empty object.
  explicit json_fields(std::string_view body);

  [[nodiscard]] bool has(std::string_view name) const { return object_.contains(name); }
  void read(std::string_view name, bool& into);
  void read(std::string_view name, std::string& into);
  void read(std::string_view name, std::vector<std::string>& into);
  void read(std::string_view name, double& into, double min, double max);
  void read(std::string_view name, std::int64_t& into, std::int64_t min, std::int64_t max);
  /// A problem of the caller's own.
  void refuse(std::string problem);

  /// `invalid_argument` with the first problem.
  [[nodiscard]] result<void> done();

private:
  [[nodiscard]] const boost::json::value* take(std::string_view name);

  boost::json::object object_;
  std::set<std::string, std::less<>> known_;
  std::string problem_;
};

} // namespace postroom::sim
