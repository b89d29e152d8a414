#include "protocol/csv/csv_reader.hpp"

#include <utility>

namespace postroom::csv {
namespace {

constexpr std::string_view utf8_mark = "\xEF\xBB\xBF";
constexpr std::size_t mark_over = utf8_mark.size();

} // namespace

result<void> reader::add(std::string_view octets) {
  for (const char c : octets) {
    if (state_ == state::failed)
      return fail(errc::invalid_argument, "the text was given up");
    if (mark_octets_ < mark_over) {
      const auto mark = is_mark(c);
      if (!mark)
        return mark.error();
      if (*mark)
        continue;
    }
    if (auto read = step(c); !read)
      return read;
  }
  return {};
}

result<bool> reader::is_mark(char c) {
  if (c == utf8_mark[mark_octets_]) {
    ++mark_octets_;
    return true;
  }
  if (mark_octets_ == 0 && (c == '\xFF' || c == '\xFE'))
    return refuse(errc::invalid_argument, "the text is UTF-16: save it as UTF-8").error();
  // What began like a mark is text; it holds neither separators nor quotation marks.
  const auto seen = std::exchange(mark_octets_, mark_over);
  for (const char each : utf8_mark.substr(0, seen))
    if (auto read = step(each); !read)
      return read.error();
  return false;
}

result<void> reader::step(char c) {
  if (std::exchange(after_cr_, false) && c == '\n')
    return {};
  if (++row_octets_ > bounds_.row_bytes_max)
    return refuse(errc::too_large, "is longer than " + std::to_string(bounds_.row_bytes_max) + " bytes");
  if (state_ == state::quoted) {
    if (c == '"')
      state_ = state::quote_in_quoted;
    else
      field_ += c;
    return {};
  }
  if (c == '"') {
    if (state_ == state::plain)
      return refuse(errc::invalid_argument,
                    "has a quotation mark within a field: quote the whole field and double those in it");
    if (state_ == state::quote_in_quoted)
      field_ += c;
    quoted_once_ = true;
    state_ = state::quoted;
    return {};
  }
  if (c == '\n' || c == '\r') {
    after_cr_ = c == '\r';
    return end_row();
  }
  if (is_separator(c))
    return end_field();
  if (state_ == state::quote_in_quoted)
    return refuse(errc::invalid_argument, "goes on after the quotation mark that ends a field");
  field_ += c;
  state_ = state::plain;
  return {};
}

bool reader::is_separator(char c) {
  if (separator_ == '\0' && (c == ',' || c == ';'))
    separator_ = c;
  return c == separator_ && c != '\0';
}

result<void> reader::end_field() {
  if (row_.fields.size() >= bounds_.fields_max)
    return refuse(errc::too_large, "has more than " + std::to_string(bounds_.fields_max) + " fields");
  row_.fields.push_back(std::exchange(field_, {}));
  state_ = state::field_begin;
  return {};
}

result<void> reader::end_row() {
  const bool empty = row_.fields.empty() && field_.empty() && !quoted_once_;
  if (!empty) {
    if (auto ended = end_field(); !ended)
      return ended;
    // A text of one column shows none; a comma in a later row is then one too many.
    if (separator_ == '\0')
      separator_ = ',';
    done_.push_back(row{row_.number, std::exchange(row_.fields, {})});
  }
  ++row_.number;
  row_octets_ = 0;
  quoted_once_ = false;
  return {};
}

result<void> reader::finish() {
  if (state_ == state::failed)
    return fail(errc::invalid_argument, "the text was given up");
  if (mark_octets_ < mark_over && mark_octets_ > 0) {
    const auto seen = std::exchange(mark_octets_, mark_over);
    for (const char each : utf8_mark.substr(0, seen))
      if (auto read = step(each); !read)
        return read;
  }
  if (state_ == state::quoted)
    return refuse(errc::invalid_argument, "begins a field with a quotation mark that nothing ends");
  if (row_octets_ == 0)
    return {};
  return end_row();
}

std::optional<row> reader::take() {
  if (done_.empty())
    return {};
  auto next = std::move(done_.front());
  done_.pop_front();
  return next;
}

result<void> reader::refuse(errc code, const std::string& why) {
  state_ = state::failed;
  return fail(code, "row " + std::to_string(row_.number) + " " + why);
}

} // namespace postroom::csv
