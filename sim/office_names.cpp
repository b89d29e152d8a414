#include "sim/office_builder.hpp"

#include "base/crypto.hpp"
#include "base/encoding.hpp"

#include <array>

namespace postroom::sim {
namespace {

constexpr std::array<std::string_view, 12> departments{"support", "sales",   "orders", "billing", "service", "info",
                                                       "returns", "careers", "claims", "press",   "office",  "hotline"};

constexpr std::array<std::string_view, 64> words{
    "amber",  "anchor", "apple",  "arrow",   "autumn", "basket",  "beacon",  "birch",  "bridge", "button", "candle",
    "canyon", "carbon", "castle", "cedar",   "cherry", "cloud",   "copper",  "coral",  "cotton", "desert", "eagle",
    "ember",  "falcon", "forest", "garden",  "ginger", "glacier", "granite", "harbor", "hazel",  "honey",  "island",
    "jacket", "kettle", "ladder", "lantern", "lemon",  "linen",   "maple",   "marble", "meadow", "mirror", "mountain",
    "needle", "oak",    "ocean",  "olive",   "orange", "paper",   "pepper",  "planet", "pocket", "quartz", "ribbon",
    "river",  "saddle", "silver", "stone",   "summer", "thunder", "timber",  "valley", "walnut"};

} // namespace

std::string seeded_guid(unsigned seed, std::string_view label) {
  const auto digest = sha256(std::to_string(seed) + "/" + std::string{label});
  std::string bytes{as_view(digest).substr(0, 16)};
  bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x40); // version 4 and variant of RFC 9562, as Entra's have
  bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
  auto text = hex_encode(bytes);
  for (const std::size_t at : {20U, 16U, 12U, 8U})
    text.insert(at, "-");
  return text;
}

std::string mailbox_address(std::size_t number, std::string_view domain) {
  const auto round = number / departments.size();
  return std::string{departments[number % departments.size()]} + (round ? "-" + std::to_string(round + 1) : "") + "@" +
         std::string{domain};
}

secret<> new_password() {
  const auto random = random_string(4);
  std::string text;
  for (std::size_t i = 0; i < 3; ++i)
    text += std::string{words[static_cast<unsigned char>(random[i]) % words.size()]} + "-";
  return secret<>{text + std::to_string(10 + static_cast<unsigned char>(random[3]) % 90)};
}

} // namespace postroom::sim
