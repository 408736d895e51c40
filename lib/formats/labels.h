#pragma once
// Conversion of labels in files to classes 0, 1, 2, ... or real targets.

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace descent::formats {

// Sorts numbers by value, then strings by their bytes.
struct LabelOrder {
  bool operator()(const std::string& a, const std::string& b) const;
};

// The canonical spelling of a label: "1" for "1", "1.0", "+1" and " 01".
std::string label_name(const std::string& text);
std::string label_name(double value);

// Returns the sorted distinct labels and the index of each label among them, as numpy.unique with return_inverse.
template <class Label, class Order = std::less<>>
std::pair<std::vector<Label>, std::vector<std::int32_t>> number_classes(std::span<const Label> labels) {
  std::vector<Label> distinct(labels.begin(), labels.end());
  std::ranges::sort(distinct, Order{});
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  std::vector<std::int32_t> classes;
  for (const Label& label : labels)
    classes.push_back(static_cast<std::int32_t>(std::ranges::lower_bound(distinct, label, Order{}) - distinct.begin()));
  return {std::move(distinct), std::move(classes)};
}

// Guesses what numeric labels are if data.task is not given. Numbers with a fraction are targets. Integers are classes,
// unless very many of them are distinct: then they are targets if stored as floats or written with a decimal point.
enum class LabelKind { classes, targets, unclear };
LabelKind kind_of(std::span<const double> labels, bool stored_as_real);
// The error message for LabelKind::unclear.
std::string unclear_labels(std::span<const double> labels);

}  // namespace descent::formats
