#include "base/crypto.hpp"
#include "protocol/mime/event_data.hpp"
#include "protocol/mime/parse_message.hpp"
#include "tests/api/support/running_api.hpp"

#include <gmock/gmock.h>

#include <thread>

namespace postroom::api::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string messages = "/v1/tenants/acme/messages/";

std::string sample_mail() {
  return "From: Andrea <andrea@contoso.example>\r\n"
         "To: support@contoso.example\r\n"
         "Subject: Printer on fire\r\n"
         "MIME-Version: 1.0\r\n"
         "Content-Type: multipart/mixed; boundary=b\r\n"
         "\r\n"
         "--b\r\n"
         "Content-Type: text/plain; charset=utf-8\r\n\r\nPlease help.\r\n"
         "--b\r\n"
         "Content-Type: text/html; name=page.html\r\n"
         "Content-Disposition: attachment; filename*=UTF-8''%C3%A8%22%0d%0aX-Evil%3a1.html\r\n"
         "Content-Transfer-Encoding: base64\r\n\r\nPHNjcmlwdD4=\r\n"
         "--b\r\n"
         "Content-Type: application/pdf\r\n"
         "Content-Disposition: attachment; filename=empty.pdf\r\n\r\n"
         "\r\n--b--\r\n";
}

class messages_api : public running_api {
protected:
  void SetUp() override {
    running_api::SetUp();
    make_tenant("acme");
    make_provider("acme", "azure");
    make_account("acme", "support", "azure");
    reader.emplace(as(scope::read));
  }

  struct mail {
    std::string id;
    std::string raw;
    std::size_t chunk_bytes = limits::chunk_bytes_max;
    bool quarantined = false;
    std::string account = "support";
    wall_time received = wall_time{1'700'000'000'000ms};
  };

  /// A message as a mailbox commits it: body, record and index.
  records::Message put(const mail& of) {
    records::Message record;
    record.set_id(of.id);
    record.set_tenant("acme");
    record.set_account(of.account);
    record.set_folder("INBOX");
    record.set_uid_validity(9);
    record.set_uid(17);
    record.set_received_ms(of.received.time_since_epoch().count());
    record.set_stored_ms(time.now().time_since_epoch().count());
    record.set_size(of.raw.size());
    const auto blob = random_id128<blob_id>();
    record.set_blob(std::string{blob.view()});
    std::uint32_t index = 0;
    for (std::size_t at = 0; at < of.raw.size(); at += of.chunk_bytes)
      EXPECT_TRUE(storage::wait_for<result<void>>(
          [&](auto done) { store->write_chunk(blob, index++, of.raw.substr(at, of.chunk_bytes), done); }));
    record.set_chunks(index);
    if (of.quarantined) {
      record.set_quarantined(true);
      record.set_reason("it crashed the parser");
    } else {
      record.set_data(event_data(of));
    }
    const tenant_id tenant{"acme"};
    const account_id account{of.account};
    const message_id id{of.id};
    std::vector<storage::operation> changes{storage::reference_body{blob, index, {}}};
    if (of.quarantined) {
      changes.emplace_back(storage::put_of(storage::keys::quarantined(tenant, account, id), record));
    } else {
      changes.emplace_back(storage::put_of(storage::keys::message(tenant, account, id), record));
      changes.emplace_back(
          storage::put{storage::keys::by_received(tenant, account, record.received_ms(), id), {}, {}, {}});
    }
    commit(std::move(changes));
    return record;
  }

  static std::string event_data(const mail& of) {
    mime::memory_source source{of.raw};
    mime::message_facts facts;
    facts.tenant = tenant_id{"acme"};
    facts.account = account_id{of.account};
    facts.folder = "INBOX";
    facts.stable_id = message_id{of.id};
    facts.received = of.received;
    facts.size_bytes = of.raw.size();
    return mime::message_event_data(facts, mime::parse_message(source).value());
  }

