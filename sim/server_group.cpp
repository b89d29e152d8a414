#include "sim/server_group.hpp"

#include "net/as_values.hpp"
#include "sim/control/fault_effects.hpp"
#include "sim/identity/replies.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <vector>

namespace postroom::sim {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;

using net::as_values;
/// How exactly expired tokens end their sessions.
constexpr auto tick_period = 1s;
/// How soon another rate of mails is noticed.
constexpr auto flow_patience = 50ms;
/// Then connections have their turn.
constexpr std::size_t mails_at_once = 50;
constexpr std::uint64_t form_bytes_max = 1024 * 1024;

asio::awaitable<void> serve_http_cuttably(tcp::socket socket, const http_service& service, cuttable_connections& all) {
  const cuttable_connections::entry here{all, socket};
  co_await serve_http(std::move(socket), service);
}

std::uint16_t planned_imap_port(const scenario& plan, service face) {
  return face == service::google    ? plan.gmail_imap_port
         : face == service::generic ? plan.generic_imap_port
                                    : plan.imap_port;
}

std::uint16_t planned_smtp_port(const scenario& plan, service face) {
  return face == service::google    ? plan.gmail_smtp_port
         : face == service::generic ? plan.generic_smtp_port
                                    : plan.smtp_port;
}

} // namespace

server_group::server_group(asio::io_context& io)
    : io_(io), identity_(io), control_(io), mail_servers_{mail_server{io}, mail_server{io}, mail_server{io}} {
}

result<served_ports> server_group::listen(const scenario& plan) {
  std::vector<std::pair<listener*, std::uint16_t>> wanted{{&identity_, plan.identity_port},
                                                          {&control_, plan.control_port}};
  for (std::size_t i = 0; i < faces.size(); ++i) {
    wanted.emplace_back(&mail_servers_[i].imap, planned_imap_port(plan, faces[i]));
    wanted.emplace_back(&mail_servers_[i].smtp, planned_smtp_port(plan, faces[i]));
  }
  // Those with a number first, so that none of them is given away as any free one.
  std::ranges::stable_partition(wanted, [](const auto& each) { return each.second != 0; });
  for (const auto& [port, number] : wanted)
    if (auto opened = port->open(number); !opened)
      return opened.error();
  const auto& [exchange, google, generic] = mail_servers_;
  return served_ports{.identity = identity_.port(),
                      .imap = exchange.imap.port(),
                      .smtp = exchange.smtp.port(),
                      .generic_imap = generic.imap.port(),
                      .generic_smtp = generic.smtp.port(),
                      .gmail_imap = google.imap.port(),
                      .gmail_smtp = google.smtp.port(),
                      .control = control_.port()};
}

void server_group::serve(world& world, asio::ssl::context* tls) {
  world_ = &world;
  control_api_.emplace(world, *this);
  identity_service_ = {[&world](const http_request& request) {
                         return is_graph_path(path_of(request)) ? answer_graph(world.graph, request)
                                                                : world.platform.answer(request);
                       },
                       tls, form_bytes_max};
  control_service_ = {[this](const http_request& request) { return control_api_->answer(request); }, nullptr,
                      world::mail_bytes_max};
  identity_.serve([this](tcp::socket socket) {
    asio::co_spawn(io_, serve_http_cuttably(std::move(socket), identity_service_, cuttable_), asio::detached);
  });
  control_.serve([this](tcp::socket socket) {
    asio::co_spawn(io_, serve_http(std::move(socket), control_service_), asio::detached);
  });
  for (std::size_t i = 0; i < faces.size(); ++i)
    serve_mail(mail_servers_[i], faces[i], tls);
  asio::co_spawn(io_, tick_for_ever(), asio::detached);
  asio::co_spawn(io_, carry_out_for_ever(), asio::detached);
  asio::co_spawn(io_, deliver_for_ever(), asio::detached);
}

