#include "config/source.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/key_names.h"
#include "config/slots.h"
#include "core/text.h"

namespace descent::config {
namespace {

// The positions of everything inside the value at `pointer`; '0' follows '/'.
auto positions_inside(const Positions& positions, const std::string& pointer) {
  return std::pair(positions.lower_bound(pointer + '/'), positions.lower_bound(pointer + '0'));
}

// Copies the positions of the value at `from` and of everything inside it to `to`.
void copy_positions(Positions& positions, const std::string& from, const std::string& to) {
  const auto [first, last] = positions_inside(positions, from);
  const Positions inside(first, last);
  if (const auto found = positions.find(from); found != positions.end()) positions[to] = found->second;
  for (const auto& [pointer, position] : inside) positions[to + pointer.substr(from.size())] = position;
}

constexpr Position command_line{};

// Calls visit(branch, pointer) for every object of the sweep.
void for_each_branch(Json& root, auto&& visit) {
  if (!root.contains("sweep")) return;
  Json& sweep = root["sweep"];
  if (sweep.is_object()) visit(sweep, "/sweep");
  if (!sweep.is_array()) return;
  for (std::size_t i = 0; i < sweep.size(); ++i)
    if (sweep[i].is_object()) visit(sweep[i], element_pointer("/sweep", i));
}

struct Setting {
  std::string path, value;
};

// Splits "a=b". Reports a problem and returns an empty path without '='.
Setting parse_setting(const std::string& text, std::string_view flag, Problems& problems) {
  const std::size_t equals = text.find('=');
  if (equals == text.npos) {
    problems.add(command_line, std::string(flag), fmt::format("expected KEY=VALUE, got {}", core::quoted(text)));
    return {};
  }
  return {text.substr(0, equals), text.substr(equals + 1)};
}

// Reports factors that would override --set because they contain `path` or are inside it.
void report_swept(const Json& factors, const std::string& path, Problems& problems) {
  if (!factors.is_object()) return;
  for (const auto& [factor, values] : factors.items())
    if (lies_in(path, full_path(factor)) || lies_in(full_path(factor), path))
      problems.add(command_line, "--set", fmt::format("{} has no effect: the sweep varies {}", path, factor));
}

// Splits "4,8,[1,2]" at commas outside brackets and quotes.
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

Json list_of(std::string_view values) {
  Json list = Json::array();
  for (const std::string& value : split_values(values)) list.push_back(parse_value(value));
  return list;
}

// If the key takes a list, "64,64" and "Age" are lists.
Json value_of(const Key& key, const std::string& text) {
  const Json value = parse_value(text);
  const Key* abbreviated = shorthand_of(key);
  return takes_list((abbreviated ? abbreviated : &key)->slot) && (value.is_string() || value.is_number())
             ? list_of(text)
             : value;
}

void apply_set(Source& source, const std::string& text, Problems& problems) {
  const auto [name, value] = parse_setting(text, "--set", problems);
  if (name.empty()) return;
  if (name == "sweep") return source.set(name, parse_value(value));
  const std::string path = full_path(name);
  const Key* key = find_key(default_keys(), path);
  if (!key) return problems.add(command_line, "--set", unknown_path(name));
  source.set(path, value_of(*key, value));
  for_each_branch(source.root, [&](Json& branch, const std::string&) {
    const Json factors = branch;
    for (const auto& [factor, values] : factors.items())
      if (lies_in(full_path(factor), path)) branch.erase(factor);
    report_swept(branch, path, problems);
    if (branch.contains("zip")) report_swept(branch["zip"], path, problems);
  });
}

void apply_sweep(Source& source, const std::string& text, Problems& problems) {
  const auto [path, values] = parse_setting(text, "--sweep", problems);
  if (path.empty()) return;
  const std::string& name = path;  // clang 14 lets no lambda capture a structured binding
  const Json list = list_of(values);
  const bool generated = list.size() == 1 && (list[0].contains("range") || list[0].contains("logspace"));
  if (source.root["sweep"].is_null()) source.root["sweep"] = Json::object();
  for_each_branch(source.root, [&](Json& branch, const std::string& pointer) {
    std::string factor = name;  // in the spelling of the file
    for (const auto& [written, replaced] : branch.items())
      if (full_path(written) == full_path(name)) factor = written;
    branch[factor] = generated ? list[0] : list;
    source.forget(member_pointer(pointer, factor));
  });
}

}  // namespace

std::string pointer_of(std::string_view path) {
  std::string pointer = "/" + std::string(path);
  std::ranges::replace(pointer, '.', '/');
  return pointer;
}

Position Source::at(std::string_view pointer) const {
  const auto found = positions.find(pointer);
  return found == positions.end() ? Position{} : found->second;
}

void Source::forget(const std::string& pointer) {
  const auto [first, last] = positions_inside(positions, pointer);
  positions.erase(first, last);
  positions.erase(pointer);
}

void Source::set(const std::string& path, const Json& value) {
  Json* section = &root;
  for (std::size_t dot = path.find('.'); dot != path.npos; dot = path.find('.', dot + 1)) {
    const std::string outer = path.substr(0, dot), pointer = pointer_of(outer);
    Json& inner = (*section)[std::string(last_name(outer))];
    if (!inner.is_object()) {
      const Key* shorthand = shorthand_of(*find_key(default_keys(), outer));
      Json members = Json::object();
      if (shorthand && !inner.is_null()) {
        members[std::string(shorthand->name)] = inner;
        copy_positions(positions, pointer, member_pointer(pointer, shorthand->name));
      }
      inner = std::move(members);
    }
    section = &inner;
  }
  forget(pointer_of(path));
  const std::string name(last_name(path));
  if (value.is_null()) section->erase(name);
  else (*section)[name] = value;
}

Json Source::get(const std::string& path) const {
  const Json::json_pointer pointer(pointer_of(path));
  if (root.contains(pointer)) return root.at(pointer);
  const std::string section = section_abbreviated_by(path);
  const Json value = section.empty() ? Json() : get(section);
  return value.is_object() ? Json() : value;
}

void apply_overrides(Source& source, const Overrides& overrides, Problems& problems) {
  for (const std::string& text : overrides.set) apply_set(source, text, problems);
  for (const std::string& text : overrides.sweep) apply_sweep(source, text, problems);
  if (overrides.seeds.empty()) return;
  const bool list = overrides.seeds.find(',') != std::string::npos && !overrides.seeds.starts_with('[');
  source.set("seeds", parse_value(list ? "[" + overrides.seeds + "]" : overrides.seeds));
}

}  // namespace descent::config
