#pragma once

#include "protocol/oauth2/token_request.hpp"

#include <cstddef>
#include <string>
#include <string_view>

/// What all requests of this folder that carry a form share. For its own files only.
namespace postroom::oauth2 {

/// A form (RFC 6749 appendix B). Escaping more than it asks for (a blank as %20, not +) is right for every reader.
class form {
public:
  /// `sum_of_values`: bytes of all values together, unescaped: the text never moves, so that no copy of a secret stays
  /// behind.
  explicit form(std::size_t sum_of_values);
  void add(std::string_view name, std::string_view value);
  /// Nothing when the value is empty.
  void add_if(std::string_view name, std::string_view value);
  [[nodiscard]] secret<> take() { return secret<>{std::move(text_)}; }

private:
  std::string text_;
};

/// client_id, and the proof of it that there is.
void add_client(form& body, const client_identity& who);
[[nodiscard]] std::size_t value_bytes(const client_identity& who);

/// Whether the endpoint may be told secrets, and client id and request id are there: see make_request().
[[nodiscard]] result<void> check_request(std::string_view endpoint, std::string_view client_id,
                                         std::string_view request_id);
[[nodiscard]] http_request post(std::string_view endpoint, form& body, std::string_view request_id);

} // namespace postroom::oauth2
