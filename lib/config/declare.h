#pragma once
// The words in which keys are declared, for keys.cpp and the *_keys.cpp of its sections.

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "config/keys.h"

namespace descent::config {

using E = const Experiment&;

inline constexpr double huge = 1e6;  // bounds numbers well inside single precision

inline Key key(std::string_view name, Slot slot, std::string_view help) { return {name, help, std::move(slot)}; }

inline Key section(std::string_view name, std::vector<Key> keys, std::string_view shorthand, std::string_view help) {
  return key(name, SectionSlot{std::move(keys), shorthand}, help);
}

template <class Enum> ChoiceSlot choice(Enum& field) {
  return {choices_of(Enum{}), false, [&field] { return std::vector{static_cast<int>(field)}; },
          [&field](const std::vector<int>& values) { field = static_cast<Enum>(values.front()); }};
}

template <class Enum> ChoiceSlot choice_list(std::vector<Enum>& field) {
  return {choices_of(Enum{}), true,
          [&field] {
            std::vector<int> values;
            for (const Enum value : field) values.push_back(static_cast<int>(value));
            return values;
          },
          [&field](const std::vector<int>& values) {
            field.clear();
            for (const int value : values) field.push_back(static_cast<Enum>(value));
          }};
}

// The keys of each object are those of describe(T).
template <class T>
ObjectsSlot objects(std::vector<T>& field, std::string_view word, std::vector<std::string_view> needed = {}) {
  return {word,
          std::move(needed),
          [&field] { return describe(field.emplace_back()); },
          [&field](std::size_t i) { return describe(field[i]); },
          [&field] { return field.size(); },
          [&field] { field.clear(); },
          []() -> const std::vector<Key>& {
            static T initial;
            static const std::vector<Key> keys = describe(initial);
            return keys;
          }};
}

// What an experiment chooses.
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

// A key that has an effect only where one of these is chosen: with<DataName::spirals>().
template <auto first, auto... others> Condition with(std::string_view word = choices_of(first).word) {
  std::string otherwise = fmt::format("without the {} \"{}\"", word, name_of(first));
  std::size_t left = sizeof...(others);
  ((otherwise += fmt::format("{}\"{}\"", --left > 0 ? ", " : " or ", name_of(others))), ...);
  return {chooses<first, others...>, otherwise};
}

}  // namespace descent::config
