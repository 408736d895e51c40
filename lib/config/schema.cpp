// The JSON Schema of an experiment file, from the key tree.

#include <fmt/format.h>

#include "config/slots.h"
#include "config/write.h"

namespace descent::config {
namespace {

Json text(std::string_view value) { return {std::string(value)}; }

Json object(std::initializer_list<std::pair<std::string_view, Json>> members) {
  Json::Object result;
  for (const auto& [key, value] : members) result.push_back({std::string(key), 0, 0, value});
  return {std::move(result)};
}

Json array(std::initializer_list<Json> elements) { return {Json::Array(elements)}; }

void add(Json& target, std::string_view key, Json value) {
  std::get<Json::Object>(target.value).push_back({std::string(key), 0, 0, std::move(value)});
}

// A whole number or a number within the bounds of the key.
Json bounded(std::string_view type, const Key& key) {
  Json schema = object({{"type", text(type)}});
  const auto bound = [](double value) {
    return value == static_cast<double>(static_cast<std::int64_t>(value))
               ? Json{static_cast<std::int64_t>(value)}
               : Json{value};
  };
  if (const auto& low = key.minimum)
    add(schema, low->inclusive ? "minimum" : "exclusiveMinimum", bound(low->value));
  if (const auto& high = key.maximum)
    add(schema, high->inclusive ? "maximum" : "exclusiveMaximum", bound(high->value));
  return schema;
}

Json list_of(Json items, std::int64_t shortest, std::int64_t longest) {
  return object({{"type", text("array")},
                 {"items", std::move(items)},
                 {"minItems", {shortest}},
                 {"maxItems", {longest}}});
}

Json choices_schema(const Choices& choices) {
  Json::Array names, help;
  for (const Choice& choice : choices.table) {
    names.push_back(text(choice.name));
    help.push_back(text(choice.source == "-" ? std::string(choice.help)
                                             : fmt::format("{} [{}]", choice.help, choice.source)));
  }
  return object({{"enum", {std::move(names)}}, {"enumDescriptions", {std::move(help)}}});
}

Json key_schema(const Key& key);

Json section_schema(const std::vector<Key>& keys) {
  Json properties{Json::Object{}};
  for (const Key& key : keys) add(properties, key.name, key_schema(key));
  return object({{"type", text("object")}, {"properties", properties}, {"additionalProperties", {false}}});
}

struct TypeSchema {
  const Key& key;

