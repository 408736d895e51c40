#include "config/probe_layers.h"

#include <fmt/format.h>

#include "core/text.h"

namespace descent::config {

constexpr std::string_view between = " bin=";

std::string name_of(const Bin& bin) { return fmt::format("{}{}{:.4g}", bin.layer, between, bin.center); }

std::optional<Bin> parse_bin(std::string_view name) {
  const std::size_t at = name.find(between);
  if (at == name.npos) return {};
  const auto center = core::parse_number(name.substr(at + between.size()));
  return center ? std::optional(Bin{std::string(name.substr(0, at)), *center}) : std::nullopt;
}

}  // namespace descent::config
