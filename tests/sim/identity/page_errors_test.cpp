#include "sim/identity/page_errors.hpp"

#include <gmock/gmock.h>

namespace postroom::sim {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* id = "01234567-89ab-cdef-0123-456789abcdef";

TEST(page_errors_test, shows_number_ids_and_time) {
  const auto page = error_page({}, {50011, "", "<b>", "app"}, id, wall_time{});
  EXPECT_EQ(page.result_int(), 400U);
  EXPECT_THAT(page.body(), AllOf(HasSubstr("AADSTS50011: "), HasSubstr("&lt;b&gt;"), Not(HasSubstr("<b>")),
                                 HasSubstr(std::string{"<p>Correlation ID: "} + id + "</p>"),
                                 HasSubstr("<p>Trace ID: "), HasSubstr("<p>Timestamp: 1970-01-01 00:00:00Z</p>")));
}

TEST(page_errors_test, leaves_ids_out_beside_a_field) {
  EXPECT_EQ(short_message(face::microsoft, {50057, "", "", ""}), "AADSTS50057: The user account is disabled.");
  EXPECT_THAT(short_message(face::google, {50126, "", "", ""}),
              AllOf(HasSubstr("Wrong password"), Not(HasSubstr("AAD"))));
}

TEST(page_errors_test, knows_every_error_of_the_pages) {
  for (const auto code :
       {16000U,  50011U,  50020U,  50034U,  50053U,  50057U,  50058U,   50076U,   50079U,  50089U, 50105U,
        50126U,  50194U,  53003U,  65001U,  65004U,  70011U,  70019U,   90002U,   90015U,  90094U, 90130U,
        500011U, 500121U, 700016U, 700054U, 900144U, 900971U, 7000112U, 9002313U, 9002325U})
    EXPECT_EQ(page_error(code).code, code);
  EXPECT_EQ(page_error(4711).error, "server_error");
}

TEST(page_errors_test, speaks_as_google_does) {
  const auto page = error_page({face::google, "", ""}, {700016, "", "x", ""}, id, wall_time{});
  EXPECT_EQ(page.result_int(), 401U);
  EXPECT_THAT(page.body(), AllOf(HasSubstr("Error 401: invalid_client"), Not(HasSubstr("AADSTS"))));
}

} // namespace
} // namespace postroom::sim
