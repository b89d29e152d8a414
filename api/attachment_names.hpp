#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace postroom::api {

/// What a message's event data tells of one attachment.
struct attachment_facts {
  std::string filename;
  std::string content_type;
  std::uint64_t bytes = 0;
};
/// Nothing when there is no such part among the attachments.
[[nodiscard]] std::optional<attachment_facts> find_attachment(std::string_view event_data, std::string_view part);

/// `subject`, `from` and the like of event data as JSON members (`"subject":…`), as they stand there.
[[nodiscard]] std::string summary_members(std::string_view event_data);

/// A Content-Disposition that makes browsers save the file, whatever its name holds (RFC 6266, RFC 8187).
[[nodiscard]] std::string attachment_disposition(std::string_view filename);
/// `content_type` when it is a plain `type/subtype`, else `application/octet-stream`.
[[nodiscard]] std::string safe_content_type(std::string_view content_type);

} // namespace postroom::api
