#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace postroom::mime {

/// Writes one JSON value front to back; puts commas and escapes, nothing more. Strings must be valid UTF-8.
class json_writer {
public:
  explicit json_writer(std::size_t reserve_bytes) { out_.reserve(reserve_bytes); }

  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }

  void key(std::string_view name) {
    separate();
    quote(name);
    out_.push_back(':');
    needs_comma_ = false;
  }
  void value(std::string_view text) {
    separate();
    quote(text);
  }
  void value(const char* text) { value(std::string_view(text)); }
  void value(bool b) {
    separate();
    out_.append(b ? "true" : "false");
  }
  void value(std::integral auto number) {
    separate();
    out_.append(std::to_string(number));
  }
  void null() {
    separate();
    out_.append("null");
  }
  void value(const std::vector<std::string>& texts) {
    begin_array();
    for (const auto& text : texts)
      value(std::string_view(text));
    end_array();
  }
  void member(std::string_view name, const auto& v) {
    key(name);
    value(v);
  }

  [[nodiscard]] std::string take() { return std::move(out_); }

private:
  void separate() {
    if (needs_comma_)
      out_.push_back(',');
    needs_comma_ = true;
  }
  void open(char bracket) {
    separate();
    out_.push_back(bracket);
    needs_comma_ = false;
  }
  void close(char bracket) {
    out_.push_back(bracket);
    needs_comma_ = true;
  }
  void quote(std::string_view text);

  std::string out_;
  bool needs_comma_ = false;
};

} // namespace postroom::mime
