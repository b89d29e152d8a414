#include "api/sign_in/html_page.hpp"

#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "base/limits.hpp"
#include "protocol/mime/utf8_text.hpp"

namespace postroom::api::sign_in {
namespace {

constexpr std::size_t text_bytes_max = 2 * limits::kib;

constexpr std::string_view style =
    "body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:3rem auto;padding:0 1rem;color:#1c2430;"
    "background:#fff}"
    "h1{font-size:1.5rem;border-left:.4rem solid #b3261e;padding-left:.8rem}"
    "h1.good{border-color:#1e7d34}"
    "h2{font-size:1.05rem;margin:1.6rem 0 .2rem}"
    "p,ul,dl{margin:.4rem 0}"
    "dt{font-weight:600}dd{margin:0 0 .4rem}"
    "pre{background:#f2f4f7;padding:.7rem;overflow-x:auto;white-space:pre-wrap}"
    "button{font:inherit;padding:.5rem 1.6rem;margin:.8rem 0}"
    "footer{margin-top:2.5rem;color:#5b6573;font-size:.85rem}";

std::string policy(std::string_view form_action) {
  static const std::string style_hash = base64_encode(as_view(sha256(style)));
  return ("default-src 'none'; style-src 'sha256-" + style_hash + "'; base-uri 'none'; frame-ancestors 'none'; ")
      .append("form-action ")
      .append(form_action);
}

void add_headers(response& to, std::string_view form_action) {
  to.headers.emplace_back("Content-Security-Policy", policy(form_action));
  to.headers.emplace_back("Referrer-Policy", "no-referrer");
  to.headers.emplace_back("X-Frame-Options", "DENY");
}

} // namespace

std::string escape_html(std::string_view text) {
  std::string out;
  for (const char c : mime::clean_line(text, text_bytes_max)) {
    switch (c) {
    case '&':
      out += "&amp;";
      break;
    case '<':
      out += "&lt;";
      break;
    case '>':
      out += "&gt;";
      break;
    case '"':
      out += "&quot;";
      break;
    case '\'':
      out += "&#39;";
      break;
    default:
      out += c;
    }
  }
  return out;
}

html_page::html_page(unsigned status, mood look, std::string_view title) : status_(status) {
  const auto safe = escape_html(title);
  body_
      .append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
              "content=\"width=device-width\"><title>Postroom: ")
      .append(safe)
      .append("</title><style>")
      .append(style)
      .append("</style></head>\n<body>\n<h1")
      .append(look == mood::good ? " class=\"good\">" : ">")
      .append(safe)
      .append("</h1>\n");
}

html_page& html_page::paragraph(std::string_view text) {
  if (!text.empty())
    body_.append("<p>").append(escape_html(text)).append("</p>\n");
  return *this;
}

html_page& html_page::section(std::string_view heading, std::string_view text) {
  body_.append("<h2>").append(escape_html(heading)).append("</h2>\n");
  return paragraph(text);
}

html_page& html_page::facts(const std::vector<std::pair<std::string, std::string>>& named) {
  body_.append("<dl>\n");
  for (const auto& [name, value] : named)
    if (!value.empty())
      body_.append("<dt>").append(escape_html(name)).append("</dt><dd>").append(escape_html(value)).append("</dd>\n");
  body_.append("</dl>\n");
  return *this;
}

html_page& html_page::list(std::string_view heading, const std::vector<std::string>& items) {
  section(heading, {});
  body_.append("<ul>\n");
  for (const auto& each : items)
    body_.append("<li>").append(escape_html(each)).append("</li>\n");
  body_.append("</ul>\n");
  return *this;
}

html_page& html_page::command(std::string_view text) {
  body_.append("<pre>").append(escape_html(text)).append("</pre>\n");
  return *this;
}

html_page& html_page::button(std::string_view text, std::string_view ways) {
  body_.append("<form method=\"post\"><button id=\"go-on\">").append(escape_html(text)).append("</button></form>\n");
  form_action_ = std::string{"'self' "}.append(ways);
  ending_ = "Postroom.";
  return *this;
}

response html_page::finish() {
  body_.append("<footer>").append(ending_).append("</footer>\n</body></html>\n");
  response out;
  out.status = status_;
  out.content_type = "text/html; charset=utf-8";
  add_headers(out, form_action_);
  out.body = std::move(body_);
  return out;
}

void add_page_headers(response& to) {
  add_headers(to, "'none'");
}

} // namespace postroom::api::sign_in
