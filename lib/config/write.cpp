#include "config/write.h"

#include <algorithm>

#include "config/engine.h"
#include "config/keys.h"
#include "config/slots.h"
#include "config/source.h"

namespace descent::config {
namespace {

// A key tree to look at one experiment after another without building it again.
class View {
 public:
  struct Leaf {
    std::string path;
    Key* key;
    std::string initial_text, default_text;  // of the struct, of an experiment
  };

  View() : keys_(describe(experiment_)) {
    for_each_key(keys_, [&](const std::string& path, Key& key) {
      if (!key.is_section()) leaves_.push_back({path, &key, compact(to_json(key)), compact(default_of(key))});
    });
  }

  const std::vector<Leaf>& leaves(const Experiment& experiment) {
    experiment_ = experiment;
    return leaves_;
  }

 private:
  Experiment experiment_;
  std::vector<Key> keys_;
  std::vector<Leaf> leaves_;
};

// An engine by whatever name it was chosen, and a GPU whichever of several, give the same numbers. Fused is the
// default, so that it is not written; nor is the subset "first", which was the default of all data.
Experiment numbers_of(Experiment e) {
  e.engine = chosen_engine(e) == EngineKind::fused ? EngineKind::automatic : EngineKind::torch;
  e.device.index = -1;
  if (e.data.subset = chosen_subset(e.data); e.data.subset == Subset::first) e.data.subset = Subset::automatic;
  return e;
}

// A default that is written counts as given when the file is read again, so it must have an effect
// everywhere; what the user gave needs one somewhere.
bool is_written(const View::Leaf& leaf, const std::string& text, const Document& document) {
  if (text == "null") return false;
  if (std::ranges::any_of(document.factors, [&](const auto& factor) { return lies_in(leaf.path, factor); }))
    return false;
  const auto has_effect = [&](const Experiment& point) { return leaf.key->has_effect(point); };
  return text == leaf.default_text ? std::ranges::all_of(document.points, has_effect)
                                   : std::ranges::any_of(document.points, has_effect);
}

Json sweep_json(const Document& document) {
  Json branches = Json::array();
  for (const Assignment& assignment : document.assignments) {
    Json& branch = branches.emplace_back(Json::object());
    for (std::size_t i = 0; i < assignment.size(); ++i)
      branch[document.factors[i]] = Json::array({Json::parse(assignment[i])});
  }
  return branches;
}

}  // namespace

std::string write_document(const Document& document) {
  View view;
  Source source;
  for (const View::Leaf& leaf : view.leaves(document.base)) {
    const Json value = to_json(*leaf.key);
    if (is_written(leaf, compact(value), document)) source.set(leaf.path, value);
  }
  if (!document.factors.empty()) source.root["sweep"] = sweep_json(document);
  return pretty(source.root);
}

std::string section_json(const Experiment& experiment, std::string_view section) {
  View view;
  Json members = Json::object();
  for (const View::Leaf& leaf : view.leaves(experiment))
    if (Json value = to_json(*leaf.key); lies_in(leaf.path, section) && leaf.key->changes_numbers &&
                                         leaf.key->has_effect(experiment) && !value.is_null())
      members[leaf.path.substr(section.size() + 1)] = std::move(value);
  return compact(members);
}

std::string identity(const Experiment& experiment) {
  thread_local View view;
  Json changed = Json::object();
  for (const View::Leaf& leaf : view.leaves(numbers_of(experiment))) {
    if (!leaf.key->changes_numbers || !leaf.key->has_effect(experiment)) continue;
    Json value = to_json(*leaf.key);
    if (compact(value) != leaf.initial_text) changed[leaf.path] = std::move(value);
  }
  return compact(changed);
}

}  // namespace descent::config
