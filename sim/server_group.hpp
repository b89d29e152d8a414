#pragma once

#include "base/result.hpp"
#include "sim/control/control_api.hpp"
#include "sim/control/servers.hpp"
#include "sim/imap/connection.hpp"
#include "sim/net/http_server.hpp"
#include "sim/net/listening.hpp"
#include "sim/scenario.hpp"
#include "sim/smtp/connection.hpp"
#include "sim/world.hpp"

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <optional>

namespace postroom::sim {

/// All servers of a stand-in, on one thread: identity, IMAP and submission with a face for each service, and the
/// control API. Everything but listen() happens on the context's thread.
class server_group final : public servers {
public:
  explicit server_group(boost::asio::io_context& io);
  server_group(const server_group&) = delete;
  server_group& operator=(const server_group&) = delete;
  ~server_group() override = default;

  /// Reserves all ports. `connect_failed` when one is taken.
  [[nodiscard]] result<served_ports> listen(const scenario& plan);
  /// From now on. `tls` null: plain text. Both must outlive the context's work, as this must.
  void serve(world& world, boost::asio::ssl::context* tls);
  /// Nobody listens any more. To be called, from any thread, once the context is stopped and before it is destroyed.
  void close();

  void drop(const chooser& whose) override;
  void expire(const chooser& whose) override;
  void set_outage(bool out) override;
  [[nodiscard]] stand_in_stats count() override;

private:
  static constexpr std::array<service, 3> faces{service::microsoft, service::google, service::generic};
  struct mail_server {
    explicit mail_server(boost::asio::io_context& io) : imap(io), smtp(io) {}
    listener imap, smtp;
    std::optional<connection_hub> sessions;
    std::optional<submission_hub> submissions;
  };

  void serve_mail(mail_server& server, service face, boost::asio::ssl::context* tls);
  [[nodiscard]] boost::asio::awaitable<void> tick_for_ever();
  [[nodiscard]] boost::asio::awaitable<void> carry_out_for_ever();
  [[nodiscard]] boost::asio::awaitable<void> deliver_for_ever();
  template <class Each>
  void for_each_listener(Each each);
  template <class Each>
  void for_each_session(Each each);

  boost::asio::io_context& io_;
  world* world_ = nullptr;
  listener identity_, control_;
  std::array<mail_server, faces.size()> mail_servers_;
  http_service identity_service_, control_service_;
  std::optional<control_api> control_api_;
  cuttable_connections cuttable_; ///< to identity
  bool out_ = false;
};

} // namespace postroom::sim
