#pragma once
// Where the value of a key lies in its struct, and of which type it is.

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/experiment.h"

namespace descent::config {

struct Key;

// An enum field, or a list of different values of an enum (evaluate.splits).
struct ChoiceSlot {
  Choices choices;
  bool is_list;
  std::function<std::vector<int>()> get;
  std::function<void(const std::vector<int>&)> set;
};

// A struct field; a bare value abbreviates the object by its key `shorthand` (empty: no abbreviation).
struct SectionSlot {
  std::vector<Key> keys;
  std::string_view shorthand;
};

struct SeedsSlot {
  std::vector<std::int64_t>* field;
};  // a count or a list of distinct seeds
struct DeviceSlot {
  Device* field;
};  // one of device_names()
struct BatchSlot {
  std::int64_t* field;
};  // a count or "full" (0)
struct ObjectsSlot {
  std::string_view word;                  // "claims"
  std::vector<std::string_view> needed;   // keys that every object must have
  std::function<std::vector<Key>()> add;  // a new object at the end; its keys
  std::function<std::vector<Key>(std::size_t)> at;
  std::function<std::size_t()> size;
  std::function<void()> clear;
  std::function<const std::vector<Key>&()> defaults;  // of an object
};                                                    // a list of objects with keys of their own

using Slot =
    std::variant<bool*, std::int64_t*, double*, std::string*, std::optional<std::int64_t>*, std::optional<double>*,
                 std::vector<std::int64_t>*, std::vector<std::string>*, std::array<double, 2>*, ChoiceSlot, SectionSlot,
                 SeedsSlot, DeviceSlot, BatchSlot, ObjectsSlot>;

}  // namespace descent::config
