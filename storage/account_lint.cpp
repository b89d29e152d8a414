#include "storage/account_lint.hpp"

#include "base/ascii.hpp"

#include <utility>

namespace postroom::storage {
namespace {

/// One look at one account.
class look {
public:
  look(const records::Account& of, const account_relations& with)
      : of_(of), with_(with), password_(with.provider && with.provider->service() == "password") {}

  lint_warnings take() {
    doubles();
    username();
    delegate();
    if (with_.provider)
      transport();
    if (with_.provider && !password_)
      sign_in();
    return std::move(found_);
  }

private:
  void warn(std::string_view field, std::string problem, std::string remedy) {
    found_.push_back({std::string{field}, std::move(problem), std::move(remedy)});
  }

  void doubles() {
    if (!with_.key_taken_by.empty())
      warn("key", "is also that of the account " + std::string{with_.key_taken_by} + ": agents see it on their tabs",
           "Give each account a key of its own.");
    if (!with_.same_folder.empty())
      warn("email",
           "has the same folder read by the account " + std::string{with_.same_folder} +
               ": each mail is announced twice",
           "Choose another folder, or remove one of the two.");
  }

  void username() {
    if (!of_.username().empty() && !ascii_iequals(of_.username(), of_.email()))
      warn("username", "differs from email: the mailbox of this name is read, and mail is sent from that address",
           "For a shared mailbox both are its own address; a login name that differs from it belongs into upn.");
    if (!of_.upn().empty() && of_.upn().find('@') == std::string::npos)
      warn("upn", "is not a login name like support@contoso.com", "Copy the User principal name from the directory.");
  }

  void delegate() {
    if (of_.delegate().empty())
      return;
    if (password_) {
      warn("delegate", "has no meaning: the provider's accounts sign in with passwords",
           "Leave it empty, and name the grant that holds the password.");
      return;
    }
    if (ascii_iequals(of_.delegate(), of_.email()) || ascii_iequals(of_.delegate(), of_.username()))
      warn("delegate", "is the mailbox's own address, but nobody can sign in as a shared mailbox",
           "Name a person who is a member of the shared mailbox; for a person's own mailbox leave it empty.");
    if (with_.grant && !of_.grant().empty() && !with_.grant->delegate().empty() &&
        !ascii_iequals(with_.grant->delegate(), of_.delegate()))
      warn("delegate", "is not whose sign-in the grant " + of_.grant() + " is: that is " + with_.grant->delegate(),
           "Leave grant empty to use the delegate's own, or correct one of the two.");
  }

  void transport() {
    const auto& purposes = with_.provider->purposes();
    const bool may_read = purposes.empty() || (' ' + purposes + ' ').find(" imap ") != std::string::npos;
    if (of_.transport() == "imap_smtp" && !may_read)
      warn("transport", "is imap_smtp, but the provider's purposes lack imap",
           "Add imap and smtp to the provider's purposes and sign in again.");
  }

  void sign_in() {
    const std::string by = of_.delegate().empty() ? "email" : "delegate";
    const auto who = signer_of(of_);
    const auto& provider = of_.provider();
    const auto remedy = "Let " + who + " sign in: POST /v1/providers/" + provider +
                        "/authenticate or `postroom provider authenticate " + provider + "` gives the address.";
    if (!with_.grant)
      warn(by, "names nobody with a sign-in yet: no sign-in of " + who + " at " + provider, remedy);
    else if (with_.grant->revoked_ms() != 0)
      warn(of_.grant().empty() ? by : "grant", "has a sign-in that was given up", remedy);
    else if (with_.grant->kind() == "refresh_token" && with_.grant->refresh_token().empty())
      warn(of_.grant().empty() ? by : "grant", "has a sign-in that left no refresh token", remedy);
  }

  const records::Account& of_;
  const account_relations& with_;
  bool password_;
  lint_warnings found_;
};

} // namespace

std::string signer_of(const records::Account& of) {
  const auto& own = of.upn().empty() ? (of.username().empty() ? of.email() : of.username()) : of.upn();
  return ascii_lower(std::string_view{of.delegate().empty() ? own : of.delegate()});
}

lint_warnings lint(const records::Account& of, const account_relations& with) {
  return look{of, with}.take();
}

} // namespace postroom::storage
