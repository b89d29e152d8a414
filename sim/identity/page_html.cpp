#include "sim/identity/page_html.hpp"

#include "base/ascii.hpp"
#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "protocol/http/url.hpp"

#include <boost/beast/http/field.hpp>

namespace postroom::sim {
namespace {

namespace beast_http = boost::beast::http;

// Both faces: one column, large controls, contrast above 4.5:1, visible focus; follows the reader's font size.
constexpr std::string_view style =
    "*{box-sizing:border-box}"
    "body{margin:0;min-height:100vh;display:flex;flex-direction:column;align-items:center;justify-content:center;"
    "font:1rem/1.45 'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;color:#1b1b1b;background:#e9eef4;padding:1rem}"
    "main{background:#fff;width:100%;max-width:29rem;padding:2.5rem 2.75rem;box-shadow:0 2px 8px rgba(0,0,0,.2)}"
    ".brand{margin:0 0 1rem;font-weight:600;color:#595959}"
    "h1{font-size:1.5rem;line-height:1.25;font-weight:600;margin:0 0 .75rem}"
    "p{margin:.5rem 0}"
    ".subtitle{color:#404040;overflow-wrap:anywhere}"
    ".small,footer{font-size:.85rem;color:#4a4a4a}"
    ".alert{color:#b3000c;margin:.75rem 0}"
    "label{display:block;margin:.9rem 0 .3rem}"
    "input[type=text],input[type=email],input[type=password]{width:100%;font:inherit;padding:.5rem .6rem;"
    "border:1px solid #666;border-radius:2px;background:#fff;color:inherit}"
    "input[aria-invalid=true]{border-color:#b3000c}"
    ".row{display:flex;flex-wrap:wrap;justify-content:flex-end;gap:.5rem;margin-top:1.5rem}"
    "button{font:inherit;min-width:6.75rem;padding:.45rem .9rem;border:1px solid transparent;border-radius:2px;"
    "cursor:pointer;background:#d9d9d9;color:#1b1b1b}"
    "button.primary{background:#005fb8;color:#fff}"
    "button.account{display:block;width:100%;text-align:left;background:#fff;border-color:#bbb;margin:.4rem 0;"
    "padding:.7rem;overflow-wrap:anywhere}"
    "button.account:hover{background:#f2f2f2}"
    "button:focus-visible,input:focus-visible,a:focus-visible{outline:3px solid #005fb8;outline-offset:2px}"
    "ul{padding-left:1.2rem}li{margin:.4rem 0}li span{display:block;font-size:.85rem;color:#4a4a4a}"
    ".check{display:flex;gap:.6rem;align-items:flex-start}.check input{margin-top:.35rem}.check label{margin:0}"
    ".details{background:#f3f3f3;padding:.75rem;margin-top:1.25rem;font-size:.85rem;overflow-wrap:anywhere}"
    ".details p{margin:.15rem 0}"
    "footer{max-width:29rem;margin-top:1rem;text-align:center}"
    ".google{background:#f0f4f9}.google main{border-radius:1.5rem;box-shadow:none}.google h1{font-weight:400}"
    ".google button{border-radius:1.2rem}.google button.primary{background:#0b57d0}"
    ".google button.account{border-radius:.5rem}.google input{border-radius:.3rem}";

constexpr std::string_view submit_script = "document.forms[0].submit()";

std::string hash_source(std::string_view content) {
  return "'sha256-" + base64_encode(as_view(sha256(content))) + "'";
}

/// `msauth` of `msauth://app`: what `form-action` must name where it is no web address.
std::string other_scheme(std::string_view uri) {
  const auto scheme = ascii_lower(uri.substr(0, uri.find(':')));
  if (scheme == "http" || scheme == "https" || scheme.empty())
    return {};
  const bool well_formed = scheme.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789+-.") == std::string::npos;
  return well_formed ? " " + scheme + ":" : std::string{};
}

http_response html(const page& page, unsigned status, std::string_view script) {
  static const std::string style_source = hash_source(style);
  static const std::string script_source = " script-src " + hash_source(submit_script) + ";";
  const auto targets = page.leads_to.empty() ? std::string{} : " http: https:" + other_scheme(page.leads_to);
  http_response response{beast_http::int_to_status(status), 11};
  response.set(beast_http::field::content_type, "text/html; charset=utf-8");
  response.set(beast_http::field::cache_control, "no-store");
  response.set("Content-Security-Policy", "default-src 'none'; style-src " + style_source + ";" +
                                              (script.empty() ? std::string{} : script_source) + " form-action 'self'" +
                                              targets + "; frame-ancestors 'none'; base-uri 'none'");
  response.set("X-Frame-Options", "DENY");
  response.set("X-Content-Type-Options", "nosniff");
  response.set("Referrer-Policy", "no-referrer");
  const bool google = page.look == face::google;
  auto& body = response.body();
  body = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>" +
         escape_html(page.title) + "</title><style>";
  body.append(style).append("</style></head>\n<body class=\"").append(google ? "google" : "microsoft");
  body.append("\">\n<main>\n<p class=\"brand\">");
  body.append(google ? "Google accounts, stand-in" : "Microsoft Entra ID, stand-in").append("</p>\n<h1>");
  body.append(escape_html(page.heading)).append("</h1>\n").append(paragraph(page.subtitle, "subtitle"));
  body.append(page.content).append("</main>\n<footer>Postroom's stand-in for tests. This is not a page of ");
  body.append(google ? "Google" : "Microsoft").append(": never enter a real password.</footer>\n");
  if (!script.empty())
    body.append("<script>").append(script).append("</script>\n");
  body.append("</body></html>\n");
  return response;
}

} // namespace

std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
    case '&':
      out.append("&amp;");
      break;
    case '<':
      out.append("&lt;");
      break;
    case '>':
      out.append("&gt;");
      break;
    case '"':
      out.append("&quot;");
      break;
    case '\'':
      out.append("&#39;");
      break;
    case '\r':
      out.append("&#13;");
      break;
    case '\n':
      out.append("&#10;");
      break;
    case '\t':
      out.append("&#9;");
      break;
    default:
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
        out.append("&#xFFFD;");
      else
        out.push_back(c);
    }
  }
  return out;
}

