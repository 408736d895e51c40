// The JSON Schema of an experiment file, generated from the key tree.

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "config/key_names.h"
#include "config/slots.h"
#include "config/write.h"

namespace descent::config {
namespace {

// An integer or a number within the bounds of the key.
Json bounded(const char* type, const Key& key) {
  Json schema{{"type", type}};
  const auto bound = [](double value) {
    const auto integer = static_cast<std::int64_t>(value);
    return static_cast<double>(integer) == value ? Json(integer) : Json(value);
  };
  if (const auto& low = key.minimum) schema[low->inclusive ? "minimum" : "exclusiveMinimum"] = bound(low->value);
  if (const auto& high = key.maximum) schema[high->inclusive ? "maximum" : "exclusiveMaximum"] = bound(high->value);
  return schema;
}

Json list_of(const Json& items, std::int64_t min_size, std::int64_t max_size) {
  return {{"type", "array"}, {"items", items}, {"minItems", min_size}, {"maxItems", max_size}};
}

Json any_of(std::initializer_list<Json> schemas) { return {{"anyOf", Json::array_t(schemas)}}; }

Json reference(const std::string& target) { return {{"$ref", target}}; }

Json choices_schema(const Choices& choices) {
  Json schema{{"enum", choices.names()}};
  for (const Choice& choice : choices.table)
    schema["enumDescriptions"].push_back(choice.source == "-" ? std::string(choice.help)
                                                              : fmt::format("{} [{}]", choice.help, choice.source));
  return schema;
}

Json key_schema(const Key& key);

Json object_schema(const Json& properties) {
  return {{"type", "object"}, {"properties", properties}, {"additionalProperties", false}};
}

Json section_schema(const std::vector<Key>& keys) {
  Json properties = Json::object();
  for (const Key& key : keys) properties[std::string(key.name)] = key_schema(key);
  return object_schema(properties);
}

// The schema of a value, or of each entry of a list.
Json value_schema(const Key& key, const Field& field) {
  switch (field.type) {
    case ValueType::boolean: return {{"type", "boolean"}};
    case ValueType::seeds:
    case ValueType::integer: return bounded("integer", key);
    case ValueType::number: return bounded("number", key);
    case ValueType::text:
      if (key.name == "name") return {{"type", "string"}, {"pattern", name_pattern}};
      return {{"type", "string"}, {"maxLength", max_text_bytes}};
    case ValueType::choice: return choices_schema(field.choices);
    case ValueType::device:
      return any_of({choices_schema(field.choices), {{"type", "string"}, {"pattern", numbered_device}}});
    case ValueType::batch: return any_of({bounded("integer", key), {{"const", "full"}}});
  }
  __builtin_unreachable();
}

Json field_schema(const Key& key, const Field& field) {
  Json value = value_schema(key, field);
  if (field.max_size == 0) return value;
  Json list = list_of(value, field.min_size, field.max_size);
  const bool is_seeds = field.type == ValueType::seeds;
  if (is_seeds || field.type == ValueType::choice) list["uniqueItems"] = true;
  return is_seeds ? any_of({{{"type", "integer"}, {"minimum", 1}, {"maximum", max_seeds}}, list}) : list;
}

Json slot_schema(const Key& key) {
  if (const auto* field = std::get_if<Field>(&key.slot)) return field_schema(key, *field);
  if (const auto* objects = std::get_if<ObjectList>(&key.slot)) {
    Json item = section_schema(objects->defaults());
    if (!objects->required.empty()) item["required"] = objects->required;
    return list_of(item, 0, max_entries);
  }
  const Json section = section_schema(std::get<Section>(key.slot).keys);
  const Key* abbreviated = shorthand_of(key);
  return abbreviated ? any_of({key_schema(*abbreviated), section}) : section;
}

Json key_schema(const Key& key) {
  Json schema = slot_schema(key);
  std::string description(key.help);
  for (const Condition& condition : key.conditions) description += fmt::format("; has no effect {}", condition.reason);
  schema["description"] = description;
  if (const Json value = shown_default(key); !value.is_null()) schema["default"] = value;
  return schema;
}

// Adds keys with lists of values. `pointer` is the schema of the section; each value has the schema of its key.
void add_factors(Json& properties, const std::vector<Key>& keys, const std::string& prefix, const std::string& pointer,
                 bool unique) {
  for (const Key& key : keys) {
    const std::string path = prefix + std::string(key.name), target = pointer + "/properties/" + std::string(key.name);
    if (is_sweepable(key)) {
      Json list{{"type", "array"}, {"items", any_of({reference(target), {{"type", "null"}}})}, {"minItems", 1}};
      if (unique) list["uniqueItems"] = true;
      properties[path] = any_of({list, reference("#/$defs/range"), reference("#/$defs/logspace")});
      if (full_path(key.name) == path) properties[std::string(key.name)] = properties[path];
    }
    if (const auto* section = std::get_if<Section>(&key.slot))
      add_factors(properties, section->keys, path + ".", shorthand_of(key) ? target + "/anyOf/1" : target, unique);
  }
}

Json factors_schema(bool with_zip) {
  Json properties = Json::object();
  add_factors(properties, default_keys(), "", "#", with_zip);
  if (with_zip) properties["zip"] = reference("#/$defs/zip");
  Json schema = object_schema(properties);
  if (!with_zip) schema["minProperties"] = 1;
  return schema;
}

// {"range": [from, to, step]}
Json generator_schema(const char* name, const char* help, const Json& third) {
  const Json number{{"type", "number"}};
  const Json ends{{"type", "array"}, {"prefixItems", {number, number, third}}, {"minItems", 3}, {"maxItems", 3}};
  return {{"type", "object"},
          {"description", help},
          {"properties", {{name, ends}}},
          {"required", Json::array({name})},
          {"additionalProperties", false}};
}

}  // namespace

std::string json_schema() {
  Json schema{{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", "Descent experiment"}};
  schema.update(section_schema(default_keys()));
  const Json branch = reference("#/$defs/branch");
  for (const ExtraKey& extra : extra_keys) {
    Json value = Json::object();
    if (extra.name == "sweep") value = any_of({branch, {{"type", "array"}, {"items", branch}, {"minItems", 1}}});
    value["description"] = extra.help;
    schema["properties"][std::string(extra.name)] = value;
  }
  schema["$defs"] = {
      {"branch", factors_schema(true)},
      {"zip", factors_schema(false)},
      {"range",
       generator_schema("range", "[from, to, step]; includes `to` if a step reaches it", {{"type", "number"}})},
      {"logspace", generator_schema("logspace", "[from, to, count], evenly spaced on a logarithmic scale",
                                    {{"type", "integer"}, {"minimum", 2}})}};
  return pretty(schema);
}

}  // namespace descent::config
