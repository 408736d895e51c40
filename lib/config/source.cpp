#include "config/source.h"

#include <algorithm>

#include "config/keys.h"

namespace descent::config {
namespace {

std::string_view name_in_section(std::string_view path) { return path.substr(path.rfind('.') + 1); }

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
    Json& inner = (*section)[std::string(name_in_section(walked))];
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
  const std::string name(name_in_section(path)), pointer = pointer_of(path);
  Json& section = open_section_of(path, from);
  forget(pointer);
  if (value.is_null()) section.erase(name);
  else section[name] = value;
  if (from) copy_positions(from->positions, from_pointer, positions, pointer);
}

Json Source::get(const std::string& path) {
  return open_section_of(path, true).value(std::string(name_in_section(path)), Json());
}

}  // namespace descent::config
