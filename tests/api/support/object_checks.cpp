#include "tests/api/support/object_checks.hpp"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

namespace postroom::api::test {
namespace {

using storage::field_kind;
using testing::Contains;
using testing::HasSubstr;
using testing::StartsWith;

std::string path_of(const object_sample& of) {
  return of.collection + '/' + std::string{of.fields.at("id").as_string()};
}

/// Values that are never right for a field of that kind.
boost::json::array wrong_values(const storage::field_rule& rule) {
  boost::json::array wrong{boost::json::array{"a"}, boost::json::object{{"a", "b"}}, 1.5};
  const bool takes_text =
      rule.kind == field_kind::text || rule.kind == field_kind::lines || rule.kind == field_kind::secret;
  if (rule.kind != field_kind::flag)
    wrong.emplace_back(true);
  else
    wrong.emplace_back(nullptr);
  if (rule.kind != field_kind::number)
    wrong.emplace_back(7);
  if (!takes_text)
    wrong.emplace_back("soon");
  if (!rule.choices.empty())
    wrong.emplace_back("no_such_choice");
  if (rule.kind == field_kind::number)
    wrong.insert(wrong.end(), {0, rule.number_max + 1, -1});
  return wrong;
}

} // namespace

boost::json::object with(boost::json::object fields, const std::string& name, boost::json::value value) {
  fields.insert_or_assign(name, std::move(value));
  return fields;
}

boost::json::object without(boost::json::object fields, const std::string& name) {
  fields.erase(name);
  return fields;
}

void expect_round_trip(const object_sample& of) {
  const auto made = of.by.post(of.collection, of.fields);
  ASSERT_EQ(made.status, 201U) << made.body;
  EXPECT_EQ(made.header("location"), path_of(of));
  EXPECT_EQ(made.header("etag"), "\"1\"");
  const auto read = of.by.get(path_of(of));
  ASSERT_EQ(read.status, 200U) << read.body;
  EXPECT_EQ(read.header("etag"), "\"1\"");
  const auto shown = read.json();
  for (const auto& rule : storage::fields_of(of.kind)) {
    const auto* sent = of.fields.if_contains(rule.name);
    const auto* found = shown.if_contains(rule.name);
    if (rule.kind == field_kind::secret) {
      EXPECT_FALSE(found) << rule.name;
      continue;
    }
    ASSERT_TRUE(found) << "not shown: " << rule.name;
    if (sent)
      EXPECT_EQ(*found, *sent) << rule.name;
  }
  EXPECT_EQ(shown.at("revision"), 1);
  EXPECT_EQ(shown.at("declared"), false);
  EXPECT_EQ(shown.at("created"), shown.at("updated"));
  const auto page = of.by.get(of.collection).json();
  const auto& items = page.at("items").as_array();
  const auto listed = std::ranges::find(items, of.fields.at("id"), [](const auto& each) { return each.at("id"); });
  ASSERT_NE(listed, items.end());
  EXPECT_EQ(listed->as_object(), shown) << "the list shows something else than the object's own path";
}

void expect_wrong_types_refused(const object_sample& of) {
  for (const auto& rule : storage::fields_of(of.kind))
    for (const auto& value : wrong_values(rule)) {
      const std::string name{rule.name};
      const auto refused = of.by.post(of.collection, with(of.fields, name, value));
      EXPECT_EQ(refused.status, 400U) << name << ": " << value << ": " << refused.body;
      if (refused.status == 400)
        EXPECT_THAT(errors_of(refused), Contains(StartsWith(name + ": "))) << value;
    }
  EXPECT_EQ(of.by.get(path_of(of)).status, 404U) << "something was stored all the same";
}

void expect_required_fields(const object_sample& of) {
  std::size_t tried = 0;
  for (const auto& rule : storage::fields_of(of.kind)) {
    if (!rule.required || rule.name == "id")
      continue;
    const std::string name{rule.name};
    ++tried;
    for (const auto& body : {without(of.fields, name), with(of.fields, name, nullptr), with(of.fields, name, "")}) {
      const auto refused = of.by.post(of.collection, body);
      EXPECT_EQ(refused.status, 400U) << name;
      EXPECT_THAT(errors_of(refused), Contains(name + ": is required"));
    }
  }
  EXPECT_GT(tried, 0U);
}

void expect_typo_explained(const object_sample& of, const std::string& wrong, const std::string& meant) {
  const auto refused = of.by.post(of.collection, with(of.fields, wrong, "x"));
  EXPECT_EQ(refused.status, 400U);
  EXPECT_THAT(errors_of(refused), Contains(wrong + ": is not a field of a " + std::string{to_string(of.kind)} +
                                           " (did you mean '" + meant + "'?)"));
}

void expect_bad_texts_refused(const object_sample& of) {
  for (const auto& rule : storage::fields_of(of.kind)) {
    if (rule.kind != field_kind::text && rule.kind != field_kind::lines && rule.kind != field_kind::secret)
      continue;
    const std::string name{rule.name};
    const auto refused =
        of.by.post(of.collection, with(of.fields, name, boost::json::value(std::string(rule.bytes_max + 1, 'x'))));
    EXPECT_EQ(refused.status, 400U) << name;
    EXPECT_THAT(errors_of(refused), Contains(HasSubstr(name + ": is longer than"))) << name;
    if (rule.kind == field_kind::secret)
      continue;
    const auto control = of.by.post(of.collection, with(of.fields, name, boost::json::value(std::string{"a\0b", 3})));
    EXPECT_EQ(control.status, 400U) << name;
    EXPECT_THAT(errors_of(control), Contains(name + ": has a control character"));
  }
}

void expect_null_resets(const object_sample& of, const std::string& field, const boost::json::value& to) {
  const auto changed = of.by.patch(path_of(of), {{field, nullptr}}, "*");
  ASSERT_EQ(changed.status, 200U) << changed.body;
  EXPECT_EQ(changed.json().at(field), to) << field;
}

void expect_revisions_guarded(const object_sample& of) {
  const auto twice = of.by.post(of.collection, of.fields);
  EXPECT_EQ(twice.status, 409U);
  EXPECT_EQ(code_of(twice), "conflict");

  const auto path = path_of(of);
  const auto tag = of.by.get(path).header("etag");
  const boost::json::object change{{"name", "Changed"}};
  const auto harmless =
      of.kind == storage::object_kind::grant ? boost::json::object{{"delegate", "bea@contoso.example"}} : change;
  EXPECT_EQ(of.by.send({"PATCH", path, boost::json::serialize(harmless), {}}).status, 428U);
  EXPECT_EQ(of.by.send({"DELETE", path, {}, {}}).status, 428U);
  for (const auto* wrong : {"\"999\"", "1", "W/\"1\"", "\"\"", "\"x\"", "\"18446744073709551616\""}) {
    EXPECT_EQ(of.by.patch(path, harmless, wrong).status, 412U) << wrong;
    EXPECT_EQ(of.by.remove(path, wrong).status, 412U) << wrong;
  }
  const auto changed = of.by.patch(path, harmless, tag);
  ASSERT_EQ(changed.status, 200U) << changed.body;
  EXPECT_NE(changed.header("etag"), tag);
  EXPECT_EQ(of.by.get(path).json(), changed.json());
  EXPECT_EQ(of.by.patch(path, harmless, tag).status, 412U) << "the revision before was taken";
  EXPECT_EQ(of.by.patch(path, {{"id", "another"}}, "*").status, 400U);

  EXPECT_EQ(of.by.remove(path, tag).status, 412U);
  const auto removed = of.by.remove(path, changed.header("etag"));
  EXPECT_EQ(removed.status, 204U) << removed.body;
  EXPECT_EQ(removed.body, "");
  EXPECT_EQ(of.by.get(path).status, 404U);
  EXPECT_EQ(of.by.remove(path, "*").status, 404U);
  EXPECT_EQ(of.by.patch(path, harmless, "*").status, 404U);
}

} // namespace postroom::api::test
