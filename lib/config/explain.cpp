// Help on keys and choices, generated from the key tree and the tables.

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "config/key_names.h"
#include "config/slots.h"
#include "config/write.h"
#include "core/error.h"

namespace descent::config {
namespace {

// "PREFIXvalueSUFFIX", or empty if there is no default to show.
std::string default_text(const Key& key, std::string_view prefix, std::string_view suffix) {
  const Json value = shown_default(key);
  return value.is_null() ? "" : fmt::format("{}{}{}", prefix, compact(value), suffix);
}

// A line of a list of keys.
std::string line_of(std::string_view name, std::size_t width, const Key& key) {
  return fmt::format("  {:<{}}  {}{}\n", name, width, key.help, default_text(key, " (", ")"));
}

std::string explain_all() {
  std::string text = "Keys of an experiment, with their defaults:\n\n";
  for_each_key(default_keys(), [&](const std::string& path, const Key& key) {
    if (!key.is_section()) text += line_of(path, 33, key);
  });
  for (const ExtraKey& extra : extra_keys) text += fmt::format("  {:<33}  {}\n", extra.name, extra.help);
  return text;
}

std::string explain_section(std::string_view path, const Key& key) {
  std::string text = fmt::format("{}: {}\n", path, key.help);
  const Key* abbreviated = shorthand_of(key);
  if (abbreviated)
    text += fmt::format("Shorthand: \"{}\": V means \"{}\": {{\"{}\": V}}.\n", key.name, key.name, abbreviated->name);
  const auto& keys = std::get<Section>(key.slot).keys;
  std::size_t width = 0;
  for (const Key& inner : keys) width = std::max(width, inner.name.size());
  text += "\n";
  for (const Key& inner : keys) text += line_of(inner.name, width, inner);
  if (abbreviated && choices_in(*abbreviated))
    text += fmt::format("\n{}.{}:\n\n{}", path, abbreviated->name, choices_text(*choices_in(*abbreviated), 2));
  return text;
}

std::string keys_of_objects(const ObjectList& slot) {
  std::string text = "\n";
  for (const Key& key : slot.defaults()) text += line_of(key.name, 9, key);
  for (const Key& key : slot.defaults())
    if (const Choices* choices = choices_in(key)) text += fmt::format("\n{}:\n{}", key.name, choices_text(*choices, 2));
  return text;
}

std::string explain_leaf(std::string_view path, const Key& key) {
  std::string text = fmt::format("{}: {}\n", path, key.help);
  const std::string bounds = bounds_text(key);
  text += fmt::format("Takes {}{}{}.\n", type_name(key.slot), bounds.empty() ? "" : ", ", bounds);
  text += default_text(key, "Default: ", ".\n");
  for (const Condition& condition : key.conditions) text += fmt::format("Has no effect {}.\n", condition.reason);
  if (const auto* slot = std::get_if<ObjectList>(&key.slot)) text += keys_of_objects(*slot);
  if (const Choices* choices = choices_in(key)) text += "\n" + choices_text(*choices, 2);
  return text;
}

constexpr std::string_view sweep_examples = R"(
Keys and lists of their values; null means the default, and "width" is short for "model.width". All combinations:
  "sweep": {"model.width": [4, 8, 16], "model.norm": ["none", "batch"]}
Values paired one to one:
  "sweep": {"zip": {"model.width": [4, 16], "train.optimizer.lr": [0.1, 0.02]}}
The union of several sweeps:
  "sweep": [{"model.depth": [2, 4]}, {"model.width": [256]}]
Instead of a list: {"range": [from, to, step]} or {"logspace": [from, to, count]}. If the ends (and the step) are
integers, so are the values.
)";

}  // namespace

std::string explain(std::string_view name) {
  if (name.empty()) return explain_all();
  for (const ExtraKey& extra : extra_keys)
    if (extra.name == name) return fmt::format("{}: {}\n{}", name, extra.help, name == "sweep" ? sweep_examples : "");
  const std::string path = full_path(name);
  const Key* key = find_key(default_keys(), path);
  if (!key) throw core::InputError(unknown_path(name));
  return key->is_section() ? explain_section(path, *key) : explain_leaf(path, *key);
}

std::vector<std::string> key_paths() {
  std::vector<std::string> paths;
  for_each_key(default_keys(), [&](const std::string& path, const Key&) { paths.push_back(path); });
  return paths;
}

std::string choices_text(const Choices& choices, std::size_t indent) {
  std::size_t width = 0;
  for (const Choice& choice : choices.table) width = std::max(width, choice.name.size());
  std::string text;
  for (const Choice& choice : choices.table)
    text += fmt::format("{:{}}{:<{}}  {}{}\n", "", indent, choice.name, width, choice.help,
                        choice.source == "-" ? "" : fmt::format(" [{}]", choice.source));
  return text;
}

const std::vector<Topic>& topics() {
  static const std::vector<Topic> all{
      {"data", choices_of(DataName{})},
      {"normalizations", choices_of(Normalize{})},
      {"label_noise", choices_of(NoiseKind{})},
      {"models", choices_of(ModelKind{})},
      {"features", choices_of(FeatureKind{})},
      {"solvers", choices_of(SolverKind{})},
      {"activations", choices_of(Activation{})},
      {"norms", choices_of(NormKind{})},
      {"norm_positions", choices_of(NormPosition{})},
      {"branch_inits", choices_of(BranchInit{})},
      {"initializers", choices_of(InitScheme{})},
      {"optimizers", choices_of(OptimizerName{})},
      {"schedules", choices_of(ScheduleKind{})},
      {"losses", choices_of(LossKind{})},
      {"monitors", choices_of(Monitor{})},
      {"engines", choices_of(EngineKind{})},
      {"devices", choices_of(DeviceKind{})},
      {"precisions", choices_of(Precision{})},
      {"probes", choices_of(ProbeName{})},
  };
  return all;
}

}  // namespace descent::config
