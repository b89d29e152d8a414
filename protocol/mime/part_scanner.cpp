#include "protocol/mime/part_scanner.hpp"

#include "base/ascii.hpp"
#include "base/limits.hpp"
#include "protocol/mime/line_reader.hpp"
#include "protocol/mime/utf8_text.hpp"

#include <optional>
#include <utility>

namespace postroom::mime {

namespace {

std::string_view without_line_end(std::string_view line) {
  if (line.ends_with('\n'))
    line.remove_suffix(1);
  if (line.ends_with('\r'))
    line.remove_suffix(1);
  return line;
}

std::size_t line_end_length(std::string_view bytes) {
  return bytes.ends_with("\r\n") ? 2 : bytes.ends_with('\n') ? 1 : 0;
}

class scanner {
public:
  scanner(byte_source& source, part_visitor& visitor) : reader_(source), visitor_(visitor) {}

  result<void> run() {
    line_reader::line line;
    while (state_ != state::finished && !visitor_.done()) {
      if (reader_.next(line)) {
        if (auto r = take(line); !r)
          return r;
        continue;
      }
      if (auto r = release_content(); !r)
        return r;
      const auto more = reader_.fill();
      if (!more)
        return more.error();
      if (!*more)
        break;
    }
    return finish();
  }

private:
  enum class state : std::uint8_t { headers, leaf, preamble, epilogue, finished };

  struct multipart {
    std::string delimiter; ///< `--` and the boundary
    std::string number;    ///< of the multipart; empty for the root
    std::string subtype;
    std::size_t children = 0;
  };

  struct boundary_match {
    std::size_t depth = 0; ///< index into open_
    bool closes = false;
  };

  result<void> take(const line_reader::line& line) {
    if (line.starts && !open_.empty() && line.bytes.starts_with("--")) {
      if (const auto match = match_boundary(line.bytes)) {
        if (auto r = end_current(); !r)
          return r;
        cross(*match);
        return {};
      }
    }
    switch (state_) {
    case state::headers:
      return take_header_line(line);
    case state::leaf:
      return take_content(line.bytes);
    case state::preamble:
      visitor_.preamble(line.bytes);
      return {};
    case state::epilogue:
    case state::finished:
      return {};
    }
    return {};
  }

  std::optional<boundary_match> match_boundary(std::string_view line) const {
    line = without_line_end(line);
    const auto bare = line.substr(0, line.find_last_not_of(" \t") + 1); // padding after it, RFC 2046 §5.1.1
    for (auto depth = open_.size(); depth-- > 0;) {
      const auto& delimiter = open_[depth].delimiter;
      if (!bare.starts_with(delimiter))
        continue;
      const auto rest = bare.substr(delimiter.size());
      if (rest.empty())
        return boundary_match{depth, false};
      if (rest.starts_with("--"))
        return boundary_match{depth, true};
    }
    return std::nullopt;
  }

  /// Leaves everything nested deeper than the boundary's multipart, then begins its next part or leaves it as well.
  void cross(const boundary_match& match) {
    while (open_.size() > match.depth + 1)
      close_innermost(false);
    if (match.closes) {
      close_innermost(true);
      state_ = open_.empty() ? state::finished : state::epilogue;
      return;
    }
    ++open_.back().children;
    begin_headers();
  }

  void close_innermost(bool properly) {
    if (open_.back().children == 0) {
      visitor_.found(defect::boundary_not_found);
      visitor_.preamble_was_all();
    } else if (!properly) {
      visitor_.found(defect::missing_end_boundary);
    }
    open_.pop_back();
  }

  void begin_headers() {
    block_.clear();
    state_ = state::headers;
    if (++parts_ > limits::mime_parts_max) {
      visitor_.found(defect::too_many_parts);
      state_ = state::finished;
    }
  }

  result<void> take_header_line(const line_reader::line& line) {
    if (line.starts) {
      if (without_line_end(line.bytes).empty()) {
        end_headers();
        return {};
      }
      if (block_.empty() && !starts_field(line.bytes)) {
        const bool is_mbox_line = is_root_ && (line.bytes.starts_with("From ") || line.bytes.starts_with(">From "));
        if (is_mbox_line)
          return {};
        visitor_.found(defect::missing_header_separator);
        end_headers();
        return take(line);
      }
    }
    const auto room = limits::mime_header_block_bytes_max - block_.size();
    if (line.bytes.size() > room)
      visitor_.found(defect::headers_truncated);
    block_.append(line.bytes.substr(0, room));
    return {};
  }

  void end_headers() {
    bool invalid = false;
    const auto fields = split_fields(block_, invalid);
    if (invalid)
      visitor_.found(defect::invalid_header);
    header_ = read_part_header(fields);
    if (is_root_)
      visitor_.message_headers(fields, header_);
    const auto number = current_number();
    if (header_.content_type.type == "multipart" && open_multipart(number))
      return;
    state_ = state::leaf;
    visitor_.begin_part({number.empty() ? "1" : std::string_view(number),
                         open_.empty() ? std::string_view{} : open_.back().subtype, header_});
    is_root_ = false;
  }

