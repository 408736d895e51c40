#pragma once
// Functions to declare keys, for *keys.cpp.

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "config/slots.h"

namespace descent::config {

using E = const Experiment&;

inline constexpr double largest_value = 1e6;  // keeps numbers well inside single precision

// Choices become their names, and empty lists of choices null.
template <class T> Json json_of(const T& value) {
  if constexpr (std::is_enum_v<T>) return name_of(value);
  else return value;
}
template <class T> Json json_of(const std::optional<T>& value) { return value ? Json(*value) : Json(); }
template <class Enum>
requires std::is_enum_v<Enum> Json json_of(const std::vector<Enum>& values) {
  Json names;
  for (const Enum value : values) names.push_back(name_of(value));
  return names;
}

template <class T> void read(const Json& json, T& value) {
  if constexpr (std::is_enum_v<T>)
    value = static_cast<T>(choices_of(T{}).find(json.get_ref<const std::string&>())->value);
  else value = json.get<T>();
}
template <class T> void read(const Json& json, std::optional<T>& value) { value = json.get<T>(); }
template <class T> void read(const Json& json, std::vector<T>& values) {
  values.clear();
  for (const Json& entry : json) read(entry, values.emplace_back());
}

template <class T, class Entry = T> Field field_of(T* field, std::int64_t min_size = 0, std::int64_t max_size = 0) {
  ValueType type = ValueType::text;
  Choices choices{};
  if constexpr (std::is_enum_v<Entry>) type = ValueType::choice, choices = choices_of(Entry{});
  else if constexpr (std::is_same_v<Entry, bool>) type = ValueType::boolean;
  else if constexpr (std::is_integral_v<Entry>) type = ValueType::integer;
  else if constexpr (std::is_floating_point_v<Entry>) type = ValueType::number;
  return {type,     choices, [field] { return json_of(*field); }, [field](const Json& json) { read(json, *field); },
          min_size, max_size};
}
template <class T> Field field_of(std::optional<T>* field) { return field_of<std::optional<T>, T>(field); }
template <class T> Field field_of(std::vector<T>* field) {
  if constexpr (std::is_enum_v<T>) return field_of<std::vector<T>, T>(field, 1, std::ssize(choices_of(T{}).table));
  else return field_of<std::vector<T>, T>(field, 0, max_entries);
}
inline Field field_of(std::array<double, 2>* field) { return field_of<std::array<double, 2>, double>(field, 2, 2); }
Field field_of(Device* field);
Field seeds(std::vector<std::int64_t>* field);
Field batch(std::int64_t* field);

struct Limits {
  std::optional<Bound> minimum{}, maximum{};
};
inline Limits at_least(double v) { return {.minimum = Bound{v, true}}; }
inline Limits above(double v) { return {.minimum = Bound{v, false}}; }
inline Limits at_most(double v) { return {.maximum = Bound{v, true}}; }
inline Limits below(double v) { return {.maximum = Bound{v, false}}; }
inline Limits within(double low, double high) { return {Bound{low, true}, Bound{high, true}}; }

// The default of an experiment as JSON, if it is not the initial value in the struct. The hash of a run omits initial
// values, so that a new default changes no hash.
struct DefaultValue {
  std::string_view json;
};
inline DefaultValue default_value(std::string_view json) { return {json}; }
struct Cosmetic {};
inline constexpr Cosmetic cosmetic;

inline Condition when(const Condition& condition) { return condition; }
inline Condition when(bool (*applies)(E), std::string reason) { return {applies, std::move(reason)}; }

inline void add(Key& key, const Limits& limits) {
  if (limits.minimum) key.minimum = limits.minimum;
  if (limits.maximum) key.maximum = limits.maximum;
}
inline void add(Key& key, const Condition& condition) { key.when(condition); }
inline void add(Key& key, DefaultValue value) { key.default_json = value.json; }
inline void add(Key& key, Cosmetic) { key.changes_numbers = false; }

// A key with its bounds, conditions, ...: key("lr", &o.lr, "learning rate", at_least(0), when(takes_steps)).
template <class... Traits> Key key(std::string_view name, Slot slot, std::string_view help, const Traits&... traits) {
  Key key{name, help, std::move(slot)};
  (add(key, traits), ...);
  return key;
}
template <class T, class... Traits>
Key key(std::string_view name, T* field, std::string_view help, const Traits&... traits) {
  return key(name, Slot(field_of(field)), help, traits...);
}
template <class... Traits>
Key section(std::string_view name, std::vector<Key> keys, std::string_view shorthand, std::string_view help,
            const Traits&... traits) {
  return key(name, Slot(Section{std::move(keys), shorthand}), help, traits...);
}

// A list of structs whose keys are those of describe(T).
template <class T>
ObjectList objects(std::vector<T>& field, std::string_view noun, std::vector<std::string_view> required = {}) {
  return {noun,
          std::move(required),
          [&field](std::size_t i) { return describe(field[i]); },
          [&field] { return field.size(); },
          [&field](std::size_t size) { field.resize(size); },
          []() -> const std::vector<Key>& {
            static T initial;
            static const std::vector<Key> keys = describe(initial);
            return keys;
          }};
}

// The value of an enum in an experiment.
inline DataName chosen(E e, DataName) { return e.data.name; }
inline ModelKind chosen(E e, ModelKind) { return e.model.kind; }
inline FeatureKind chosen(E e, FeatureKind) { return e.model.features.kind; }
inline NormKind chosen(E e, NormKind) { return e.model.norm.kind; }
inline InitScheme chosen(E e, InitScheme) { return e.model.init.scheme; }
inline OptimizerName chosen(E e, OptimizerName) { return e.train.optimizer.name; }
inline SolverKind chosen(E e, SolverKind) { return e.train.solver.kind; }
inline ScheduleKind chosen(E e, ScheduleKind) { return e.train.schedule.kind; }
inline LossKind chosen(E e, LossKind) { return e.train.loss.kind; }

template <auto... values> bool chooses(E e) { return ((chosen(e, values) == values) || ...); }

// The condition that the experiment chooses one of these values: only_with<DataName::spirals>("data").
template <auto first, auto... others> Condition only_with(std::string_view noun = choices_of(first).noun) {
  std::string reason = fmt::format("without the {} \"{}\"", noun, name_of(first));
  std::size_t left = sizeof...(others);
  ((reason += fmt::format("{}\"{}\"", --left > 0 ? ", " : " or ", name_of(others))), ...);
  return {chooses<first, others...>, reason};
}

}  // namespace descent::config
