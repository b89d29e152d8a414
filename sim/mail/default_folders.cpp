#include "sim/mail/default_folders.hpp"

#include <algorithm>
#include <array>

namespace postroom::sim {
namespace {

constexpr std::array<std::string_view, 4> language_codes{"en", "de", "fr", "it"};

constexpr std::size_t exchange_folders = 5;
/// In the order of folder_language.
constexpr std::array<std::array<default_folder, exchange_folders>, language_codes.size()> of_exchange{
    {{{{"INBOX", ""},
       {"Sent Items", "\\Sent"},
       {"Drafts", "\\Drafts"},
       {"Deleted Items", "\\Trash"},
       {"Junk Email", "\\Junk"}}},
     {{{"INBOX", ""},
       {"Gesendete Elemente", "\\Sent"},
       {"Entw&APw-rfe", "\\Drafts"},
       {"Gel&APY-schte Elemente", "\\Trash"},
       {"Junk-E-Mail", "\\Junk"}}},
     {{{"INBOX", ""},
       {"&AMk-l&AOk-ments envoy&AOk-s", "\\Sent"},
       {"Brouillons", "\\Drafts"},
       {"&AMk-l&AOk-ments supprim&AOk-s", "\\Trash"},
       {"Courrier ind&AOk-sirable", "\\Junk"}}},
     {{{"INBOX", ""},
       {"Posta inviata", "\\Sent"},
       {"Bozze", "\\Drafts"},
       {"Posta eliminata", "\\Trash"},
       {"Posta indesiderata", "\\Junk"}}}}};
constexpr std::array<default_folder, 6> of_gmail{{{"INBOX", ""},
                                                  {"[Gmail]/All Mail", "\\All"},
                                                  {"[Gmail]/Drafts", "\\Drafts"},
                                                  {"[Gmail]/Sent Mail", "\\Sent"},
                                                  {"[Gmail]/Spam", "\\Junk"},
                                                  {"[Gmail]/Trash", "\\Trash"}}};
constexpr std::array<default_folder, 5> of_generic{
    {{"INBOX", ""}, {"Sent", "\\Sent"}, {"Drafts", "\\Drafts"}, {"Trash", "\\Trash"}, {"Junk", "\\Junk"}}};

} // namespace

std::optional<folder_language> parse_folder_language(std::string_view code) {
  const auto found = std::ranges::find(language_codes, code);
  if (found == language_codes.end())
    return std::nullopt;
  return static_cast<folder_language>(found - language_codes.begin());
}

std::span<const default_folder> default_folders(service kind, folder_language language) {
  switch (kind) {
  case service::google:
    return of_gmail;
  case service::generic:
    return of_generic;
  case service::microsoft:
    break;
  }
  return of_exchange.at(static_cast<std::size_t>(language));
}

} // namespace postroom::sim