  /// False when the multipart is to be taken as a leaf.
  bool open_multipart(const std::string& number) {
    const auto& type = header_.content_type;
    if (type.boundary.empty()) {
      visitor_.found(defect::missing_boundary);
      header_.content_type.type = "text";
      header_.content_type.subtype = "plain";
      return false;
    }
    if (open_.size() >= limits::mime_depth_max) {
      visitor_.found(defect::nesting_limit);
      return false;
    }
    open_.push_back({"--" + type.boundary, number, type.subtype, 0});
    state_ = state::preamble;
    is_root_ = false;
    return true;
  }

  std::string current_number() const {
    if (open_.empty())
      return {};
    const auto& parent = open_.back();
    const auto child = std::to_string(parent.children);
    return parent.number.empty() ? child : parent.number + "." + child;
  }

  /// Holds content back in the window as long as it is contiguous, so that it is passed on in large pieces and the line
  /// end before a boundary, which belongs to the boundary, can still be left out.
  result<void> take_content(std::string_view bytes) {
    if (!line_end_.empty()) {
      if (auto r = visitor_.content(line_end_); !r)
        return r;
      line_end_.clear();
    }
    held_ = held_.empty() ? bytes : std::string_view(held_.data(), held_.size() + bytes.size());
    return {};
  }

  /// Passes on all that is held but its last line end, which is remembered.
  result<void> release_content() {
    if (held_.empty())
      return {};
    const auto end = line_end_length(held_);
    line_end_ = held_.substr(held_.size() - end);
    held_.remove_suffix(end);
    const auto content = std::exchange(held_, {});
    return content.empty() ? result<void>{} : visitor_.content(content);
  }

  result<void> end_current() {
    if (state_ == state::headers)
      end_headers();
    if (state_ != state::leaf)
      return {};
    if (auto r = release_content(); !r)
      return r;
    line_end_.clear();
    visitor_.end_part();
    state_ = state::epilogue;
    return {};
  }

  result<void> finish() {
    if (state_ == state::headers && !visitor_.done())
      end_headers();
    if (state_ == state::leaf) {
      if (auto r = release_content(); !r)
        return r;
      if (!line_end_.empty() && !visitor_.done()) {
        if (auto r = visitor_.content(line_end_); !r)
          return r;
      }
      visitor_.end_part();
    }
    const bool read_all = state_ != state::finished && !visitor_.done();
    while (read_all && !open_.empty())
      close_innermost(false);
    return {};
  }

  line_reader reader_;
  part_visitor& visitor_;
  state state_ = state::headers;
  std::vector<multipart> open_;
  std::size_t parts_ = 1;
  bool is_root_ = true;
  std::string block_;
  part_header header_;
  std::string_view held_;
  std::string line_end_;
};

} // namespace

std::string_view to_string(defect d) noexcept {
  switch (d) {
  case defect::invalid_header:
    return "invalid_header";
  case defect::missing_header_separator:
    return "missing_header_separator";
  case defect::headers_truncated:
    return "headers_truncated";
  case defect::missing_boundary:
    return "missing_boundary";
  case defect::boundary_not_found:
    return "boundary_not_found";
  case defect::missing_end_boundary:
    return "missing_end_boundary";
  case defect::nesting_limit:
    return "nesting_limit";
  case defect::too_many_parts:
    return "too_many_parts";
  case defect::too_many_addresses:
    return "too_many_addresses";
  case defect::missing_from:
    return "missing_from";
  case defect::invalid_date:
    return "invalid_date";
  case defect::unknown_charset:
    return "unknown_charset";
  case defect::undecodable_text:
    return "undecodable_text";
  }
  return "unknown";
}

result<void> scan_parts(byte_source& source, part_visitor& visitor) {
  return scanner(source, visitor).run();
}

part_header read_part_header(const std::vector<header_field>& fields) {
  part_header header;
  bool has_type = false;
  for (const auto& field : fields) {
    if (!starts_with_nocase(field.name, "content-"))
      continue;
    const auto what = field.name.substr(8);
    const auto value = [&] { return unfold(field.folded_value, limits::mime_header_value_bytes_max); };
    if (ascii_iequals(what, "type") && !std::exchange(has_type, true)) {
      header.content_type = decode_content_type(value());
    } else if (ascii_iequals(what, "disposition") && header.disposition.kind.empty()) {
      header.disposition = decode_disposition(value());
    } else if (ascii_iequals(what, "transfer-encoding") && header.encoding.empty()) {
      header.encoding = ascii_lower(clean_line(value(), limits::mime_word_bytes_max));
    } else if (ascii_iequals(what, "id") && header.content_id.empty()) {
      header.content_id = clean_line(decode_message_id(value()), limits::mime_word_bytes_max);
    }
  }
  return header;
}

} // namespace postroom::mime
