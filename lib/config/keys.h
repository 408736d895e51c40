#pragma once
// The one declaration per key: describe() names every field of a struct once, with help, unit and bounds.
// Reader, writer, validation, JSON Schema, `explain`, completion and identity walk the resulting tree.

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/experiment.h"
#include "config/json.h"

namespace descent::config {

struct Key;

// What the value of a key is, or each entry of a list. seeds: a count, or a list of distinct ones; device: one of
// device_names(); batch: a count or "full" (0).
enum class ValueType { boolean, integer, number, text, choice, seeds, device, batch };

// A field of a struct.
struct Field {
  ValueType type;
  Choices choices;
  std::function<Json()> get;               // null: absent
  std::function<void(const Json&)> set;    // what the reader has accepted
  std::int64_t shortest = 0, longest = 0;  // of a list; 0: it takes none
};

// A struct; a bare value abbreviates the object by its key `shorthand` (empty: no abbreviation).
struct SectionSlot {
  std::vector<Key> keys;
  std::string_view shorthand;
};

// A list of objects with keys of their own.
struct ObjectsSlot {
  std::string_view word;                 // "claims"
  std::vector<std::string_view> needed;  // keys that every object must have
  std::function<std::vector<Key>(std::size_t)> at;
  std::function<std::size_t()> size;
  std::function<void(std::size_t)> resize;
  std::function<const std::vector<Key>&()> defaults;  // of an object
};

// Where the value of a key lies in its struct.
using Slot = std::variant<Field, SectionSlot, ObjectsSlot>;

struct Bound {
  double value;
  bool inclusive;
};

// When a key has an effect, and the reason that an error gives when it has none: "without the optimizer \"sgd\"".
struct Condition {
  bool (*applies)(const Experiment&);
  std::string otherwise;
};

struct Key {
  std::string_view name, help;  // the unit in brackets behind the help
  Slot slot;
  std::optional<Bound> minimum{}, maximum{};
  std::string_view default_json{};      // of an experiment, where it is not the value of the struct
  bool changes_numbers = true;          // part of a run's identity; may be swept
  std::vector<Condition> conditions{};  // all must hold

  void when(const Condition& condition);  // of a section: for every key in it
  // The first condition that does not hold, or null.
  const Condition* unmet_condition(const Experiment& experiment) const;
  bool has_effect(const Experiment& experiment) const { return !unmet_condition(experiment); }
  bool is_section() const { return std::holds_alternative<SectionSlot>(slot); }
};

// All keys of an experiment, with slots that point into `experiment` (which must outlive the tree); of its sections.
std::vector<Key> describe(Experiment& experiment);
std::vector<Key> describe(Data& data);    // data_keys.cpp
std::vector<Key> describe(Model& model);  // model_keys.cpp
std::vector<Key> describe(Train& train);  // train_keys.cpp
std::vector<Key> describe(Claim& claim);
std::vector<Key> describe(Plot& plot);

// All keys with their defaults.
const std::vector<Key>& default_keys();

// The key with this path, or null: find_key(keys, "model.norm.kind").
Key* find_key(std::vector<Key>& keys, std::string_view path);
inline const Key* find_key(const std::vector<Key>& keys, std::string_view path) {
  return find_key(const_cast<std::vector<Key>&>(keys), path);
}

// "kind" of "model.norm.kind".
inline std::string_view last_name(std::string_view path) { return path.substr(path.rfind('.') + 1); }

// Whether `path` is `section` or lies inside it.
bool lies_in(std::string_view path, std::string_view section);

// Whether `path` is `name` or ends with it, as "model.norm" with "norm".
bool ends_with_name(std::string_view path, std::string_view name);

// Calls visit(path, key) for every key of the tree, a section before what is in it.
template <class Tree, class Visit> void for_each_key(Tree&& keys, const Visit& visit, const std::string& prefix = {}) {
  for (auto& key : keys) {
    const std::string path = prefix + std::string(key.name);
    visit(path, key);
    if (auto* section = std::get_if<SectionSlot>(&key.slot)) for_each_key(section->keys, visit, path + ".");
  }
}

// The key by which a bare value abbreviates this section, or null.
const Key* shorthand_of(const Key& key);

// The section that is abbreviated by the key with this path: "model.norm" of "model.norm.kind"; otherwise empty.
std::string section_abbreviated_by(const std::string& path);

// Whether the sweep may vary it: single values and abbreviated sections that change numbers.
bool is_sweepable(const Key& key);

// Keys that the file may hold beside them, read elsewhere: "sweep", "$schema", "$results".
struct ExtraKey {
  std::string_view name, help;
};
inline constexpr std::array<ExtraKey, 3> extra_keys{{
    {"$schema", "location of the JSON Schema, for editors; ignored"},
    {"$results", "in the experiment.json of results, written by Descent: where they come from, and a checksum"},
    {"sweep",
     "factors and their values: an object of paths to lists is their product, {\"zip\": {...}} "
     "pairs them, a list of such objects is their union"},
}};

}  // namespace descent::config