  Json operator()(const bool*) const { return object({{"type", text("boolean")}}); }
  Json operator()(const std::int64_t*) const { return bounded("integer", key); }
  Json operator()(const std::optional<std::int64_t>*) const { return bounded("integer", key); }
  Json operator()(const double*) const { return bounded("number", key); }
  Json operator()(const std::optional<double>*) const { return bounded("number", key); }
  Json operator()(const std::string*) const {
    if (key.name == "name") return object({{"type", text("string")}, {"pattern", text(name_pattern)}});
    return object({{"type", text("string")}, {"maxLength", {longest_text}}});
  }
  Json operator()(const std::vector<std::int64_t>*) const {
    return list_of(bounded("integer", key), 0, most_entries);
  }
  Json operator()(const std::array<double, 2>*) const { return list_of(bounded("number", key), 2, 2); }
  Json operator()(const EnumSlot& slot) const { return choices_schema(slot.choices); }
  Json operator()(const EnumListSlot& slot) const {
    Json schema =
        list_of(choices_schema(slot.choices), 1, static_cast<std::int64_t>(slot.choices.table.size()));
    add(schema, "uniqueItems", {true});
    return schema;
  }
  Json operator()(const SectionSlot& section) const {
    const Key* abbreviated = shorthand_of(key);
    if (!abbreviated) return section_schema(section.keys);
    return object({{"anyOf", array({key_schema(*abbreviated), section_schema(section.keys)})}});
  }
  Json operator()(const ClaimsSlot&) const {
    Claim claim;
    Json item = section_schema(describe(claim));
    add(item, "required", array({text("says"), text("that")}));
    return list_of(std::move(item), 0, most_entries);
  }
  Json operator()(const SeedsSlot&) const {
    Json list = list_of(bounded("integer", key), 1, most_seeds);
    add(list, "uniqueItems", {true});
    const Json count =
        object({{"type", text("integer")}, {"minimum", {std::int64_t{1}}}, {"maximum", {most_seeds}}});
    return object({{"anyOf", array({count, list})}});
  }
  Json operator()(const BatchSlot&) const {
    return object({{"anyOf", array({bounded("integer", key), object({{"const", text("full")}})})}});
  }
};

Json key_schema(const Key& key) {
  Json schema = std::visit(TypeSchema{key}, key.slot);
  std::string idle;
  for (const Condition& condition : key.conditions) idle += fmt::format("; no effect {}", condition.idle);
  add(schema, "description", text(help_text(key) + idle));
  if (!std::holds_alternative<SectionSlot>(key.slot) && !std::holds_alternative<std::string*>(key.slot))
    if (Json value = to_json(key); !value.is<std::nullptr_t>()) add(schema, "default", value);
  return schema;
}

Json reference(std::string_view target) { return object({{"$ref", text(target)}}); }

// Paths to lists of values; `pointer` leads to the schema of each key, so that values are checked as the key
// is.
void add_factors(Json& properties, const std::vector<Key>& keys, const std::string& prefix,
                 const std::string& pointer, bool unique) {
  for (const Key& key : keys) {
    const std::string path = prefix + std::string(key.name),
                      target = pointer + "/properties/" + std::string(key.name);
    if (is_sweepable(key)) {
      const Json value = object({{"anyOf", array({reference(target), object({{"type", text("null")}})})}});
      Json list = object({{"type", text("array")}, {"items", value}, {"minItems", {std::int64_t{1}}}});
      if (unique) add(list, "uniqueItems", {true});
      add(properties, path,
          object({{"anyOf", array({list, reference("#/$defs/range"), reference("#/$defs/logspace")})}}));
    }
    if (const auto* section = std::get_if<SectionSlot>(&key.slot))
      add_factors(properties, section->keys, path + ".", shorthand_of(key) ? target + "/anyOf/1" : target,
                  unique);
  }
}

Json factors_schema(const std::vector<Key>& keys, bool with_zip) {
  Json properties{Json::Object{}};
  add_factors(properties, keys, "", "#", with_zip);
  if (with_zip) add(properties, "zip", reference("#/$defs/zip"));
  Json schema =
      object({{"type", text("object")}, {"properties", properties}, {"additionalProperties", {false}}});
  if (!with_zip) add(schema, "minProperties", {std::int64_t{1}});
  return schema;
}

// {"range": [from, to, step]}
Json generator_schema(std::string_view name, std::string_view help, Json third) {
  const Json number = object({{"type", text("number")}});
  const Json ends = object({{"type", text("array")},
                            {"prefixItems", array({number, number, std::move(third)})},
                            {"minItems", {std::int64_t{3}}},
                            {"maxItems", {std::int64_t{3}}}});
  return object({{"type", text("object")},
                 {"description", text(help)},
                 {"properties", object({{name, ends}})},
                 {"required", array({text(name)})},
                 {"additionalProperties", {false}}});
}

}  // namespace

std::string json_schema() {
  Experiment defaults;
  const std::vector<Key> keys = describe(defaults);
  Json schema = object({{"$schema", text("https://json-schema.org/draft/2020-12/schema")},
                        {"title", text("Descent experiment")}});
  const Json body = section_schema(keys);
  for (const Json::Member& member : std::get<Json::Object>(body.value)) add(schema, member.key, member.value);
  Json& properties = *schema.find("properties");
  const Json branch = reference("#/$defs/branch");
  const Json branches = object({{"type", text("array")}, {"items", branch}, {"minItems", {std::int64_t{1}}}});
  for (const ExtraKey& extra : extra_keys) {
    Json value = extra.name == "sweep" ? object({{"anyOf", array({branch, branches})}}) : object({});
    add(value, "description", text(extra.help));
    add(properties, extra.name, std::move(value));
  }
  const Json number = object({{"type", text("number")}});
  const Json count = object({{"type", text("integer")}, {"minimum", {std::int64_t{2}}}});
  add(schema, "$defs",
      object(
          {{"branch", factors_schema(keys, true)},
           {"zip", factors_schema(keys, false)},
           {"range", generator_schema("range", "[from, to, step], with `to` where the steps hit it", number)},
           {"logspace",
            generator_schema("logspace", "[from, to, count], evenly spaced in the logarithm", count)}}));
  return schema.pretty();
}

}  // namespace descent::config
