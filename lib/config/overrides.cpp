#include "config/overrides.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/write.h"
#include "core/text.h"

namespace descent::config {
namespace {

constexpr Position command_line{};

// The member `name` of an object, made if it is missing.
Json& member_of(Json& object, std::string_view name) {
  if (Json* found = object.find(name)) return *found;
  return std::get<Json::Object>(object.value).emplace_back(Json::Member{std::string(name), 0, 0, {}}).value;
}

void erase_members(Json& object, auto&& matches) {
  if (auto* members = std::get_if<Json::Object>(&object.value))
    std::erase_if(*members, [&](const Json::Member& member) { return matches(member.key); });
}

// Sets the value at `path`, which exists among the keys; null removes it. Sections on the way become objects.
void set_value(Json& root, std::vector<Key>& keys, const std::string& path, Json value) {
  Json* object = &root;
  std::string walked;
  std::vector<std::string> names = core::split(path, '.');
  const std::string last = names.back();
  names.pop_back();
  for (const std::string& name : names) {
    walked += (walked.empty() ? "" : ".") + name;
    Json& section = member_of(*object, name);
    if (!section.is<Json::Object>()) {
      const Key* abbreviated = shorthand_of(*find_key(keys, walked));
      Json::Object members;
      if (abbreviated && !section.is<std::nullptr_t>())
        members.push_back({std::string(abbreviated->name), section.line, section.column, section});
      section.value = std::move(members);
    }
    object = &section;
  }
  if (value.is<std::nullptr_t>()) erase_members(*object, [&](const std::string& key) { return key == last; });
  else member_of(*object, last) = std::move(value);
}

// Calls visit(branch) for every object of the sweep.
void for_each_branch(Json& root, auto&& visit) {
  Json* sweep = root.find("sweep");
  if (!sweep) return;
  if (auto* list = std::get_if<Json::Array>(&sweep->value)) {
    for (Json& branch : *list)
      if (branch.is<Json::Object>()) visit(branch);
  } else if (sweep->is<Json::Object>()) {
    visit(*sweep);
  }
}

struct Setting {
  std::string path, value;
};

// "a=b" taken apart; empty and a problem told without '='.
Setting setting_of(const std::string& text, std::string_view flag, Problems& problems) {
  const std::size_t equals = text.find('=');
  if (equals == text.npos) {
    problems.add(command_line, std::string(flag),
                 fmt::format("expected KEY=VALUE, got {}", core::quoted(text)));
    return {};
  }
  return {text.substr(0, equals), text.substr(equals + 1)};
}

// A factor that holds `path`, or lies in it, would undo what --set says.
void report_swept(const Json& factors, const std::string& path, Problems& problems) {
  const auto* members = std::get_if<Json::Object>(&factors.value);
  if (!members) return;
  for (const Json::Member& member : *members)
    if (lies_in(path, member.key) || lies_in(member.key, path))
      problems.add(command_line, "--set",
                   fmt::format("{} has no effect: the sweep varies {}", path, member.key));
}

void apply_set(Json& root, std::vector<Key>& keys, const std::string& text, Problems& problems) {
  const Setting given = setting_of(text, "--set", problems);
  const std::string& path = given.path;
  if (path.empty()) return;
  if (path == "sweep") {
    erase_members(root, [](const std::string& key) { return key == "sweep"; });
    if (Json sweep = parse_value(given.value); !sweep.is<std::nullptr_t>())
      member_of(root, path) = std::move(sweep);
    return;
  }
  if (!find_key(keys, path))
    return problems.add(command_line, "--set",
                        fmt::format("unknown key {}{}", core::quoted(path), core::did_you_mean(path, key_paths())));
  set_value(root, keys, path, parse_value(given.value));
  for_each_branch(root, [&](Json& branch) {
    erase_members(branch, [&](const std::string& factor) { return lies_in(factor, path); });
    report_swept(branch, path, problems);
    if (const Json* zip = branch.find("zip")) report_swept(*zip, path, problems);
  });
}

// "4,8,[1,2]" at the commas outside of brackets and quotes.
std::vector<std::string> split_values(std::string_view text) {
  std::vector<std::string> parts(1);
  int depth = 0;
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (!quoted && (c == '[' || c == '{')) ++depth;
    if (!quoted && (c == ']' || c == '}')) --depth;
    if (c == ',' && depth == 0 && !quoted) parts.emplace_back();
    else parts.back() += c;
  }
  return parts;
}

void apply_sweep(Json& root, const std::string& text, Problems& problems) {
  const Setting given = setting_of(text, "--sweep", problems);
  if (given.path.empty()) return;
  Json::Array list;
  for (const std::string& value : split_values(given.value)) list.push_back(parse_value(value));
  const bool generated = list.size() == 1 && (list[0].find("range") || list[0].find("logspace"));
  const Json values = generated ? list[0] : Json{list};
  if (Json& sweep = member_of(root, "sweep"); sweep.is<std::nullptr_t>()) sweep.value = Json::Object{};
  for_each_branch(root, [&](Json& branch) { member_of(branch, given.path) = values; });
}

}  // namespace

void apply_overrides(Json& root, const Overrides& overrides, Problems& problems) {
  Experiment scratch;
  std::vector<Key> keys = describe(scratch);
  for (const std::string& text : overrides.set) apply_set(root, keys, text, problems);
  for (const std::string& text : overrides.sweep) apply_sweep(root, text, problems);
  if (overrides.seeds.empty()) return;
  const bool list = overrides.seeds.find(',') != std::string::npos && !overrides.seeds.starts_with('[');
  member_of(root, "seeds") = parse_value(list ? "[" + overrides.seeds + "]" : overrides.seeds);
}

}  // namespace descent::config
