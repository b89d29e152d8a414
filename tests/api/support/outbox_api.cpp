#include "tests/api/support/outbox_api.hpp"

#include "base/crypto.hpp"
#include "protocol/mime/event_data.hpp"
#include "protocol/mime/extract_part.hpp"
#include "protocol/mime/parse_message.hpp"

#include <boost/json/serialize.hpp>

#include <limits>

namespace postroom::api::test {
namespace {

blob_id blob_of(const std::string& bytes) {
  blob_id id;
  if (bytes.size() == id.bytes.size())
    std::ranges::copy(bytes, id.bytes.begin());
  return id;
}

} // namespace

void outbox_api::SetUp() {
  running_api::SetUp();
  make_tenant("acme");
  make_provider("acme", "azure");
  make_account("acme", "support", "azure");
  writer.emplace(as(scope::write));
  ASSERT_TRUE(eventually([&] { return !writer->get(account + "/status").json().at("since").is_null(); }))
      << "no actor knows the account";
}

boost::json::object outbox_api::sample() {
  return {{"to", "bea@example.org"}, {"subject", "Hello"}, {"text", "Good morning"}};
}

answer outbox_api::submit(const boost::json::object& mail, const std::map<std::string, std::string>& headers) {
  return writer->send({"POST", outbox, boost::json::serialize(mail), headers});
}

answer outbox_api::submit_raw(const std::string& mail, std::map<std::string, std::string> headers) {
  headers.emplace("Content-Type", "message/rfc822");
  return writer->send({"POST", outbox, mail, std::move(headers)});
}

std::string outbox_api::upload(const std::string& content, const std::string& filename, const std::string& type) {
  const auto made = writer->send({"POST", uploads + "?filename=" + filename, content, {{"Content-Type", type}}});
  EXPECT_EQ(made.status, 201U) << made.body;
  return made.status == 201 ? std::string{made.json().at("id").as_string()} : "none";
}

void outbox_api::receive(const std::string& id, const std::string& raw, const std::string& of) {
  mime::memory_source source{raw};
  mime::message_facts facts;
  facts.tenant = tenant_id{"acme"};
  facts.account = account_id{of};
  facts.folder = "INBOX";
  facts.stable_id = message_id{id};
  facts.received = time.now();
  facts.size_bytes = raw.size();
  records::Message record;
  record.set_id(id);
  record.set_tenant("acme");
  record.set_account(of);
  record.set_size(raw.size());
  record.set_data(mime::message_event_data(facts, mime::parse_message(source).value()));
  const auto blob = random_id128<blob_id>();
  record.set_blob(std::string{blob.view()});
  record.set_chunks(1);
  commit({storage::reference_body{blob, 1, raw},
          storage::put_of(storage::keys::message(facts.tenant, facts.account, facts.stable_id), record)});
}

records::OutboxMail outbox_api::record_of(const answer& accepted) {
  EXPECT_EQ(accepted.status, 202U) << accepted.body;
  if (accepted.status != 202)
    return {};
  return stored<records::OutboxMail>(storage::keys::outbox_mail(tenant_id{"acme"}, account_id{"support"},
                                                                accepted.json().at("seq").to_number<std::uint64_t>()));
}

std::string outbox_api::octets_of(const answer& accepted) {
  const auto record = record_of(accepted);
  std::string all;
  for (std::uint32_t i = 0; i < record.chunks(); ++i) {
    const auto chunk = storage::wait_for<result<std::optional<std::string>>>(
        [&](auto done) { store->read_chunk(blob_of(record.blob()), i, done); });
    EXPECT_TRUE(chunk && *chunk) << "chunk " << i << " is missing";
    if (chunk && *chunk)
      all += **chunk;
  }
  EXPECT_EQ(all.size(), record.size());
  return all;
}

mime::parsed_message outbox_api::message_of(const answer& accepted) {
  const auto octets = octets_of(accepted);
  mime::memory_source source{octets};
  auto parsed = mime::parse_message(source).value();
  EXPECT_TRUE(parsed.defects.empty()) << testing::PrintToString(parsed.defects) << '\n' << octets.substr(0, 4000);
  return parsed;
}

std::string outbox_api::part_of(const answer& accepted, const std::string& part) {
  const auto octets = octets_of(accepted);
  mime::memory_source source{octets};
  std::string content;
  const auto done = mime::extract_part(source, part, [&](std::span<const char> piece) {
    content.append(piece.data(), piece.size());
    return result<void>{};
  });
  EXPECT_TRUE(done);
  return content;
}

std::size_t outbox_api::count(storage::space where) {
  return storage::wait_for<result<std::vector<storage::record>>>(
             [&](auto done) { store->scan(where, {}, 10'000, false, done); })
      .value()
      .size();
}

std::size_t outbox_api::collect() {
  return storage::wait_for<result<std::size_t>>(
             [&](auto done) { store->collect_bodies(std::numeric_limits<std::int64_t>::max(), done); })
      .value();
}

std::vector<std::string> outbox_api::envelope_of(const answer& accepted) {
  std::vector<std::string> out;
  const auto record = record_of(accepted);
  for (const auto& each : record.recipients())
    out.push_back(each.address());
  return out;
}

bool complains(const answer& problem, const std::string& field, const std::string& words) {
  const auto all = errors_of(problem);
  return std::ranges::any_of(all, [&](const std::string& each) {
    return each.starts_with(field + ": ") && each.find(words) != std::string::npos;
  });
}

} // namespace postroom::api::test
