#include "config/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "config/slots.h"
#include "core/text.h"

namespace descent::config {
namespace {

std::string shown(const Json& value) {
  if (value.is<Json::Object>()) return "an object";
  if (const auto* list = std::get_if<Json::Array>(&value.value))
    return fmt::format("a list of {}", list->size());
  const auto* text = std::get_if<std::string>(&value.value);
  return text ? core::quoted(*text) : value.dump();
}

// Whole numbers may be written 1e3 or 64.0.
std::optional<std::int64_t> whole(const Json& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value.value)) return *number;
  const auto* real = std::get_if<double>(&value.value);
  if (!real || *real != std::trunc(*real) || std::abs(*real) > 0x1p53) return std::nullopt;
  return static_cast<std::int64_t>(*real);
}

std::optional<double> number(const Json& value) {
  if (const auto* real = std::get_if<double>(&value.value)) return *real;
  const auto* number = std::get_if<std::int64_t>(&value.value);
  return number ? std::optional(static_cast<double>(*number)) : std::nullopt;
}

// Visits the slot of one key.
class SlotReader {
 public:
  SlotReader(const Json& value, const std::string& path, Key& key, Given& given, Problems& problems)
      : value_(value), path_(path), key_(key), given_(given), problems_(problems) {}

  void operator()(bool* field) {
    if (const auto* value = std::get_if<bool>(&value_.value)) *field = *value;
    else wrong_type();
  }
  void operator()(std::int64_t* field) { read_whole(value_, *field); }
  void operator()(double* field) { read_number(value_, *field); }
  void operator()(std::optional<std::int64_t>* field) { read_optional(*field, whole(value_)); }
  void operator()(std::optional<double>* field) { read_optional(*field, number(value_)); }
  void operator()(std::string* field) {
    const auto* text = std::get_if<std::string>(&value_.value);
    if (!text) return wrong_type();
    if (std::ssize(*text) > longest_text)
      return fail(value_, fmt::format("longer than {} bytes", longest_text));
    *field = *text;
  }
  void operator()(std::vector<std::int64_t>* field) { read_list(*field, most_entries); }
  void operator()(std::array<double, 2>* field) {
    const auto* list = std::get_if<Json::Array>(&value_.value);
    if (!list || list->size() != 2) return wrong_type();
    for (std::size_t i = 0; i < 2; ++i) read_number((*list)[i], (*field)[i]);
  }
  void operator()(EnumSlot& slot) {
    if (const Choice* choice = choose(value_, slot.choices)) slot.set(slot.field, choice->value);
  }
  void operator()(EnumListSlot& slot) {
    const auto* list = std::get_if<Json::Array>(&value_.value);
    if (!list) return wrong_type();
    if (list->empty()) return fail(value_, "an empty list");
    std::vector<int> values;
    for (const Json& element : *list) {
      const Choice* choice = choose(element, slot.choices);
      if (problems_.full()) return;
      if (!choice) continue;
      if (std::ranges::find(values, choice->value) != values.end())
        fail(element, fmt::format("\"{}\" is listed twice", choice->name));
      else values.push_back(choice->value);
    }
    slot.set(slot.field, values);
  }
  void operator()(SectionSlot& section) {
    if (value_.is<Json::Object>()) return read_section(value_, path_, section.keys, given_, problems_);
    if (section.shorthand.empty()) return wrong_type();
    Key& key = *std::ranges::find(section.keys, section.shorthand, &Key::name);
    given_[path_ + "." + std::string(key.name)] = {value_.line, value_.column};
    std::visit(SlotReader(value_, path_, key, given_, problems_), key.slot);
  }
  void operator()(SeedsSlot& slot) {
    if (value_.is<Json::Array>()) {
      read_list(*slot.field, most_seeds);
      if (slot.field->empty()) fail(value_, "an empty list");
      std::set<std::int64_t> seen;
      for (const std::int64_t seed : *slot.field)
        if (!seen.insert(seed).second) return fail(value_, fmt::format("seed {} is listed twice", seed));
      return;
    }
    const auto count = whole(value_);
    if (!count) return wrong_type();
    if (*count < 1 || *count > most_seeds)
      return fail(value_, fmt::format("must be a count from 1 to {}, got {}", most_seeds, shown(value_)));
    slot.field->clear();
    for (std::int64_t seed = 0; seed < *count; ++seed) slot.field->push_back(seed);
  }
  void operator()(BatchSlot& slot) {
    const auto* text = std::get_if<std::string>(&value_.value);
    if (text && *text == "full") *slot.field = 0;
    else read_whole(value_, *slot.field);
  }
  void operator()(ClaimsSlot& slot) {
    const auto* list = std::get_if<Json::Array>(&value_.value);
    if (!list) return wrong_type();
    if (std::ssize(*list) > most_entries) return fail(value_, fmt::format("more than {} entries", most_entries));
    slot.field->clear();
    for (const Json& element : *list) {
      if (problems_.full()) return;
      const std::string path = fmt::format("{}[{}]", path_, slot.field->size());
      read_claim(element, path, slot.field->emplace_back());
    }
  }

