#include "formats/scaling.h"

#include "core/text.h"

namespace descent::formats {
namespace {

constexpr auto shift_name = "_shift", scale_name = "_scale";

std::string text_of(const std::vector<double>& numbers) {
  std::vector<std::string> texts;
  for (const double number : numbers) texts.push_back(core::format_number(number));
  return core::join(texts, ",");
}

std::optional<std::vector<double>> numbers_in(const std::map<std::string, std::string>& texts,
                                              const std::string& name) {
  const auto text = texts.find(name);
  if (text == texts.end()) return std::nullopt;
  std::vector<double> numbers;
  for (const std::string& word : core::split(text->second, ','))
    if (const std::optional<double> number = core::parse_number(word)) numbers.push_back(*number);
    else return std::nullopt;
  return numbers;
}

}  // namespace

std::map<std::string, std::string> texts_of(const Scaling& scaling, const std::string& of) {
  return {{of + shift_name, text_of(scaling.shift)}, {of + scale_name, text_of(scaling.scale)}};
}

std::optional<Scaling> scaling_in(const std::map<std::string, std::string>& texts, const std::string& of) {
  auto shift = numbers_in(texts, of + shift_name), scale = numbers_in(texts, of + scale_name);
  if (!shift || !scale || shift->size() != scale->size()) return std::nullopt;
  return Scaling{std::move(*shift), std::move(*scale)};
}

}  // namespace descent::formats
