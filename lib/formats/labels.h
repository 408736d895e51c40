#pragma once
// From labels as they are written to classes 0, 1, 2, ... or real targets.

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace descent::formats {

// Numbers in order of value, then texts in order of their bytes.
struct LabelOrder {
  bool operator()(const std::string& a, const std::string& b) const;
};

// One spelling for one class: 1 for "1", "1.0", "+1" and " 01".
std::string label_name(const std::string& text);
std::string label_name(double value);

// The different labels in order, and the place of each label among them: classes are what occurs.
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

// What numbers are when nobody has said it. Any fraction makes them targets. Integers are classes unless there are
// very many different ones: then those that are stored as real numbers or written with a point are targets.
enum class LabelKind { classes, targets, unclear };
LabelKind kind_of(std::span<const double> labels, bool stored_as_real);
// The message for unclear ones.
std::string unclear_labels(std::span<const double> labels);

}  // namespace descent::formats
