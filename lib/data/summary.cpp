#include "data/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <span>

#include "config/data_facts.h"
#include "core/text.h"
#include "data/prepare.h"

namespace descent::data {
namespace {

using config::DataFacts;

// At most `most` items, separated by commas.
std::string first_of(const std::vector<std::string>& items, std::size_t most) {
  std::vector<std::string> shown(items.begin(), items.begin() + std::min(items.size(), most));
  if (items.size() > most) shown.push_back(fmt::format("... ({} in all)", items.size()));
  return core::printable(core::join(shown, ", "));
}

std::string inputs_text(const DataFacts& facts) {
  const config::Shape& shape = facts.stored;
  if (shape.height > 1 || shape.channels > 1)
    return fmt::format("images of {} x {} x {} (channels x height x width)", shape.channels, shape.height, shape.width);
  std::string text = core::counted(static_cast<std::size_t>(shape.features()), "feature");
  if (facts.contents && !facts.contents->features.empty())
    text += fmt::format(" ({})", first_of(facts.contents->features, 8));
  return text;
}

std::vector<std::int64_t> counts_of(std::span<const std::int32_t> labels, std::int64_t classes) {
  std::vector<std::int64_t> counts(static_cast<std::size_t>(classes));
  for (const std::int32_t label : labels) ++counts[label];
  return counts;
}

// "label species: 3 classes setosa (50), ..."
std::string labels_text(const DataFacts& facts) {
  const formats::Contents* contents = facts.contents.get();
  const std::string label = contents && !contents->label.empty()
                                ? fmt::format("label {}: ", core::printable(contents->label))
                                : std::string();
  if (facts.classes == 0) return fmt::format("{}{}", label, core::counted(facts.outputs, "real target"));
  std::string text = fmt::format("{}{} classes", label, facts.classes);
  if (!contents || contents->class_names.empty()) return text;
  std::vector<std::int64_t> counts = counts_of(contents->train_labels, facts.classes);
  const std::vector<std::int64_t> of_test = counts_of(contents->test_labels, facts.classes);
  std::vector<std::string> classes;
  for (std::size_t i = 0; i < counts.size(); ++i)
    classes.push_back(contents->class_names[i] +
                      (contents->train_labels.empty() ? "" : fmt::format(" ({})", counts[i] + of_test[i])));
  return text + " " + first_of(classes, 10);
}

// How the examples were divided into training and test examples.
std::string split_text(const config::Data& data, const DataFacts& facts) {
  if (config::is_generated(data.name)) return "generated";
  const config::Subset subset = config::chosen_subset(data);
  const bool rest = config::takes_test_from_pool(data);
  if (subset == config::Subset::first) return rest ? "in the order of the file" : "official test set";
  std::string text = data.split_seed ? "shuffled by split_seed" : "shuffled by seed";
  if (subset == config::Subset::stratified && facts.classes > 0) text += " in proportion to the classes";
  return text + (rest ? "" : ", official test set");
}

std::string name_of(const config::Data& data) {
  if (!config::needs_path(data.name)) return std::string(config::name_of(data.name));
  const std::filesystem::path path(data.path);
  return core::printable((path.has_filename() ? path : path.parent_path()).filename().string());
}

// Warns of classes without training or test examples, or with few because the examples were not shuffled.
void check_classes(const config::Data& data, const DataFacts& facts, std::int64_t seed,
                   std::vector<std::string>& warnings) {
  const formats::Contents& contents = *facts.contents;
  const Parts parts = choose_parts(data, contents.train_labels, facts.classes, seed);
  const auto counts = [&](const std::vector<std::int32_t>& part, const std::vector<std::int32_t>& labels) {
    std::vector<std::int32_t> of_part;
    for (const std::int32_t example : part) of_part.push_back(labels[example]);
    return counts_of(of_part, facts.classes);
  };
  const bool rest = config::takes_test_from_pool(data);
  const std::vector<std::int64_t> all = counts_of(contents.train_labels, facts.classes),
                                  train = counts(parts.train, contents.train_labels),
                                  test = counts(parts.test, rest ? contents.train_labels : contents.test_labels);
  const double share = static_cast<double>(parts.train.size()) / static_cast<double>(facts.train_size);
  constexpr double few = 0.1;  // fraction of the number in a proportional part
  std::vector<std::string> untrained, rare, untested;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::string name = core::quoted(contents.class_names[i]);
    if (train[i] == 0) untrained.push_back(name);
    else if (static_cast<double>(train[i]) < few * share * static_cast<double>(all[i])) rare.push_back(name);
    if (test[i] == 0) untested.push_back(name);
  }
  const auto warn = [&](const std::vector<std::string>& classes, std::string_view what) {
    if (classes.empty()) return;
    warnings.push_back(fmt::format("{} {} {} {}{}", classes.size() == 1 ? "class" : "classes", first_of(classes, 8),
                                   classes.size() == 1 ? "has" : "have", what,
                                   config::chosen_subset(data) == config::Subset::first
                                       ? "; data.subset \"stratified\" shuffles the examples"
                                       : ""));
  };
  warn(untrained, "no training examples");
  warn(rare, "very few training examples");
  if (std::ssize(parts.test) < facts.classes)
    warnings.push_back(
        fmt::format("{} for {} classes", core::counted(parts.test.size(), "test example"), facts.classes));
  else warn(untested, "no test examples");
}

void check_features(const config::Experiment& experiment, const formats::Contents& contents,
                    std::vector<std::string>& warnings) {
  const config::Normalize normalize = experiment.data.normalize;
  if (normalize == config::Normalize::standard || normalize == config::Normalize::minmax) {
    std::vector<std::string> constant;
    for (std::size_t f = 0; f < contents.smallest.size(); ++f)
      if (contents.smallest[f] == contents.largest[f]) constant.push_back(core::quoted(contents.features[f]));
    if (constant.size() == 1)
      warnings.push_back(fmt::format("column {} has one value; data.normalize makes it 0", constant[0]));
    else if (!constant.empty())
      warnings.push_back(fmt::format("{} columns have one value each: {}; data.normalize makes them 0", constant.size(),
                                     first_of(constant, 3)));
  }
  if (config::has_closed_form(experiment.train)) return;
  constexpr double large = 100;
  if (contents.largest_target >= large && !experiment.data.normalize_targets)
    warnings.push_back(fmt::format("targets reach {:.4g} and are not normalized; set data.normalize_targets to true",
                                   contents.largest_target));
  if (normalize != config::Normalize::none) return;
  if (contents.bytes)
    warnings.emplace_back(
        "inputs reach 100 or more, as pixels from 0 to 255, and are not normalized; set data.normalize to \"minmax\", "
        "\"standard\" or \"channel\"");
  for (std::size_t f = 0; f < contents.smallest.size(); ++f)
    if (const double size = std::max(-contents.smallest[f], contents.largest[f]); size >= large) {
      warnings.push_back(
          fmt::format("column {} reaches {:.4g} and is not normalized; set data.normalize to \"standard\"",
                      core::quoted(contents.features[f]), size));
      break;  // one warning is enough
    }
}

}  // namespace

