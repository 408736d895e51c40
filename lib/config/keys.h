#pragma once
// The keys of an experiment. describe() declares every field of a struct once, with help, unit and bounds. Reader,
// writer, validation, JSON Schema, `descent explain`, completion and the hash of a run traverse the resulting tree.

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

// Type of the value of a key, or of each entry if it is a list. seeds: a count, or a list of distinct seeds; device:
// one of device_names(); batch: a count, or "full" (0).
enum class ValueType { boolean, integer, number, text, choice, seeds, device, batch };

// A field of a struct.
struct Field {
  ValueType type;
  Choices choices;
  std::function<Json()> get;                // null: absent
  std::function<void(const Json&)> set;     // expects a validated value
  std::int64_t min_size = 0, max_size = 0;  // of a list; max_size 0: not a list
};

// A struct. A value V stands for {shorthand: V}; without abbreviation `shorthand` is empty.
struct Section {
  std::vector<Key> keys;
  std::string_view shorthand;
};

// A list of structs.
struct ObjectList {
  std::string_view noun;                   // "claims"
  std::vector<std::string_view> required;  // keys that every object must have
  std::function<std::vector<Key>(std::size_t)> at;
  std::function<std::size_t()> size;
  std::function<void(std::size_t)> resize;
  std::function<const std::vector<Key>&()> defaults;  // the keys of an object with their defaults
};

// Access to the value of a key.
using Slot = std::variant<Field, Section, ObjectList>;

struct Bound {
  double value;
  bool inclusive;
};

// When a key has an effect, and the reason why it has none for errors: "without the optimizer \"sgd\"".
struct Condition {
  bool (*applies)(const Experiment&);
  std::string reason;
};

struct Key {
  std::string_view name, help;  // the help ends with the unit in brackets
  Slot slot;
  std::optional<Bound> minimum{}, maximum{};
  std::string_view default_json{};      // default of an experiment; empty: the initial value in the struct
  bool changes_numbers = true;          // part of the hash of a run; may be swept
  std::vector<Condition> conditions{};  // all must be true

  void when(const Condition& condition);  // for a section: adds it to every key in the section
  // The first condition that is false, or null.
  const Condition* unmet_condition(const Experiment& experiment) const;
  bool has_effect(const Experiment& experiment) const { return !unmet_condition(experiment); }
  bool is_section() const { return std::holds_alternative<Section>(slot); }
};

// The keys of an experiment or a section. The slots refer to the struct, which must outlive the tree.
std::vector<Key> describe(Experiment& experiment);
std::vector<Key> describe(Data& data);    // data_keys.cpp
std::vector<Key> describe(Model& model);  // model_keys.cpp
std::vector<Key> describe(Train& train);  // train_keys.cpp
std::vector<Key> describe(Claim& claim);
std::vector<Key> describe(Plot& plot);

// All keys with their defaults.
const std::vector<Key>& default_keys();

// Returns the key at a path such as "model.norm.kind", or null.
Key* find_key(std::vector<Key>& keys, std::string_view path);
inline const Key* find_key(const std::vector<Key>& keys, std::string_view path) {
  return find_key(const_cast<std::vector<Key>&>(keys), path);
}

// "kind" of "model.norm.kind".
inline std::string_view last_name(std::string_view path) { return path.substr(path.rfind('.') + 1); }

// True if `path` is `section` or a key inside it.
bool lies_in(std::string_view path, std::string_view section);

// True if `path` is `name` or ends with it: "model.norm" ends with "norm".
bool ends_with_name(std::string_view path, std::string_view name);

// Calls visit(path, key) for every key of the tree in preorder.
template <class Tree, class Visit> void for_each_key(Tree&& keys, const Visit& visit, const std::string& prefix = {}) {
  for (auto& key : keys) {
    const std::string path = prefix + std::string(key.name);
    visit(path, key);
    if (auto* section = std::get_if<Section>(&key.slot)) for_each_key(section->keys, visit, path + ".");
  }
}

// The key that a value in place of the section sets, or null.
const Key* shorthand_of(const Key& key);

// The section for which the key at `path` is the shorthand: "model.norm" for "model.norm.kind"; empty if none.
std::string section_abbreviated_by(const std::string& path);

// True for values and sections with a shorthand that change the numbers of a run.
bool is_sweepable(const Key& key);

// Additional keys of a file, which are not part of the tree.
struct ExtraKey {
  std::string_view name, help;
};
inline constexpr std::array<ExtraKey, 3> extra_keys{{
    {"$schema", "location of the JSON Schema for editors; ignored"},
    {"$results", "written by Descent in the experiment.json of results: the experiment file, data and a checksum"},
    {"sweep",
     "factors and their values: an object of keys and lists of values means all combinations, {\"zip\": {...}} "
     "pairs the values, a list of such objects is their union"},
}};

}  // namespace descent::config