  std::string part_called(const std::string& id, std::string_view filename) {
    const auto document = reader->get(messages + id).json();
    for (const auto& each : document.at("data").at("attachments").as_array())
      if (std::string_view{each.at("filename").as_string()}.find(filename) != std::string_view::npos)
        return std::string{each.at("part").as_string()};
    return "nothing";
  }

  std::optional<client> reader;
};

TEST_F(messages_api, lists_the_newest_first_page_by_page) {
  for (int i = 1; i <= 3; ++i)
    put({"msg_" + std::to_string(i), sample_mail(), limits::chunk_bytes_max, false, "support",
         wall_time{std::chrono::hours{i}}});
  const std::string list = "/v1/tenants/acme/accounts/support/messages";
  const auto first = reader->get(list + "?limit=2");
  EXPECT_THAT(ids_of(first), ElementsAre("msg_3", "msg_2"));
  const auto next = std::string{first.json().at("next").as_string()};
  const auto second = reader->get(list + "?limit=2&after=" + next);
  EXPECT_THAT(ids_of(second), ElementsAre("msg_1"));
  EXPECT_TRUE(second.json().at("next").is_null());
  const auto document = first.json();
  const auto& item = document.at("items").at(0).as_object();
  EXPECT_EQ(item.at("subject"), "Printer on fire");
  EXPECT_EQ(item.at("attachments").as_array().size(), 2U);
  EXPECT_EQ(item.at("raw_available"), true);
  EXPECT_EQ(item.at("received"), "1970-01-01T03:00:00.000Z");
  EXPECT_FALSE(item.contains("data")) << "the whole of it only for one message";
  EXPECT_EQ(reader->get(list + "?limit=201").status, 400U);
  EXPECT_EQ(reader->get(list + "?after=AAAA").status, 400U);
  EXPECT_EQ(reader->get(list + "?after=!").status, 400U);
  EXPECT_EQ(reader->get("/v1/tenants/acme/accounts/nobody/messages").status, 404U);
}

TEST_F(messages_api, shows_one_with_the_data_of_its_event) {
  put({"msg_1", sample_mail()});
  const auto got = reader->get(messages + "msg_1");
  ASSERT_EQ(got.status, 200U) << got.body;
  const auto shown = got.json();
  EXPECT_EQ(shown.at("account"), "support");
  EXPECT_EQ(shown.at("folder"), "INBOX");
  EXPECT_EQ(shown.at("uid"), 17);
  EXPECT_EQ(shown.at("uid_validity"), 9);
  EXPECT_EQ(shown.at("size"), sample_mail().size());
  EXPECT_EQ(shown.at("quarantined"), false);
  EXPECT_EQ(shown.at("data").at("subject"), "Printer on fire");
  EXPECT_EQ(reader->get(messages + "msg_1?account=support").body, got.body);
  EXPECT_EQ(reader->get(messages + "msg_1?account=other").status, 404U);
  EXPECT_EQ(reader->get(messages + "msg_1?account=a%2Fb").status, 400U);
}

TEST_F(messages_api, answers_a_raw_mail_byte_for_byte) {
  const auto raw = sample_mail();
  put({"msg_1", raw, 100});
  const auto got = reader->get(messages + "msg_1/raw");
  EXPECT_EQ(got.status, 200U);
  EXPECT_EQ(got.body, raw);
  EXPECT_EQ(got.header("content-type"), "message/rfc822");
  EXPECT_EQ(got.header("content-disposition"), "attachment; filename=\"msg_1.eml\"");
  EXPECT_EQ(got.header("content-length"), std::to_string(raw.size()));
  const auto head = reader->send({"HEAD", messages + "msg_1/raw", {}, {}});
  EXPECT_EQ(head.header("content-length"), std::to_string(raw.size()));
  EXPECT_EQ(reader->get("/healthz").status, 200U) << "the connection goes on";
}