 private:
  void fail(const Json& where, std::string message) {
    problems_.add({where.line, where.column}, path_, std::move(message));
  }
  void wrong_type() { wrong_type(value_); }
  void wrong_type(const Json& part) {
    fail(part, fmt::format("expected {}, got {}{}", type_name(key_.slot), shown(part),
                           &part == &value_ ? "" : " in it"));
  }

  bool in_bounds(const Json& where, double value) {
    const auto &low = key_.minimum, &high = key_.maximum;
    const bool above = !low || value > low->value || (low->inclusive && value == low->value);
    const bool below = !high || value < high->value || (high->inclusive && value == high->value);
    if (!above || !below)
      fail(where,
           fmt::format("must be {}, got {}", above ? maximum_text(*high) : minimum_text(*low), shown(where)));
    return above && below;
  }

  void read_whole(const Json& json, std::int64_t& field) {
    const auto value = whole(json);
    if (!value) return wrong_type(json);
    if (in_bounds(json, static_cast<double>(*value))) field = *value;
  }
  void read_number(const Json& json, double& field) {
    const auto value = number(json);
    if (!value) return wrong_type(json);
    if (in_bounds(json, *value)) field = *value;
  }
  template <class T>
  void read_optional(std::optional<T>& field, const std::optional<T>& value) {
    if (!value) return wrong_type();
    if (in_bounds(value_, static_cast<double>(*value))) field = value;
  }
  void read_list(std::vector<std::int64_t>& field, std::int64_t longest) {
    const auto* list = std::get_if<Json::Array>(&value_.value);
    if (!list) return wrong_type();
    if (std::ssize(*list) > longest) return fail(value_, fmt::format("more than {} entries", longest));
    field.assign(list->size(), 0);
    for (std::size_t i = 0; i < list->size() && !problems_.full(); ++i) read_whole((*list)[i], field[i]);
  }
  void read_claim(const Json& json, const std::string& path, Claim& claim) {
    if (!json.is<Json::Object>())
      return problems_.add({json.line, json.column}, path,
                           fmt::format("expected an object with \"says\" and \"that\", got {}", shown(json)));
    std::vector<Key> keys = describe(claim);
    read_section(json, path, keys, given_, problems_);
    for (const std::string_view needed : {"says", "that"})
      if (const Json* value = json.find(needed); !value || value->dump() == "\"\"")
        problems_.add({json.line, json.column}, path, fmt::format("needs \"{}\"", needed));
    if (const Json* that = json.find("that")) claim.line = that->line, claim.column = that->column;
  }
  const Choice* choose(const Json& json, const Choices& choices) {
    const auto* text = std::get_if<std::string>(&json.value);
    if (!text) return wrong_type(json), nullptr;
    const auto found = std::ranges::find(choices.table, *text, &Choice::name);
    if (found != choices.table.end()) return &*found;
    fail(json, core::unknown(choices.word, *text, choices.names()));
    return nullptr;
  }

  const Json& value_;
  const std::string& path_;
  Key& key_;
  Given& given_;
  Problems& problems_;
};

void report_unknown(const Json::Member& member, const std::string& path, const std::vector<Key>& keys,
                    std::span<const ExtraKey> also, Problems& problems) {
  std::vector<std::string> known;
  for (const Key& key : keys) known.emplace_back(key.name);
  for (const ExtraKey& key : also) known.emplace_back(key.name);
  problems.add({member.line, member.column}, path, core::unknown("key", member.key, known));
}

}  // namespace

void Problems::add(Position at, std::string path, std::string message) {
  if (full()) return;
  if (list_.size() == most_problems) {
    list_.push_back(
        {file_, 0, 0, "", fmt::format("more than {} problems; the others are not shown", most_problems)});
    return;
  }
  list_.push_back(
      {at.line > 0 ? file_ : "command line", at.line, at.column, std::move(path), std::move(message)});
}

void Problems::throw_if_any() {
  if (!empty()) throw core::InputError(std::move(list_));
}

void read_key(const Json& value, const std::string& path, Key& key, Given& given, Problems& problems) {
  given[path] = {value.line, value.column};
  std::visit(SlotReader(value, path, key, given, problems), key.slot);
}

void read_section(const Json& object, const std::string& path, std::vector<Key>& keys, Given& given,
                  Problems& problems, std::span<const ExtraKey> also) {
  for (const Json::Member& member : std::get<Json::Object>(object.value)) {
    if (problems.full()) return;
    if (std::ranges::find(also, member.key, &ExtraKey::name) != also.end()) continue;
    const auto key = std::ranges::find(keys, member.key, &Key::name);
    if (key == keys.end()) report_unknown(member, path, keys, also, problems);
    else read_key(member.value, path.empty() ? member.key : path + "." + member.key, *key, given, problems);
  }
}

}  // namespace descent::config
