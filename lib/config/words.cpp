#include "config/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "config/slots.h"
#include "config/write.h"
#include "core/text.h"

namespace descent::config {
namespace {

using Names = std::vector<std::string>;

constexpr std::size_t most_listed = 8, most_meanings = 3;

// Capitals, '_', '-' and spaces do not count.
std::string simplified(std::string_view name) {
  std::string simple;
  for (const char c : name)
    if (c != '_' && c != '-' && c != ' ') simple += core::lower(c);
  return simple;
}

// What a name may have meant: a key and, for a choice, its name.
struct Meaning {
  std::string path;
  std::string_view choice{};
};
using Meanings = std::vector<Meaning>;

std::string in_section(std::string_view section, std::string_view name) {
  return section.empty() ? std::string(name) : fmt::format("{}.{}", section, name);
}

// What other programs mean by it.
Meanings foreign_meanings(std::string_view name) {
  Meanings found;
  for (const Synonyms& known : synonyms())
    if (!known.path.empty() && known.contain(simplified(name)))
      found.push_back({std::string(known.path), known.choice});
  return found;
}

// The paths that it is the end of, however it is written; none where there are many.
Meanings spelled_otherwise(std::string_view name) {
  Meanings found;
  for (const std::string& path : key_paths())
    if (simplified(last_name(path)) == simplified(name)) found.push_back({path});
  return found.size() > most_meanings ? Meanings() : found;
}

// The keys that it is a choice of, as "he_normal" is; none where there are many.
Meanings chosen_by(std::string_view name) {
  Meanings found;
  for (const std::string& path : key_paths()) {
    const Choices* choices = choices_in(*find_key(default_keys(), path));
    if (const Choice* choice = choices ? choices->find(name) : nullptr) found.push_back({path, choice->name});
  }
  return found.size() > most_meanings ? Meanings() : found;
}

// The key that chooses has several names: "kind", "name", "scheme".
Meanings choosing_key(std::string_view name, std::string_view section, std::span<const std::string> keys) {
  constexpr std::array usual{"type", "kind", "name", "class"};
  constexpr std::array ours{"kind", "name", "scheme"};
  if (std::ranges::find(usual, name) == usual.end()) return {};
  for (const char* key : ours)
    if (std::ranges::find(keys, key) != keys.end()) return {{in_section(section, key)}};
  return {};
}

// A mistyped word of another program, or key of another section.
Meanings nearly_meant(std::string_view name) {
  if (simplified(name).empty()) return {};
  Names known, ends;  // mistyped behind the first letter, or anything resembles something
  for (const Synonyms& list : synonyms())
    for (const std::string& word : core::split(list.words, ' '))
      if (word[0] == simplified(name)[0]) known.push_back(word);
  if (const auto word = core::nearest(simplified(name), known)) return foreign_meanings(*word);
  for (const std::string& path : key_paths())
    if (last_name(path)[0] == name[0]) ends.emplace_back(last_name(path));
  const auto end = core::nearest(name, ends);
  return end ? spelled_otherwise(*end) : Meanings();
}

// Of a name where a member of the section, which has these keys, belongs.
Meanings meanings(std::string_view name, std::string_view section, std::span<const std::string> keys) {
  Meanings found = choosing_key(name, section, keys);
  if (found.empty()) found = foreign_meanings(name);
  if (found.empty()) found = spelled_otherwise(name);
  if (found.empty()) found = chosen_by(name);
  if (found.empty())
    if (const auto near = core::nearest(name, keys)) found = {{in_section(section, *near)}};
  return found.empty() ? nearly_meant(name) : found;
}

// "; did you mean "hidden" or "depth"?", members of `section` by their own names.
std::string question(const Meanings& meanings, std::string_view section) {
  Names texts;
  for (const auto& [path, choice] : meanings) {
    const std::string_view last = last_name(path);
    const bool is_member = !section.empty() && in_section(section, last) == path;
    texts.push_back(fmt::format("\"{}\"", is_member ? last : path));
    if (!choice.empty()) texts.back() += fmt::format(": \"{}\"", choice);
    if (!section.empty() && path == last) texts.back() += " at the top of the file";
  }
  return texts.empty() ? "" : fmt::format("; did you mean {}?", fmt::join(texts, " or "));
}

// "model.width" as the nested sections of a file.
std::string nested(std::string_view path) {
  const std::size_t dot = path.find('.');
  if (dot == path.npos) return fmt::format("\"{}\": ...", path);
  return fmt::format("\"{}\": {{{}}}", path.substr(0, dot), nested(path.substr(dot + 1)));
}

std::string where_listed(std::string_view section, std::span<const std::string> keys) {
  if (!keys.empty() && keys.size() <= most_listed) return fmt::format(" (one of {})", fmt::join(keys, ", "));
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
    if (known.path.empty() && known.contain(simplified(name))) return "; " + std::string(known.choice);
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
  for (const Key& key : in_a_section ? std::get<SectionSlot>(around->slot).keys : default_keys())
    keys.emplace_back(key.name);
  const Meanings meant = meanings(last, in_a_section ? section : "", keys);
  const bool is_extra = std::ranges::find(extra_keys, name, &ExtraKey::name) != extra_keys.end();
  const std::string hint = advice_on(name), asked = is_extra ? "" : question(meant, "");
  return fmt::format("unknown key {}{}", core::quoted(name),
                     !hint.empty()    ? hint
                     : !asked.empty() ? asked
                                      : where_listed(in_a_section ? section : "", {}));
}

std::string unknown_key(std::string_view name, const std::string& section, std::span<const std::string> keys) {
  const std::string text = fmt::format("unknown key {}", core::quoted(name));
  if (const std::string hint = advice_on(name); !hint.empty()) return text + hint;
  if (const std::string path = full_path(name); name.find('.') != name.npos && find_key(default_keys(), path))
    return text + "; write " + nested(path);
  const std::string asked = question(meanings(name, section, keys), section);
  return text + (asked.empty() ? where_listed(section, keys) : asked);
}

std::string unknown_choice(std::string_view word, const Names& names, std::string_view name, std::string_view listed) {
  Names meant;
  const auto mean = [&](std::string_view choice) { meant.push_back(fmt::format("\"{}\"", choice)); };
  for (const std::string& choice : names)
    if (simplified(choice) == simplified(name)) mean(choice);
  for (const Synonyms& known : synonyms())
    if (known.contain(simplified(name)) && std::ranges::find(names, known.choice) != names.end()) mean(known.choice);
  if (meant.empty())
    if (const auto near = core::nearest(name, names)) mean(*near);
  return fmt::format("unknown {} {}{} ({})", word, core::quoted(name),
                     meant.empty() ? "" : fmt::format("; did you mean {}?", fmt::join(meant, " or ")), listed);
}

std::string unknown_choice(const Choices& choices, std::string_view name) {
  if (choices.word == "data set" && name.find_first_of("./") != name.npos)
    return fmt::format(
        "unknown data set {0}; for a file write {{\"name\": \"csv\", \"path\": {0}}}, for a folder of "
        "arrays \"npy\" (descent list data)",
        core::quoted(name));
  return unknown_choice(choices.word, choices.names(), name, names_text(choices));
}

std::string names_text(const Choices& choices) {
  for (const Topic& topic : topics())
    if (choices.table.size() > most_listed && topic.choices.word == choices.word)
      return fmt::format("descent list {}", topic.name);
  return "one of " + core::join(choices.names(), ", ");
}

}  // namespace descent::config
