#include "config/slots.h"

#include <fmt/format.h>

#include <cmath>
#include <numeric>

#include "core/text.h"

namespace descent::config {
namespace {

template <class T>
Json list_of(const T& values) {
  Json::Array list;
  for (const auto value : values) list.push_back({value});
  return {std::move(list)};
}

// Without exponent where that is readable: 100000, 0.5, 1e+12.
std::string bound_number(double value) {
  return value == std::trunc(value) && std::abs(value) < 1e13 ? fmt::format("{:.0f}", value)
                                                              : core::format_number(value);
}

struct ToJson {
  Json operator()(const auto* field) const { return {*field}; }
  template <class T>
  Json operator()(const std::optional<T>* field) const {
    return *field ? Json{**field} : Json{};
  }
  Json operator()(const std::vector<std::int64_t>* field) const { return list_of(*field); }
  Json operator()(const std::array<double, 2>* field) const { return list_of(*field); }
  Json operator()(const EnumSlot& slot) const {
    return {std::string(slot.choices.name_of(slot.get(slot.field)))};
  }
  Json operator()(const EnumListSlot& slot) const {
    Json::Array list;
    for (const int value : slot.get(slot.field)) list.push_back({std::string(slot.choices.name_of(value))});
    return list.empty() ? Json{} : Json{std::move(list)};
  }
  Json operator()(const SectionSlot& section) const {
    Json::Object object;
    for (const Key& key : section.keys)
      if (Json value = to_json(key); !value.is<std::nullptr_t>())
        object.push_back({std::string(key.name), 0, 0, value});
    return {std::move(object)};
  }
  Json operator()(const SeedsSlot& slot) const {
    std::vector<std::int64_t> counted(slot.field->size());
    std::iota(counted.begin(), counted.end(), 0);
    if (*slot.field == counted) return {static_cast<std::int64_t>(counted.size())};
    return list_of(*slot.field);
  }
  Json operator()(const BatchSlot& slot) const {
    return *slot.field == 0 ? Json{std::string("full")} : Json{*slot.field};
  }
  Json operator()(const ClaimsSlot& slot) const {
    Json::Array list;
    for (Claim claim : *slot.field) {
      Json::Object object;
      for (const Key& key : describe(claim))
        if (Json value = to_json(key); value.dump() != "\"\"")
          object.push_back({std::string(key.name), 0, 0, std::move(value)});
      list.push_back({std::move(object)});
    }
    return list.empty() ? Json{} : Json{std::move(list)};
  }
};

struct TypeName {
  std::string operator()(const bool*) const { return "true or false"; }
  std::string operator()(const std::int64_t*) const { return "a whole number"; }
  std::string operator()(const double*) const { return "a number"; }
  std::string operator()(const std::string*) const { return "a text in quotes"; }
  std::string operator()(const std::optional<std::int64_t>*) const { return "a whole number"; }
  std::string operator()(const std::optional<double>*) const { return "a number"; }
  std::string operator()(const std::vector<std::int64_t>*) const { return "a list of whole numbers"; }
  std::string operator()(const std::array<double, 2>*) const { return "a list of two numbers"; }
  std::string operator()(const EnumSlot& slot) const { return "one of " + core::join(slot.choices.names(), ", "); }
  std::string operator()(const EnumListSlot& slot) const { return "a list of " + core::join(slot.choices.names(), ", "); }
  std::string operator()(const SectionSlot&) const { return "an object"; }
  std::string operator()(const SeedsSlot&) const { return "a count or a list of whole numbers"; }
  std::string operator()(const BatchSlot&) const { return "a whole number or \"full\""; }
  std::string operator()(const ClaimsSlot&) const { return "a list of claims"; }
};

// The slot that receives, visited with the slot of the same type that gives.
struct CopyValue {
  const Slot& from;

  template <class T>
  void operator()(T* field) const {
    *field = *std::get<T*>(from);
  }
  void operator()(const EnumSlot& slot) const {
    const auto& other = std::get<EnumSlot>(from);
    slot.set(slot.field, other.get(other.field));
  }
  void operator()(const EnumListSlot& slot) const {
    const auto& other = std::get<EnumListSlot>(from);
    slot.set(slot.field, other.get(other.field));
  }
  void operator()(SectionSlot& section) const {
    const auto& other = std::get<SectionSlot>(from);
    for (std::size_t i = 0; i < section.keys.size(); ++i) copy_value(section.keys[i], other.keys[i]);
  }
  template <class ListSlot>
  void operator()(const ListSlot& slot) const {
    *slot.field = *std::get<ListSlot>(from).field;
  }
};

}  // namespace

Json to_json(const Key& key) { return std::visit(ToJson{}, key.slot); }

void copy_value(Key& key, const Key& fallback) { std::visit(CopyValue{fallback.slot}, key.slot); }

std::string type_name(const Slot& slot) { return std::visit(TypeName{}, slot); }

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

std::string help_text(const Key& key) {
  return key.unit_name.empty() ? std::string(key.help) : fmt::format("{} [{}]", key.help, key.unit_name);
}

}  // namespace descent::config
