#include "config/key_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "config/slots.h"
#include "config/write.h"
#include "core/text.h"

namespace descent::config {
namespace {

using Names = std::vector<std::string>;

constexpr std::size_t max_listed = 8, max_meanings = 3;

// Lower case, without '_', '-' and spaces.
std::string normalize_name(std::string_view name) {
  std::string simple;
  for (const char c : name)
    if (c != '_' && c != '-' && c != ' ') simple += core::lower(c);
  return simple;
}

// What a name may mean: a key and, for a choice, its name.
struct Meaning {
  std::string path;
  std::string_view choice{};
};
using Meanings = std::vector<Meaning>;

std::string member_path(std::string_view section, std::string_view name) {
  return section.empty() ? std::string(name) : fmt::format("{}.{}", section, name);
}

// The equivalents of a name from another library.
Meanings synonym_meanings(std::string_view name) {
  Meanings found;
  for (const Synonyms& known : synonyms())
    if (!known.path.empty() && known.contain(normalize_name(name)))
      found.push_back({std::string(known.path), known.choice});
  return found;
}

// The paths that end with the name in any spelling; none if there are many.
Meanings spelling_variants(std::string_view name) {
  Meanings found;
  for (const std::string& path : key_paths())
    if (normalize_name(last_name(path)) == normalize_name(name)) found.push_back({path});
  return found.size() > max_meanings ? Meanings() : found;
}

// The keys that have a choice of this name, such as "he_normal"; none if there are many.
Meanings keys_with_choice(std::string_view name) {
  Meanings found;
  for (const std::string& path : key_paths()) {
    const Choices* choices = choices_in(*find_key(default_keys(), path));
    if (const Choice* choice = choices ? choices->find(name) : nullptr) found.push_back({path, choice->name});
  }
  return found.size() > max_meanings ? Meanings() : found;
}

// The key of the section that selects its kind, which is "kind", "name" or "scheme".
Meanings kind_key(std::string_view name, std::string_view section, std::span<const std::string> keys) {
  constexpr std::array usual{"type", "kind", "name", "class"};
  constexpr std::array ours{"kind", "name", "scheme"};
  if (std::ranges::find(usual, name) == usual.end()) return {};
  for (const char* key : ours)
    if (std::ranges::find(keys, key) != keys.end()) return {{member_path(section, key)}};
  return {};
}

// Equivalents of a misspelled name from another library, or keys of another section.
Meanings near_misses(std::string_view name) {
  if (normalize_name(name).empty()) return {};
  Names known, ends;  // only with the same first letter, since otherwise almost any name would match
  for (const Synonyms& list : synonyms())
    for (const std::string& word : core::split(list.words, ' '))
      if (word[0] == normalize_name(name)[0]) known.push_back(word);
  if (const auto word = core::nearest(normalize_name(name), known)) return synonym_meanings(*word);
  for (const std::string& path : key_paths())
    if (last_name(path)[0] == name[0]) ends.emplace_back(last_name(path));
  const auto end = core::nearest(name, ends);
  return end ? spelling_variants(*end) : Meanings();
}

// Everything that `name` may mean in a section with the keys `keys`.
Meanings meanings(std::string_view name, std::string_view section, std::span<const std::string> keys) {
  Meanings found = kind_key(name, section, keys);
  if (found.empty()) found = synonym_meanings(name);
  if (found.empty()) found = spelling_variants(name);
  if (found.empty()) found = keys_with_choice(name);
  if (found.empty())
    if (const auto near = core::nearest(name, keys)) found = {{member_path(section, *near)}};
  return found.empty() ? near_misses(name) : found;
}

// "; did you mean "hidden" or "depth"?"; members of `section` without their path.
std::string suggestion(const Meanings& meanings, std::string_view section) {
  Names texts;
  for (const auto& [path, choice] : meanings) {
    const std::string_view last = last_name(path);
    const bool is_member = !section.empty() && member_path(section, last) == path;
    texts.push_back(fmt::format("\"{}\"", is_member ? last : path));
    if (!choice.empty()) texts.back() += fmt::format(": \"{}\"", choice);
    if (!section.empty() && path == last) texts.back() += " at the top of the file";
  }
  return texts.empty() ? "" : fmt::format("; did you mean {}?", fmt::join(texts, " or "));
}

// "model.width" as nested JSON objects.
std::string nested(std::string_view path) {
  const std::size_t dot = path.find('.');
  if (dot == path.npos) return fmt::format("\"{}\": ...", path);
  return fmt::format("\"{}\": {{{}}}", path.substr(0, dot), nested(path.substr(dot + 1)));
}

std::string listing_hint(std::string_view section, std::span<const std::string> keys) {
  if (!keys.empty() && keys.size() <= max_listed) return fmt::format(" (one of {})", fmt::join(keys, ", "));
  return fmt::format(" (descent explain{}{} lists the keys)", section.empty() ? "" : " ", section);
}

}  // namespace

Names paths_named(std::string_view name) {
  Names found;
  std::ptrdiff_t fewest = 1000;
  for (const std::string& path : key_paths()) {
    if (!ends_with_name(path, name)) continue;
    const std::ptrdiff_t sections = std::ranges::count(path, '.');
    if (sections < fewest) found.clear();
    if (sections <= fewest) found.push_back(path);
    fewest = std::min(fewest, sections);
  }
  return found;
}

std::string full_path(std::string_view name) {
  const Names found = paths_named(name);
  return found.size() == 1 ? found[0] : std::string(name);
}

std::string advice_on(std::string_view name) {
  for (const Synonyms& known : synonyms())
    if (known.path.empty() && known.contain(normalize_name(name))) return "; " + std::string(known.choice);
  return "";
}

std::string short_name(const std::string& path) {
  if (const std::string section = section_abbreviated_by(path); !section.empty()) return short_name(section);
  for (std::size_t dot = path.rfind('.'); dot != path.npos && dot > 0; dot = path.rfind('.', dot - 1))
    if (const std::string name = path.substr(dot + 1); full_path(name) == path) return name;
  return path;
}

std::string unknown_path(std::string_view name) {
  if (const Names several = paths_named(name); several.size() > 1)
    return fmt::format("{} could be {}; write more of the path", core::quoted(name), core::join(several, " or "));
  const std::string_view last = last_name(name);
  const std::string section = full_path(name.substr(0, name.size() - std::min(name.size(), last.size() + 1)));
  const Key* around = find_key(default_keys(), section);
  const bool in_a_section = around && around->is_section();
  Names keys;
  for (const Key& key : in_a_section ? std::get<Section>(around->slot).keys : default_keys())
    keys.emplace_back(key.name);
  const bool is_extra = std::ranges::find(extra_keys, name, &ExtraKey::name) != extra_keys.end();
  std::string hint = advice_on(name);
  if (hint.empty() && !is_extra) hint = suggestion(meanings(last, in_a_section ? section : "", keys), "");
  if (hint.empty()) hint = listing_hint(in_a_section ? section : "", {});
  return fmt::format("unknown key {}{}", core::quoted(name), hint);
}

std::string unknown_key(std::string_view name, const std::string& section, std::span<const std::string> keys) {
  const std::string text = fmt::format("unknown key {}", core::quoted(name));
  if (const std::string hint = advice_on(name); !hint.empty()) return text + hint;
  if (const std::string path = full_path(name); name.find('.') != name.npos && find_key(default_keys(), path))
    return text + "; write " + nested(path);
  const std::string hint = suggestion(meanings(name, section, keys), section);
  return text + (hint.empty() ? listing_hint(section, keys) : hint);
}

std::string unknown_choice(std::string_view noun, const Names& names, std::string_view name, std::string_view listed) {
  Names meant;
  const auto add = [&](std::string_view choice) { meant.push_back(fmt::format("\"{}\"", choice)); };
  for (const std::string& choice : names)
    if (normalize_name(choice) == normalize_name(name)) add(choice);
  for (const Synonyms& known : synonyms())
    if (known.contain(normalize_name(name)) && std::ranges::find(names, known.choice) != names.end()) add(known.choice);
  if (meant.empty())
    if (const auto near = core::nearest(name, names)) add(*near);
  return fmt::format("unknown {} {}{} ({})", noun, core::quoted(name),
                     meant.empty() ? "" : fmt::format("; did you mean {}?", fmt::join(meant, " or ")), listed);
}

std::string unknown_choice(const Choices& choices, std::string_view name) {
  if (choices.noun == "data set" && name.find_first_of("./") != name.npos)
    return fmt::format(
        "unknown data set {0}; for a file write {{\"name\": \"csv\", \"path\": {0}}}, for a folder of "
        "NumPy arrays use the name \"npy\" (descent list data)",
        core::quoted(name));
  return unknown_choice(choices.noun, choices.names(), name, names_text(choices));
}

std::string names_text(const Choices& choices) {
  for (const Topic& topic : topics())
    if (choices.table.size() > max_listed && topic.choices.noun == choices.noun)
      return fmt::format("descent list {}", topic.name);
  return "one of " + core::join(choices.names(), ", ");
}

}  // namespace descent::config