void server_group::serve_mail(mail_server& server, service face, asio::ssl::context* tls) {
  auto& w = *world_;
  server.sessions.emplace(connection_hub{
      imap_services{w.mail, w.people, w.tokens, w.faults, w.time, w.stats, w.plan.limits, face, w.plan.quirks},
      tls ? tls->native_handle() : nullptr});
  server.submissions.emplace(submission_hub{submission_services{w.mail, w.people, w.tokens, w.faults, w.time, w.stats,
                                                                w.records, w.bounces, w.plan.limits, face},
                                            tls});
  server.sessions->on_idle = [this](std::string_view mailbox, bool begins) {
    const auto now = world_->time.ticks();
    begins ? world_->idles.begin(mailbox, now) : world_->idles.end(mailbox, now);
  };
  server.imap.serve([this, &server](tcp::socket socket) {
    world_->connects.note(world_->time.ticks());
    asio::co_spawn(io_, imap_connection::run(std::make_shared<imap_connection>(std::move(socket), *server.sessions)),
                   asio::detached);
  });
  server.smtp.serve([this, &server](tcp::socket socket) {
    asio::co_spawn(io_, serve_submission(std::move(socket), *server.submissions), asio::detached);
  });
}

// -- What goes on by itself ------------------------------------------------------------------------------------------

asio::awaitable<void> server_group::tick_for_ever() {
  asio::steady_timer timer{io_};
  for (;;) {
    timer.expires_after(tick_period);
    co_await timer.async_wait(as_values);
    for_each_session([](imap_connection& each) { each.tick(); });
  }
}

asio::awaitable<void> server_group::carry_out_for_ever() {
  asio::steady_timer timer{io_};
  for (;;) {
    carry_out_faults(*world_, *this);
    world_->bounces.deliver_due(world_->time.ticks());
    timer.expires_after(fault_period);
    co_await timer.async_wait(as_values);
  }
}

asio::awaitable<void> server_group::deliver_for_ever() {
  asio::steady_timer timer{io_};
  for (;;) {
    if (world_->deliver_due(mails_at_once)) {
      co_await asio::post(io_, asio::use_awaitable);
      continue;
    }
    timer.expires_at(std::min(world_->flow.next_due(), world_->time.ticks() + flow_patience));
    co_await timer.async_wait(as_values);
  }
}

// -- What is done to them --------------------------------------------------------------------------------------------

/// But for the control API's.
template <class Each>
void server_group::for_each_listener(Each each) {
  each(identity_);
  for (auto& server : mail_servers_) {
    each(server.imap);
    each(server.smtp);
  }
}

template <class Each>
void server_group::for_each_session(Each each) {
  for (auto& server : mail_servers_)
    if (server.sessions)
      for (auto* connection : server.sessions->connections)
        each(*connection);
}

void server_group::drop(const chooser& whose) {
  for_each_session([&](imap_connection& each) {
    if (whose(each.user()))
      each.drop();
  });
  for (auto& server : mail_servers_)
    if (server.submissions)
      drop_submissions(*server.submissions, whose);
}

void server_group::expire(const chooser& whose) {
  for_each_session([&](imap_connection& each) {
    if (!each.user().empty() && whose(each.user()))
      each.expire();
  });
}

void server_group::set_outage(bool out) {
  const bool begins = out && !out_;
  out_ = out;
  if (begins) {
    drop([](std::string_view) { return true; });
    cuttable_.cut_all();
  }
  for_each_listener([&](listener& each) {
    if (out)
      each.close();
    else
      (void)each.reopen(); // somebody else may have the port for a moment: it is tried again
  });
}

void server_group::close() {
  for_each_listener([](listener& each) { each.close(); });
  control_.close();
}

stand_in_stats server_group::count() {
  auto stats = world_->count();
  const auto add = [&](const mail_server& server, std::size_t& connections, std::size_t& idling) {
    connections = server.sessions->connections.size();
    idling = static_cast<std::size_t>(
        std::ranges::count_if(server.sessions->connections, [](const auto* each) { return each->idling(); }));
    stats.connections += connections;
    stats.idling += idling;
    stats.submission_connections += server.submissions->connections.size();
  };
  const auto& [exchange, google, generic] = mail_servers_;
  add(exchange, stats.exchange_connections, stats.exchange_idling);
  add(google, stats.google_connections, stats.google_idling);
  add(generic, stats.generic_connections, stats.generic_idling);
  return stats;
}

} // namespace postroom::sim
