#include "config/source.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/slots.h"
#include "config/words.h"
#include "core/text.h"

namespace descent::config {
namespace {

// Of all that lies inside the value at `pointer`; '0' follows '/'.
auto positions_inside(const Positions& positions, const std::string& pointer) {
  return std::pair(positions.lower_bound(pointer + '/'), positions.lower_bound(pointer + '0'));
}

// From the value at `from` in one file to that at `to` in another or the same.
void copy_positions(const Positions& source, const std::string& from, Positions& target, const std::string& to) {
  const auto [first, last] = positions_inside(source, from);
  const Positions inside(first, last);
  if (const auto found = source.find(from); found != source.end()) target[to] = found->second;
  for (const auto& [pointer, position] : inside) target[to + pointer.substr(from.size())] = position;
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

// "a=b" split; empty, with a problem reported, without '='.
Setting setting_of(const std::string& text, std::string_view flag, Problems& problems) {
  const std::size_t equals = text.find('=');
  if (equals == text.npos) {
    problems.add(command_line, std::string(flag), fmt::format("expected KEY=VALUE, got {}", core::quoted(text)));
    return {};
  }
  return {text.substr(0, equals), text.substr(equals + 1)};
}

// A factor that contains `path`, or lies in it, would undo what --set says.
void report_swept(const Json& factors, const std::string& path, Problems& problems) {
  if (!factors.is_object()) return;
  for (const auto& [factor, values] : factors.items())
    if (lies_in(path, full_path(factor)) || lies_in(full_path(factor), path))
      problems.add(command_line, "--set", fmt::format("{} has no effect: the sweep varies {}", path, factor));
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

Json list_of(std::string_view values) {
  Json list = Json::array();
  for (const std::string& value : split_values(values)) list.push_back(parse_value(value));
  return list;
}

// "64,64" and "Age" are lists where the key takes one.
Json value_of(const Key& key, const std::string& text) {
  const Json value = parse_value(text);
  const Key* abbreviated = shorthand_of(key);
  return takes_list((abbreviated ? abbreviated : &key)->slot) && (value.is_string() || value.is_number())
             ? list_of(text)
             : value;
}

void apply_set(Source& source, const std::string& text, Problems& problems) {
  const auto [name, value] = setting_of(text, "--set", problems);
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
  const auto [path, values] = setting_of(text, "--sweep", problems);
  if (path.empty()) return;
  const std::string& name = path;  // clang 14 lets no lambda capture a structured binding
  const Json list = list_of(values);
  const bool generated = list.size() == 1 && (list[0].contains("range") || list[0].contains("logspace"));
  if (source.root["sweep"].is_null()) source.root["sweep"] = Json::object();
  for_each_branch(source.root, [&](Json& branch, const std::string& pointer) {
    std::string factor = name;  // as the file writes it
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

Json& Source::open_section_of(std::string_view path, bool from_file) {
  Json* section = &root;
  Position around = at("");
  for (std::size_t dot = path.find('.'); dot != path.npos; dot = path.find('.', dot + 1)) {
    const std::string_view walked = path.substr(0, dot);
    Json& inner = (*section)[std::string(last_name(walked))];
    if (!inner.is_object()) {
      const Key* abbreviated = shorthand_of(*find_key(default_keys(), walked));
      Json members = Json::object();
      if (abbreviated && !inner.is_null()) {
        members[std::string(abbreviated->name)] = inner;
        const std::string pointer = pointer_of(walked);
        copy_positions(positions, pointer, positions, member_pointer(pointer, abbreviated->name));
      }
      if (inner.is_null() && from_file) positions[pointer_of(walked)] = around;
      inner = std::move(members);
    }
    section = &inner;
    around = at(pointer_of(walked));
  }
  return *section;
}

void Source::set(const std::string& path, const Json& value, const Source* from, const std::string& from_pointer) {
  const std::string name(last_name(path)), pointer = pointer_of(path);
  Json& section = open_section_of(path, from);
  forget(pointer);
  if (value.is_null()) section.erase(name);
  else section[name] = value;
  if (from) copy_positions(from->positions, from_pointer, positions, pointer);
}

Json Source::get(const std::string& path) {
  return open_section_of(path, true).value(std::string(last_name(path)), Json());
}

void apply_overrides(Source& source, const Overrides& overrides, Problems& problems) {
  for (const std::string& text : overrides.set) apply_set(source, text, problems);
  for (const std::string& text : overrides.sweep) apply_sweep(source, text, problems);
  if (overrides.seeds.empty()) return;
  const bool list = overrides.seeds.find(',') != std::string::npos && !overrides.seeds.starts_with('[');
  source.set("seeds", parse_value(list ? "[" + overrides.seeds + "]" : overrides.seeds));
}

}  // namespace descent::config
