#include "sim/identity/sign_in_views.hpp"

#include "sim/identity/permissions.hpp"

namespace postroom::sim {
namespace {

std::string title_of(face look) {
  return look == face::google ? "Sign in - Google Accounts" : "Sign in to your account";
}

std::string leads_to(const half_sign_in& flow) {
  if (const auto* const request = std::get_if<authorize_request>(&flow.purpose))
    return request->reply.redirect_uri;
  if (const auto* const request = std::get_if<admin_consent_request>(&flow.purpose))
    return request->reply.redirect_uri;
  return {};
}

std::string form_of(const half_sign_in& flow, std::string_view content) {
  return form(flow.path, hidden("flow", flow.name) + hidden("csrf", flow.csrf) + hidden("step", to_string(flow.step)) +
                             std::string{content});
}

http_response show(const half_sign_in& flow, std::string heading, std::string content) {
  return render(
      {flow.look, title_of(flow.look), std::move(heading), flow.account.upn, std::move(content), leads_to(flow)});
}

std::string permission_list(const std::vector<std::string>& permissions) {
  std::string out = "<ul id=\"permissions\">\n";
  for (const auto& permission : permissions) {
    const auto words = describe_permission(permission);
    out.append("<li>").append(escape_html(words.title));
    if (!words.explanation.empty())
      out.append("<span>").append(escape_html(words.explanation)).append("</span>");
    out.append("</li>\n");
  }
  return out.append("</ul>\n");
}

button use_other() {
  return {"use-other", "other", "Use another account", false, false};
}

} // namespace

http_response account_page(const half_sign_in& flow, std::string_view email, std::string_view client,
                           std::string_view message) {
  const bool google = flow.look == face::google;
  const auto label = google ? "Email or phone" : "Email";
  const auto intro = client.empty() ? std::string{} : "to continue to " + std::string{client};
  return show(flow, "Sign in",
              paragraph(intro) +
                  form_of(flow, alert(message) + input({"email", label, "email", "username", email}, !message.empty()) +
                                    buttons({{"next", "next", "Next"}})));
}

http_response pick_account_page(const half_sign_in& flow, const std::vector<signed_in_account>& accounts) {
  std::string rows;
  for (std::size_t i = 0; i < accounts.size(); ++i) {
    const auto number = std::to_string(i);
    rows.append("<button type=\"submit\" class=\"account\" id=\"account-" + number + "\" name=\"account\" value=\"" +
                number + "\">" + escape_html(accounts[i].upn) + "</button>\n");
  }
  rows.append("<button type=\"submit\" class=\"account\" id=\"use-other\" name=\"action\" value=\"other\">"
              "Use another account</button>\n");
  return show(flow, flow.look == face::google ? "Choose an account" : "Pick an account", form_of(flow, rows));
}

http_response password_page(const half_sign_in& flow, std::string_view message) {
  const bool google = flow.look == face::google;
  return show(
      flow, google ? "Welcome" : "Enter password",
      form_of(flow, alert(message) +
                        input({"password", google ? "Enter your password" : "Password", "password", "current-password"},
                              !message.empty()) +
                        buttons({{"back", "other", "Back", false, false},
                                 {"sign-in", "sign_in", google ? "Next" : "Sign in"}})));
}

http_response code_page(const half_sign_in& flow, std::string_view message) {
  const bool enrols = flow.step == sign_in_step::enrol_code;
  std::string heading = flow.look == face::google ? "2-Step Verification" : "Enter code";
  if (enrols)
    heading = "Set up your authenticator";
  const auto intro = enrols ? "Add the account to your authenticator app and enter the code it shows."
                            : "Enter the code displayed in your authenticator app.";
  const auto hint = "At this stand-in the code is always " + std::string{user::mfa_code} + ".";
  return show(
      flow, heading,
      paragraph(intro) + paragraph(hint, "small") +
          form_of(flow, alert(message) + input({"otc", "Code", "text", "one-time-code", "", true}, !message.empty()) +
                            buttons({{"back", "other", "Back", false, false}, {"verify", "verify", "Verify"}})));
}

http_response enrol_page(const half_sign_in& flow, std::string_view client) {
  const auto why = flow.look == face::google ? std::string{"Your organization requires 2-Step Verification."}
                                             : short_message(flow.look, {50079, "", std::string{client}, ""});
  return show(flow, "More information required",
              paragraph("Your organization needs more information to keep your account secure.") + alert(why) +
                  form_of(flow, buttons({use_other(), {"next", "next", "Next"}})));
}

http_response consent_page(const half_sign_in& flow, const application& client,
                           const std::vector<std::string>& permissions, bool administrator) {
  const bool google = flow.look == face::google;
  std::string choice;
  if (administrator && !google)
    choice = "<div class=\"check\"><input type=\"checkbox\" id=\"on-behalf\" name=\"on-behalf\" value=\"yes\">"
             "<label for=\"on-behalf\">Consent on behalf of your organization</label></div>\n";
  auto heading = google ? client.name + " wants access to your Google Account" : std::string{"Permissions requested"};
  return show(
      flow, std::move(heading),
      paragraph(google ? "This will allow the app to:" : client.name + " would like to:") +
          permission_list(permissions) +
          paragraph("Accept only if you trust the app. You can take the permissions back at any time.", "small") +
          form_of(flow, choice + buttons({{"cancel", "cancel", "Cancel", false, false},
                                          {"accept", "accept", google ? "Continue" : "Accept"}})));
}

http_response admin_consent_page(const half_sign_in& flow, const application& client, const tenant& directory,
                                 const std::vector<std::string>& permissions) {
  const auto text = client.name + " would like to have these permissions for everyone in " + directory.name + ":";
  return show(
      flow, "Permissions requested: review for your organization",
      paragraph(text) + permission_list(permissions) +
          paragraph("If you accept, this app will get access to the specified resources for all users in your "
                    "organization. No one else will be prompted to review these permissions.",
                    "small") +
          form_of(flow, buttons({{"cancel", "cancel", "Cancel", false, false}, {"accept", "accept", "Accept"}})));
}

http_response need_admin_page(const half_sign_in& flow, const signing_in& all, wall_time now) {
  const auto text = all.client.name + " needs permission to access resources in your organization that only an "
                                      "admin can grant. Please ask an admin to grant permission to this app "
                                      "before you can use it.";
  const auto content =
      paragraph(text) + paragraph("Have an admin account? Sign in with that account.") +
      form_of(flow, buttons({use_other(), {"cancel", "cancel", "Return to the application without granting consent"}}));
  return error_page({flow.look, flow.account.upn, leads_to(flow)}, {90094, "", all.directory.name, all.client.name},
                    flow.correlation_id, now, "Need admin approval", content);
}

http_response user_code_page(const half_sign_in& flow, std::string_view code, std::string_view message) {
  return show(flow, "Enter code to allow access",
              paragraph("Once you enter the code displayed on your app or device, it will have access to your "
                        "account.") +
                  paragraph("Do not enter codes from sources you don't trust.", "small") +
                  form_of(flow, alert(message) + input({"user-code", "Code", "text", "off", code}, !message.empty()) +
                                    buttons({{"next", "next", "Next"}})));
}

http_response confirm_device_page(const half_sign_in& flow, std::string_view client) {
  return show(
      flow, "Are you trying to sign in to " + std::string{client} + "?",
      paragraph("Only continue if you downloaded the app from a store or website that you trust.") +
          form_of(flow, buttons({{"cancel", "cancel", "Cancel", false, false}, {"accept", "accept", "Continue"}})));
}

http_response done_page(face look, std::string_view heading, std::string_view text, std::string_view result) {
  return render({look, title_of(look), std::string{heading}, "",
                 "<p id=\"done\" data-result=\"" + escape_html(result) + "\">" + escape_html(text) + "</p>\n", ""});
}

http_response account_error_page(const half_sign_in& flow, const sign_in_refusal& why, wall_time now) {
  return error_page({flow.look, flow.account.upn, leads_to(flow)}, why, flow.correlation_id, now, {},
                    form_of(flow, buttons({use_other()})));
}

} // namespace postroom::sim