std::string paragraph(std::string_view text, std::string_view css_class) {
  if (text.empty())
    return {};
  const auto start = css_class.empty() ? std::string{"<p>"} : "<p class=\"" + std::string{css_class} + "\">";
  return start + escape_html(text) + "</p>\n";
}

std::string alert(std::string_view text) {
  if (text.empty())
    return {};
  return "<p class=\"alert\" id=\"error\" role=\"alert\">" + escape_html(text) + "</p>\n";
}

std::string input(const text_field& field, bool wrong) {
  const auto id = escape_html(field.id);
  std::string out = "<label for=\"" + id + "\">" + escape_html(field.label) + "</label>\n<input id=\"" + id +
                    "\" name=\"" + id + "\" type=\"" + escape_html(field.type) + "\" autocomplete=\"" +
                    escape_html(field.autocomplete) + "\" value=\"" + escape_html(field.value) + "\" maxlength=\"256\"";
  if (field.numeric)
    out.append(" inputmode=\"numeric\"");
  if (wrong)
    out.append(" aria-invalid=\"true\" aria-describedby=\"error\"");
  return out.append(" autocapitalize=\"none\" spellcheck=\"false\" required autofocus>\n");
}

std::string hidden(std::string_view name, std::string_view value) {
  return "<input type=\"hidden\" name=\"" + escape_html(name) + "\" value=\"" + escape_html(value) + "\">\n";
}

std::string buttons(const std::vector<button>& row) {
  std::string out = "<div class=\"row\">\n";
  for (const auto& one : row) {
    out.append("<button type=\"submit\" id=\"").append(escape_html(one.id)).append("\" name=\"action\" value=\"");
    out.append(escape_html(one.action)).append(one.primary ? "\" class=\"primary\"" : "\"");
    out.append(one.needs_fields ? ">" : " formnovalidate>").append(escape_html(one.text)).append("</button>\n");
  }
  return out.append("</div>\n");
}

std::string form(std::string_view action, std::string_view content) {
  return "<form method=\"post\" action=\"" + escape_html(action) + "\" accept-charset=\"utf-8\">\n" +
         std::string{content} + "</form>\n";
}

http_response render(const page& page, unsigned status) {
  return html(page, status, {});
}

http_response redirect_to(std::string_view location) {
  http_response response{beast_http::status::found, 11};
  response.set(beast_http::field::location, location);
  response.set(beast_http::field::cache_control, "no-store");
  response.set("Referrer-Policy", "no-referrer");
  return response;
}

http_response self_posting_form(face look, std::string_view target, const parameters& values) {
  std::string fields;
  for (const auto& [name, value] : values)
    fields.append(hidden(name, value));
  // No `name`: only the parameters are the client's business.
  fields.append("<div class=\"row\"><button type=\"submit\" id=\"next\" class=\"primary\">Continue</button></div>\n");
  const page page{look,
                  "Working...",
                  "Working...",
                  "",
                  paragraph("If nothing happens, choose Continue.") + form(target, fields),
                  std::string{target}};
  return html(page, 200, submit_script);
}

std::string add_parameters(std::string_view uri, const parameters& values, bool fragment) {
  std::string out{uri};
  char separator = '#';
  if (!fragment)
    separator = uri.find('?') == std::string_view::npos ? '?' : '&';
  for (const auto& [name, value] : values) {
    out.push_back(separator);
    out.append(http::percent_encode(name)).append("=").append(http::percent_encode(value));
    separator = '&';
  }
  return out;
}

} // namespace postroom::sim
