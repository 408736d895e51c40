#include "config/write.h"

#include <algorithm>

#include "config/keys.h"
#include "config/slots.h"

namespace descent::config {
namespace {

// A key tree to look at one experiment after another without building it anew.
class View {
 public:
  struct Leaf {
    std::string path;
    Key* key;
    std::string default_text;
  };

  View() : keys_(describe(experiment_)) {
    for_each_key(keys_, [&](const std::string& path, Key& key) {
      if (!std::holds_alternative<SectionSlot>(key.slot))
        leaves_.push_back({path, &key, to_json(key).dump()});
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

// The member of an object at a path, made if it is missing.
Json& place(Json& root, std::string_view path) {
  Json* json = &root;
  while (true) {
    const std::size_t dot = path.find('.');
    const std::string name(path.substr(0, dot));
    Json* member = json->find(name);
    if (!member)
      member =
          &std::get<Json::Object>(json->value).emplace_back(Json::Member{name, 0, 0, {Json::Object{}}}).value;
    if (dot == path.npos) return *member;
    json = member;
    path.remove_prefix(dot + 1);
  }
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
  Json::Array branches;
  for (const Assignment& assignment : document.assignments) {
    Json::Object branch;
    for (std::size_t i = 0; i < assignment.size(); ++i)
      branch.push_back({document.factors[i], 0, 0, {Json::Array{assignment[i]}}});
    branches.push_back({std::move(branch)});
  }
  return {std::move(branches)};
}

}  // namespace

std::string write_document(const Document& document) {
  View view;
  Json root{Json::Object{}};
  for (const View::Leaf& leaf : view.leaves(document.base)) {
    Json value = to_json(*leaf.key);
    if (is_written(leaf, value.dump(), document)) place(root, leaf.path) = std::move(value);
  }
  if (!document.factors.empty()) place(root, "sweep") = sweep_json(document);
  return root.pretty();
}

std::string identity(const Experiment& experiment) {
  thread_local View view;
  Json root{Json::Object{}};
  auto& members = std::get<Json::Object>(root.value);
  for (const View::Leaf& leaf : view.leaves(experiment)) {
    if (!leaf.key->changes_numbers || !leaf.key->has_effect(experiment)) continue;
    Json value = to_json(*leaf.key);
    if (value.dump() != leaf.default_text) members.push_back({leaf.path, 0, 0, std::move(value)});
  }
  return root.dump();
}

}  // namespace descent::config
