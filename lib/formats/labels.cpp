#include "formats/labels.h"

#include <fmt/format.h>

#include <cmath>

#include "core/text.h"
#include "formats/csv.h"

namespace descent::formats {

bool LabelOrder::operator()(const std::string& a, const std::string& b) const {
  const std::optional<double> x = csv_number(a), y = csv_number(b);
  if (x && y && *x != *y) return *x < *y;
  return x.has_value() != y.has_value() ? x.has_value() : a < b;
}

std::string label_name(double value) { return core::format_number(value + 0.0); }  // -0 is 0

std::string label_name(const std::string& text) {
  const std::optional<double> value = csv_number(text);
  return value ? label_name(*value) : text;
}

LabelKind kind_of(std::span<const double> labels, bool stored_as_real) {
  constexpr double max_exact = 0x1p53;
  const auto is_integer = [](double value) { return value == std::trunc(value) && std::abs(value) <= max_exact; };
  if (!std::ranges::all_of(labels, is_integer)) return LabelKind::targets;
  const auto distinct = static_cast<double>(number_classes(labels).first.size());
  if (distinct <= 2 + std::sqrt(static_cast<double>(labels.size()))) return LabelKind::classes;
  return stored_as_real ? LabelKind::targets : LabelKind::unclear;
}

std::string unclear_labels(std::span<const double> labels) {
  return fmt::format(
      "has {} different integers in {} examples: set data.task to \"regression\", or to \"classification\" if "
      "they are class labels",
      number_classes(labels).first.size(), labels.size());
}

}  // namespace descent::formats
