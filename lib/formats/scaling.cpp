#include "formats/scaling.h"

#include "core/text.h"

namespace descent::formats {
namespace {

constexpr auto shift_name = "_shift", scale_name = "_scale";

std::string list_text(const std::vector<double>& numbers) {
  std::vector<std::string> texts;
  for (const double number : numbers) texts.push_back(core::format_number(number));
  return core::join(texts, ",");
}

std::optional<std::vector<double>> parse_list(const std::map<std::string, std::string>& metadata,
                                              const std::string& name) {
  const auto text = metadata.find(name);
  if (text == metadata.end()) return std::nullopt;
  std::vector<double> numbers;
  for (const std::string& word : core::split(text->second, ','))
    if (const std::optional<double> number = core::parse_number(word)) numbers.push_back(*number);
    else return std::nullopt;
  return numbers;
}

}  // namespace

std::map<std::string, std::string> metadata_of(const Scaling& scaling, const std::string& prefix) {
  return {{prefix + shift_name, list_text(scaling.shift)}, {prefix + scale_name, list_text(scaling.scale)}};
}

std::optional<Scaling> scaling_from_metadata(const std::map<std::string, std::string>& metadata,
                                             const std::string& prefix) {
  auto shift = parse_list(metadata, prefix + shift_name), scale = parse_list(metadata, prefix + scale_name);
  if (!shift || !scale || shift->size() != scale->size()) return std::nullopt;
  return Scaling{std::move(*shift), std::move(*scale)};
}

}  // namespace descent::formats
