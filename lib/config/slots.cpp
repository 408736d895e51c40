#include "config/slots.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "config/words.h"
#include "core/text.h"

namespace descent::config {
namespace {

// Without exponent where that is readable: 100000, 0.5, 1e+12.
std::string bound_number(double value) {
  return value == std::trunc(value) && std::abs(value) < 1e13 ? fmt::format("{:.0f}", value)
                                                              : core::format_number(value);
}

struct ToJson {
  Json operator()(const auto* field) const { return *field; }
  template <class T> Json operator()(const std::optional<T>* field) const { return *field ? Json(**field) : Json(); }
  Json operator()(const ChoiceSlot& slot) const {
    Json names;  // null without any
    for (const int value : slot.get()) names.push_back(slot.choices.name_of(value));
    return slot.is_list ? names : names[0];
  }
  Json operator()(const SectionSlot& section) const {
    Json members = Json::object();
    for (const Key& key : section.keys)
      if (Json value = to_json(key); !value.is_null()) members[std::string(key.name)] = std::move(value);
    return members;
  }
  Json operator()(const SeedsSlot& slot) const {
    std::vector<std::int64_t> counted(slot.field->size());
    std::iota(counted.begin(), counted.end(), 0);
    return *slot.field == counted ? Json(counted.size()) : Json(*slot.field);
  }
  Json operator()(const DeviceSlot& slot) const { return name_of(*slot.field); }
  Json operator()(const BatchSlot& slot) const { return *slot.field == 0 ? Json("full") : Json(*slot.field); }
  Json operator()(const ObjectsSlot& slot) const {
    Json objects;  // null without any
    for (std::size_t i = 0; i < slot.size(); ++i) {
      Json members = Json::object();
      const std::vector<Key> keys = slot.at(i);
      for (std::size_t k = 0; k < keys.size(); ++k)
        if (Json value = to_json(keys[k]); value != to_json(slot.defaults()[k]))
          members[std::string(keys[k].name)] = std::move(value);
      objects.push_back(std::move(members));
    }
    return objects;
  }
};

struct TypeName {
  std::string operator()(const bool*) const { return "true or false"; }
  std::string operator()(const std::int64_t*) const { return "an integer"; }
  std::string operator()(const double*) const { return "a number"; }
  std::string operator()(const std::string*) const { return "a string"; }
  template <class T> std::string operator()(const std::optional<T>*) const { return (*this)(static_cast<T*>(nullptr)); }
  std::string operator()(const std::vector<std::int64_t>*) const { return "a list of integers"; }
  std::string operator()(const std::vector<std::string>*) const { return "a list of strings"; }
  std::string operator()(const std::array<double, 2>*) const { return "a list of two numbers"; }
  std::string operator()(const ChoiceSlot& slot) const {
    const std::string names = names_text(slot.choices);
    if (!names.starts_with("one of"))
      return fmt::format("{} {} {} ({})", slot.is_list ? "a list of names of" : "the name of",
                         std::string_view("aeiou").find(slot.choices.word[0]) == std::string_view::npos ? "a" : "an",
                         slot.choices.word, names);
    return slot.is_list ? "a list of " + names.substr(std::string_view("one of ").size()) : names;
  }
  std::string operator()(const SectionSlot&) const { return "an object"; }
  std::string operator()(const SeedsSlot&) const { return "a count or a list of integers"; }
  std::string operator()(const DeviceSlot&) const { return "one of " + core::join(device_names(), ", "); }
  std::string operator()(const BatchSlot&) const { return "an integer or \"full\""; }
  std::string operator()(const ObjectsSlot& slot) const { return fmt::format("a list of {}", slot.word); }
};

}  // namespace

Json to_json(const Key& key) { return std::visit(ToJson{}, key.slot); }

Json default_of(const Key& key) { return key.default_json.empty() ? to_json(key) : Json::parse(key.default_json); }

std::string value_text(const Key& key) { return text_of(to_json(key)); }

std::string type_name(const Slot& slot) { return std::visit(TypeName{}, slot); }

bool takes_list(const Slot& slot) {
  if (const auto* choice = std::get_if<ChoiceSlot>(&slot)) return choice->is_list;
  return std::holds_alternative<std::vector<std::int64_t>*>(slot) ||
         std::holds_alternative<std::vector<std::string>*>(slot) ||
         std::holds_alternative<std::array<double, 2>*>(slot) || std::holds_alternative<ObjectsSlot>(slot);
}

std::string minimum_text(const Bound& bound) {
  return (bound.inclusive ? "at least " : "above ") + bound_number(bound.value);
}

std::string maximum_text(const Bound& bound) {
  return (bound.inclusive ? "at most " : "below ") + bound_number(bound.value);
}

std::string bounds_text(const Key& key) {
  std::vector<std::string> parts;
  if (key.minimum) parts.push_back(minimum_text(*key.minimum));
  if (key.maximum) parts.push_back(maximum_text(*key.maximum));
  return core::join(parts, " and ");
}

}  // namespace descent::config
