#pragma once

#include <boost/json/object.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace postroom::api::test {

struct answer {
  unsigned status = 0;
  std::map<std::string, std::string> headers; ///< names in lower case
  std::string body;

  /// Empty when it is not there.
  [[nodiscard]] std::string header(const std::string& name) const;
  /// Throws when the body is not a JSON object in valid UTF-8.
  [[nodiscard]] boost::json::object json() const;
};

struct call {
  std::string method = "GET";
  std::string path;
  std::string body;
  std::map<std::string, std::string> headers;
};

/// A blocking HTTP client on one connection, which is made when needed. Every step ends within ten seconds. Throws
/// std::runtime_error when the server breaks off or is late. For one thread.
class client {
public:
  /// `transcript` collects every byte received; it must outlive the client. With `ca`: TLS.
  client(std::uint16_t port, std::string& transcript, std::string token = {}, std::filesystem::path ca = {});
  ~client();
  client(client&&) noexcept;

  answer send(const call& what);
  answer get(const std::string& path);
  answer post(const std::string& path, const boost::json::object& body);
  answer patch(const std::string& path, const boost::json::object& body, const std::string& if_match);
  answer remove(const std::string& path, const std::string& if_match);

  /// The bytes of a request as send() would write them.
  [[nodiscard]] std::string bytes_of(const call& what) const;
  /// What others would not do: bytes as they are; answers one by one.
  void write(std::string_view bytes);
  answer read_answer(bool to_head = false);
  /// The body of an answer without end, from its beginning, once `text` is in it.
  std::string read_until(std::string_view text);
  /// The same, once the server has ended it.
  std::string read_to_end();
  /// Status and headers of that answer; after read_until().
  [[nodiscard]] answer head() const;
  /// Whether the server closes the connection, and sends nothing before.
  bool is_closed_silently();
  /// How many bytes still come until the server closes.
  std::size_t drain();
  /// Before the first use: what the kernel may receive ahead.
  void set_receive_buffer(int bytes);

private:
  struct machinery;
  std::unique_ptr<machinery> inner_;
  std::string token_;
};

} // namespace postroom::api::test
