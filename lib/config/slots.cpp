#include "config/slots.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "config/declare.h"
#include "config/key_names.h"
#include "core/text.h"

namespace descent::config {
namespace {

// Without exponent up to 13 digits: 100000, 0.5, 1e+20.
std::string bound_number(double value) {
  return value == std::trunc(value) && std::abs(value) < 1e13 ? fmt::format("{:.0f}", value)
                                                              : core::format_number(value);
}

Json members_of(const Section& section) {
  Json members = Json::object();
  for (const Key& key : section.keys)
    if (Json value = to_json(key); !value.is_null()) members[std::string(key.name)] = std::move(value);
  return members;
}

Json objects_of(const ObjectList& slot) {
  Json objects;  // null if the list is empty
  for (std::size_t i = 0; i < slot.size(); ++i) {
    Json& members = objects.emplace_back(Json::object());
    const std::vector<Key> keys = slot.at(i);
    for (std::size_t k = 0; k < keys.size(); ++k)
      if (Json value = to_json(keys[k]); value != to_json(slot.defaults()[k]))
        members[std::string(keys[k].name)] = std::move(value);
  }
  return objects;
}

std::string choice_text(const Field& field) {
  const std::string names = names_text(field.choices);
  const std::string_view one_of = "one of ", noun = field.choices.noun;
  if (!names.starts_with(one_of))
    return fmt::format("{} {} {} ({})", field.max_size > 0 ? "a list of names of" : "the name of",
                       std::string_view("aeiou").find(noun[0]) == std::string_view::npos ? "a" : "an", noun, names);
  return field.max_size > 0 ? "a list of " + names.substr(one_of.size()) : names;
}

std::string type_text(const Field& field) {
  const bool is_list = field.max_size > 0, is_pair = field.max_size == 2;
  switch (field.type) {
    case ValueType::boolean: return "true or false";
    case ValueType::integer: return is_list ? "a list of integers" : "an integer";
    case ValueType::number: return is_pair ? "a list of two numbers" : "a number";
    case ValueType::text: return is_list ? "a list of strings" : "a string";
    case ValueType::choice: return choice_text(field);
    case ValueType::seeds: return "a count or a list of integers";
    case ValueType::device: return "one of " + core::join(device_names(), ", ");
    case ValueType::batch: return "an integer or \"full\"";
  }
  __builtin_unreachable();
}

}  // namespace

Field field_of(Device* field) {
  return {ValueType::device, choices_of(DeviceKind{}), [field] { return Json(name_of(*field)); },
          [field](const Json& value) { *field = *parse_device(value.get<std::string>()); }};
}

Field seeds(std::vector<std::int64_t>* field) {
  const auto counted = [](std::size_t count) {
    std::vector<std::int64_t> seeds(count);
    std::iota(seeds.begin(), seeds.end(), 0);
    return seeds;
  };
  const auto get = [=] { return *field == counted(field->size()) ? Json(field->size()) : Json(*field); };
  const auto set = [=](const Json& value) {
    if (value.is_array()) read(value, *field);
    else *field = counted(value.get<std::size_t>());
  };
  return {ValueType::seeds, {}, get, set, 1, max_seeds};
}

Field batch(std::int64_t* field) {
  return {ValueType::batch,
          {},
          [field] { return *field == 0 ? Json("full") : Json(*field); },
          [field](const Json& value) { *field = value == "full" ? 0 : value.get<std::int64_t>(); }};
}

Json to_json(const Key& key) {
  if (const auto* field = std::get_if<Field>(&key.slot)) return field->get();
  if (const auto* section = std::get_if<Section>(&key.slot)) return members_of(*section);
  return objects_of(std::get<ObjectList>(key.slot));
}

Json default_of(const Key& key) { return key.default_json.empty() ? to_json(key) : Json::parse(key.default_json); }

Json shown_default(const Key& key) {
  const auto* field = std::get_if<Field>(&key.slot);
  const bool is_text = field && field->type == ValueType::text && field->max_size == 0;
  return is_text || key.is_section() ? Json() : default_of(key);
}

const Choices* choices_in(const Key& key) {
  const auto* field = std::get_if<Field>(&key.slot);
  return field && !field->choices.table.empty() ? &field->choices : nullptr;
}

std::string value_text(const Key& key) { return text_of(to_json(key)); }

std::string type_name(const Slot& slot) {
  if (const auto* field = std::get_if<Field>(&slot)) return type_text(*field);
  const auto* objects = std::get_if<ObjectList>(&slot);
  return objects ? fmt::format("a list of {}", objects->noun) : "an object";
}

bool takes_list(const Slot& slot) {
  const auto* field = std::get_if<Field>(&slot);
  return field ? field->max_size > 0 && field->type != ValueType::seeds : std::holds_alternative<ObjectList>(slot);
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
