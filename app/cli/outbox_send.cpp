#include "app/cli/command.hpp"
#include "app/cli/input.hpp"
#include "app/cli/outbox_options.hpp"
#include "base/ascii.hpp"
#include "base/crypto.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <ostream>

namespace postroom::app::cli {
namespace {

struct type_of_ending {
  std::string_view ending, type;
};

/// What people attach; everything else goes as octets, and mail programs look at the name.
constexpr std::array types{
    type_of_ending{".pdf", "application/pdf"},
    type_of_ending{".txt", "text/plain"},
    type_of_ending{".csv", "text/csv"},
    type_of_ending{".html", "text/html"},
    type_of_ending{".png", "image/png"},
    type_of_ending{".jpg", "image/jpeg"},
    type_of_ending{".jpeg", "image/jpeg"},
    type_of_ending{".gif", "image/gif"},
    type_of_ending{".zip", "application/zip"},
    type_of_ending{".json", "application/json"},
    type_of_ending{".ics", "text/calendar"},
    type_of_ending{".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    type_of_ending{".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    type_of_ending{".pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
    text.remove_suffix(1);
  return text;
}

void put_addresses(boost::json::object& into, const char* name, const std::vector<std::string>& from) {
  if (from.empty())
    return;
  boost::json::array list;
  for (const auto& each : from)
    list.push_back(address_json(each));
  into[name] = std::move(list);
}

api_call submission(const send_options& options) {
  api_call call;
  call.method = "POST";
  call.path = path_of({"accounts", options.account, "outbox"});
  call.headers.emplace_back("Idempotency-Key",
                            options.idempotency_key.empty() ? random_uuid() : options.idempotency_key);
  call.repeatable = true;
  return call;
}

/// Texts from files and attachments; the code when that failed and was told.
std::optional<exit_code> complete(session& live, const send_options& options, boost::json::object& mail) {
  for (const auto& [name, file] : {std::pair{"text", &options.text_file}, std::pair{"html", &options.html_file}}) {
    if (file->empty())
      continue;
    auto text = read_text(*file, live.world().in);
    if (!text)
      return live.complain(text.error());
    mail[name] = std::move(*text);
  }
  boost::json::array attachments;
  for (const auto& each : options.attachments) {
    const auto upload = live.fetch(upload_call(each));
    if (!upload)
      return live.failed_with();
    attachments.push_back(boost::json::object{{"upload", text_at(upload->root(), "id")}});
  }
  if (!attachments.empty())
    mail["attachments"] = std::move(attachments);
  return {};
}

exit_code submit(session& live, api_call call) {
  const auto key = call.headers.front().second;
  const auto code = live.show(std::move(call));
  if (code == exit_code::not_reachable || code == exit_code::temporary)
    live.world().err << "  to be sure: it may have been accepted; the same command with --idempotency-key " << key
                     << " cannot send it twice\n";
  return code;
}

exit_code send(session& live, const send_options& options) {
  auto call = submission(options);
  auto mail = mail_json(options);
  if (!mail)
    return live.complain(mail.error());
  if (!options.raw_file.empty()) {
    if (!mail->empty() || !options.text_file.empty() || !options.html_file.empty() || !options.attachments.empty())
      return live.complain(fail(errc::invalid_argument, "--raw sends a mail as it is: nothing else can be said of it"));
    call.content_type = "message/rfc822";
    call.body_file = options.raw_file;
    return submit(live, std::move(call));
  }
  if (const auto failed = complete(live, options, *mail))
    return *failed;
  call.body = boost::json::serialize(*mail);
  return submit(live, std::move(call));
}

void add_addresses(CLI::App& leaf, send_options& options) {
  leaf.add_option("--account", options.account, "The account that sends")->type_name("ID")->required();
  leaf.add_option("--from", options.from, "Sender; without, the account's")->type_name("ADDRESS");
  leaf.add_option("--to", options.to, "Recipient, like 'Anna Müller <anna@example.com>'; more than once for more")
      ->type_name("ADDRESS")
      ->allow_extra_args(false);
  leaf.add_option("--cc", options.cc, "Further recipient, named in the mail")
      ->type_name("ADDRESS")
      ->allow_extra_args(false);
  leaf.add_option("--bcc", options.bcc, "Further recipient, not named in the mail")
      ->type_name("ADDRESS")
      ->allow_extra_args(false);
  leaf.add_option("--reply-to", options.reply_to, "Where answers shall go")
      ->type_name("ADDRESS")
      ->allow_extra_args(false);
}

void add_content(CLI::App& leaf, send_options& options) {
  leaf.add_option("--subject", options.subject, "Subject");
  auto* text = leaf.add_option("--text", options.text, "What the mail says");
  leaf.add_option("--text-file", options.text_file, "The same from a file; -: stdin")
      ->type_name("FILE")
      ->excludes(text);
  leaf.add_option("--html-file", options.html_file, "The same as HTML, alone or beside the text; -: stdin")
      ->type_name("FILE");
  leaf.add_option("--attach", options.attachments, "File to attach; more than once for more")
      ->type_name("FILE")
      ->allow_extra_args(false);
  leaf.add_option("--header", options.headers, "Further header, like 'X-Ticket: 42'")
      ->type_name("'NAME: VALUE'")
      ->allow_extra_args(false);
  auto* reply = leaf.add_option("--reply", options.reply, "Answer this received message")->type_name("MESSAGE");
  leaf.add_flag("--reply-all", options.reply_all, "Answer also its other recipients")->needs(reply);
  leaf.add_option("--forward", options.forward, "Pass on this received message")->type_name("MESSAGE")->excludes(reply);
}

} // namespace

boost::json::value address_json(const std::string& spelled) {
  const auto open = spelled.rfind('<');
  if (open == std::string::npos || !trimmed(spelled).ends_with('>'))
    return boost::json::value(trimmed(spelled));
  const auto close = spelled.rfind('>');
  auto name = trimmed(std::string_view{spelled}.substr(0, open));
  if (name.size() >= 2 && name.front() == '"' && name.back() == '"')
    name = name.substr(1, name.size() - 2);
  const auto address = trimmed(std::string_view{spelled}.substr(open + 1, close - open - 1));
  if (name.empty())
    return boost::json::value(address);
  return boost::json::object{{"name", name}, {"address", address}};
}

result<boost::json::object> mail_json(const send_options& options) {
  boost::json::object mail;
  if (!options.from.empty()) {
    const auto from = address_json(options.from);
    mail["from"] = from.is_object() ? from : boost::json::value(boost::json::object{{"address", from}});
  }
  put_addresses(mail, "reply_to", options.reply_to);
  put_addresses(mail, "to", options.to);
  put_addresses(mail, "cc", options.cc);
  put_addresses(mail, "bcc", options.bcc);
  if (!options.subject.empty())
    mail["subject"] = options.subject;
  if (!options.text.empty())
    mail["text"] = options.text;
  boost::json::object headers;
  for (const auto& each : options.headers) {
    const auto colon = each.find(':');
    if (colon == std::string::npos || colon == 0)
      return fail(errc::invalid_argument, "--header must be like 'X-Ticket: 42', not '" + each + "'");
    headers[each.substr(0, colon)] = trimmed(std::string_view{each}.substr(colon + 1));
  }
  if (!headers.empty())
    mail["headers"] = std::move(headers);
  if (!options.reply.empty())
    mail["reply"] = boost::json::object{{"message", options.reply}, {"all", options.reply_all}};
  if (!options.forward.empty())
    mail["forward"] = boost::json::object{{"message", options.forward}};
  if (options.hold)
    mail["hold"] = true;
  return mail;
}

api_call upload_call(const std::string& file) {
  const std::filesystem::path path{file};
  api_call call;
  call.method = "POST";
  call.path = path_of({"uploads"});
  call.query = {{"filename", path.filename().string()}};
  call.body_file = path;
  const auto ending = ascii_lower(path.extension().string());
  const auto* known = std::ranges::find(types, ending, &type_of_ending::ending);
  call.content_type = known == types.end() ? "application/octet-stream" : std::string{known->type};
  // An upload that nobody refers to is dropped by itself.
  call.repeatable = true;
  return call;
}

void add_outbox_send(CLI::App& outbox, command_shelf& shelf) {
  auto options = std::make_shared<send_options>();
  auto& leaf = add_leaf(outbox, "send",
                        "Hand in a mail. It is safe on the gateway's disk when this returns; `outbox show` tells what "
                        "becomes of it",
                        "postroom outbox send --account support --to anna@example.com --subject Hello --text-file "
                        "letter.txt --attach offer.pdf");
  add_addresses(leaf, *options);
  add_content(leaf, *options);
  leaf.add_flag("--hold", options->hold, "Do not send it before it is released");
  leaf.add_option("--raw", options->raw_file, "Send this mail (RFC 5322) as it is; goes with none of the above")
      ->type_name("FILE");
  leaf.add_option("--idempotency-key", options->idempotency_key,
                  "The same key sends the same mail once, however often it is handed in; without, one is made")
      ->type_name("KEY");
  on_run(shelf, leaf, options, send);
}

} // namespace postroom::app::cli