TEST_F(messages_api, answers_an_attachment_decoded_and_harmless) {
  put({"msg_1", sample_mail(), 100});
  const auto got = reader->get(messages + "msg_1/attachments/" + part_called("msg_1", "X-Evil"));
  ASSERT_EQ(got.status, 200U) << got.body;
  EXPECT_EQ(got.body, "<script>");
  EXPECT_EQ(got.header("content-type"), "text/html");
  EXPECT_EQ(got.header("x-content-type-options"), "nosniff");
  EXPECT_THAT(got.header("content-security-policy"), HasSubstr("sandbox"));
  EXPECT_THAT(got.header("content-disposition"), HasSubstr("attachment; filename="));
  EXPECT_EQ(got.header("x-evil"), "") << "a file name must not become a header";
  const auto empty = reader->get(messages + "msg_1/attachments/" + part_called("msg_1", "empty.pdf"));
  EXPECT_EQ(empty.status, 200U);
  EXPECT_EQ(empty.body, "");
  EXPECT_EQ(empty.header("content-type"), "application/pdf");
}

TEST_F(messages_api, answers_a_large_attachment_whole) {
  std::string content;
  for (int i = 0; content.size() < 3 * limits::mib; ++i)
    content += "line " + std::to_string(i) + "\r\n";
  const auto raw = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/csv\r\n"
                   "Content-Disposition: attachment; filename=large.csv\r\n\r\n" +
                   content + "\r\n--b--\r\n";
  put({"msg_1", raw, 200'000});
  EXPECT_TRUE(reader->get(messages + "msg_1/attachments/" + part_called("msg_1", "large.csv")).body == content);
}

TEST_F(messages_api, knows_nothing_of_ids_that_do_not_exist) {
  put({"msg_1", sample_mail()});
  for (const auto* path : {"msg_2", "msg_2/raw", "msg_2/attachments/2", "msg_1/attachments/99", "msg_1/attachments/1",
                           "msg_1/attachments/..%2F..", "a%2Fb", "..", ""})
    EXPECT_EQ(reader->get(messages + path).status, 404U) << path;
  EXPECT_EQ(reader->get("/v1/tenants/other/messages/msg_1").status, 404U) << "it is another tenant's";
}

TEST_F(messages_api, tells_that_a_body_is_gone) {
  auto collected = put({"msg_1", sample_mail()});
  blob_id blob;
  std::ranges::copy(collected.blob(), blob.bytes.begin());
  const auto part = part_called("msg_1", "X-Evil");
  commit({storage::release_body{blob}});
  for (const auto& path : {std::string{"msg_1/raw"}, "msg_1/attachments/" + part}) {
    const auto gone = reader->get(messages + path);
    EXPECT_EQ(gone.status, 410U) << path;
    EXPECT_EQ(code_of(gone), "body_gone");
  }
  collected.clear_blob();
  commit({storage::put_of(storage::keys::message(tenant_id{"acme"}, account_id{"support"}, message_id{"msg_1"}),
                          collected)});
  EXPECT_EQ(reader->get(messages + "msg_1").json().at("raw_available"), false);
  EXPECT_EQ(reader->get(messages + "msg_1/raw").status, 410U);
  EXPECT_EQ(reader->get(messages + "msg_1/attachments/" + part).status, 410U);
}

TEST_F(messages_api, breaks_off_rather_than_call_a_part_the_whole) {
  auto record = put({"msg_1", sample_mail(), 100});
  record.set_chunks(record.chunks() + 1);
  record.set_size(record.size() + 50);
  commit(
      {storage::put_of(storage::keys::message(tenant_id{"acme"}, account_id{"support"}, message_id{"msg_1"}), record)});
  EXPECT_THROW(reader->get(messages + "msg_1/raw"), std::runtime_error);
}

TEST_F(messages_api, are_described_as_they_are_shown) {
  put({"msg_1", sample_mail()});
  put({"msg_9", "not a mail", limits::chunk_bytes_max, true});
  const auto description = reader->get("/openapi.json").json();
  const auto expect_described = [&](const boost::json::value& shown, const char* schema) {
    const auto& known = description.at("components").at("schemas").at(schema).at("properties").as_object();
    for (const auto& member : shown.as_object())
      EXPECT_TRUE(known.contains(member.key())) << schema << '.' << member.key();
  };
  const std::string account = "/v1/tenants/acme/accounts/support/";
  expect_described(reader->get(account + "messages").json().at("items").at(0), "Message");
  expect_described(reader->get(account + "quarantine").json().at("items").at(0), "Message");
  expect_described(reader->get(messages + "msg_1").json(), "MessageWithData");
  expect_described(reader->get(messages + "msg_9").json(), "MessageWithData");
}

TEST_F(messages_api, finish_a_download_when_the_server_stops_and_no_more) {
  const std::string raw(16 * limits::mib, 'x');
  put({"msg_1", raw});
  reader->set_receive_buffer(4096);
  reader->write(reader->bytes_of({"GET", messages + "msg_1/raw", {}, {}}));
  reader->read_until("xxx");
  const auto began = std::chrono::steady_clock::now();
  std::thread stopping{[this] { stop(); }};
  EXPECT_EQ(reader->read_until(raw).size(), raw.size());
  stopping.join();
  // The connection was promised to stay when the answer began; it must not hold the server up for the whole drain.
  EXPECT_LT(std::chrono::steady_clock::now() - began, limits::http_drain / 2);
}

TEST_F(messages_api, leave_room_for_mails_with_attachments_while_slow_readers_take_theirs) {
  const std::string head = "From: a@contoso.example\r\nSubject: Large\r\nMIME-Version: 1.0\r\n"
                           "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
                           "Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=large.pdf\r\n"
                           "\r\n";
  put({"msg_1", head + std::string(16 * limits::mib, 'x') + "\r\n--b--\r\n"});
  const auto path = messages + "msg_1/attachments/" + part_called("msg_1", "large.pdf");
  std::vector<client> slow;
  for (std::size_t i = 0; i < limits::http_extractions_max; ++i) {
    auto& one = slow.emplace_back(as(scope::read));
    one.set_receive_buffer(4096);
    one.write(one.bytes_of({"GET", path, {}, {}}));
    one.read_until("xxx");
  }
  EXPECT_EQ(reader->get(path).status, 429U) << "downloads wait for each other";
  auto writer = as(scope::write);
  const auto made = writer.send({"POST", "/v1/tenants/acme/uploads", "content", {}});
  ASSERT_EQ(made.status, 201U) << made.body;
  const boost::json::array attachments{boost::json::object{{"upload", made.json().at("id")}}};
  const auto accepted =
      writer.post("/v1/tenants/acme/accounts/support/outbox",
                  {{"to", "bea@example.org"}, {"subject", "Hello"}, {"text", "Hi"}, {"attachments", attachments}});
  EXPECT_EQ(accepted.status, 202U) << accepted.body;
}

TEST_F(messages_api, shows_quarantined_ones_apart_with_their_reason) {
  put({"msg_1", sample_mail()});
  for (const auto* id : {"msg_8", "msg_9"})
    put({id, "not a mail", limits::chunk_bytes_max, true});
  const std::string list = "/v1/tenants/acme/accounts/support/quarantine";
  const auto first = reader->get(list + "?limit=1");
  EXPECT_THAT(ids_of(first), ElementsAre("msg_8"));
  EXPECT_EQ(first.json().at("next"), "msg_8");
  EXPECT_EQ(first.json().at("items").at(0).at("reason"), "it crashed the parser");
  EXPECT_THAT(ids_of(reader->get(list + "?limit=1&after=msg_8")), ElementsAre("msg_9"));
  const auto one = reader->get(messages + "msg_9").json();
  EXPECT_EQ(one.at("quarantined"), true);
  EXPECT_TRUE(one.at("data").is_null());
  EXPECT_EQ(reader->get(messages + "msg_9/raw").body, "not a mail");
}

} // namespace
} // namespace postroom::api::test