Summary summarize(const config::Experiment& experiment, std::int64_t seed) {
  const config::Data& data = experiment.data;
  const DataFacts facts = config::data_facts(data);
  const config::SplitSizes sizes = config::split_sizes(data);
  const bool table = data.name == config::DataName::csv;
  std::string parts = fmt::format("{} to train", sizes.train);
  if (sizes.val > 0) parts += fmt::format(", {} to validate", sizes.val);
  if (sizes.test > 0) parts += fmt::format(", {} to test", sizes.test);
  Summary summary{
      fmt::format("{}: {}, {}; {}\n  {}; {} ({})", name_of(data),
                  core::counted(static_cast<std::size_t>(facts.train_size +
                                                         (config::is_generated(data.name) ? 0 : facts.test_size)),
                                table ? "row" : "example"),
                  inputs_text(facts), labels_text(facts), facts.classes > 0 ? "classification" : "regression", parts,
                  split_text(data, facts)),
      {}};
  if (!facts.contents) return summary;
  for (const std::string& note : facts.contents->notes) summary.text += "; " + core::printable(note);
  summary.warnings = facts.contents->warnings;
  if (!facts.contents->train_labels.empty()) check_classes(data, facts, seed, summary.warnings);
  check_features(experiment, *facts.contents, summary.warnings);
  return summary;
}

}  // namespace descent::data
