#include "config/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "config/key_names.h"
#include "config/slots.h"
#include "config/source.h"
#include "core/text.h"

namespace descent::config {
namespace {

std::string shown(const Json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return fmt::format("a list of {}", value.size());
  return value.is_string() ? core::quoted(value.get_ref<const std::string&>()) : compact(value);
}

// Integers may be written 1e3 or 64.0.
bool is_integer(const Json& json) {
  if (!json.is_number_float()) return json.is_number();
  const double value = json.get<double>();
  return value == std::trunc(value) && std::abs(value) <= 0x1p53;
}

// Reads a value into the slot of a key.
class SlotReader {
 public:
  SlotReader(const Json& value, const std::string& pointer, const std::string& path, Key& key, GivenKeys& given,
             Problems& problems)
      : value_(value), pointer_(pointer), path_(path), key_(key), given_(given), problems_(problems) {}

  void operator()(Field& field) {
    if (field.type == ValueType::seeds && !value_.is_array()) read_count(field);
    else if (field.max_size > 0) read_list(field);
    else if (is_valid(value_, pointer_, field)) field.set(value_);
  }
  void operator()(Section& section) {
    if (value_.is_object()) return read_section(value_, pointer_, path_, section.keys, given_, problems_);
    if (section.shorthand.empty()) return wrong_type();
    Key& key = *std::ranges::find(section.keys, section.shorthand, &Key::name);
    given_[path_ + "." + std::string(key.name)] = problems_.at(pointer_);
    std::visit(SlotReader(value_, pointer_, path_, key, given_, problems_), key.slot);
  }
  void operator()(ObjectList& slot) {
    if (!value_.is_array()) return wrong_type();
    if (std::ssize(value_) > max_entries) return fail(fmt::format("more than {} entries", max_entries));
    slot.resize(value_.size());
    for (std::size_t i = 0; i < value_.size() && !problems_.full(); ++i)
      read_object(value_[i], element(i), fmt::format("{}[{}]", path_, i), slot, slot.at(i));
  }

 private:
  std::string element(std::size_t index) const { return element_pointer(pointer_, index); }

  void fail(std::string message) { problems_.add(pointer_, path_, std::move(message)); }

  void wrong_type() {
    fail(fmt::format("expected {}, got {}{}{}", type_name(key_.slot), shown(value_), sweep_hint(), wrap_hint()));
  }

  // For an entry in place of a list, or the name of a kind in place of the section.
  std::string wrap_hint() const {
    const auto* field = std::get_if<Field>(&key_.slot);
    const auto* section = std::get_if<Section>(&key_.slot);
    const bool is_entry = field && takes_list(key_.slot) &&
                          ((value_.is_number() && field->type == ValueType::integer) ||
                           (value_.is_string() && field->type == ValueType::text));
    if (is_entry) return fmt::format("; write [{}]", compact(value_));
    if (value_.is_string() && section && std::ranges::find(section->keys, "kind", &Key::name) != section->keys.end())
      return fmt::format("; write {{\"kind\": {}}}", compact(value_));
    return "";
  }

  // For a list in place of a single value, or "4,8" on the command line.
  std::string sweep_hint() const {
    const bool several = value_.is_array() ||
                         (value_.is_string() && value_.get_ref<const std::string&>().find(',') != std::string::npos);
    if (!several || takes_list(key_.slot) || path_.starts_with("sweep ") || !is_sweepable(key_)) return "";
    return fmt::format(
        "; to vary it, sweep {}{}", path_,
        path_ == "model.width" || path_ == "model.depth" ? "; for layers of different sizes, set model.hidden" : "");
  }

  // For the value or an entry of it. Returns false.
  bool wrong_type(const Json& part, const std::string& pointer) {
    if (&part == &value_) wrong_type();
    else problems_.add(pointer, path_, fmt::format("expected {}, got an entry {}", type_name(key_.slot), shown(part)));
    return false;
  }

  bool is_text(const Json& json, const std::string& pointer) {
    if (!json.is_string()) return wrong_type(json, pointer);
    if (std::ssize(json.get_ref<const std::string&>()) <= max_text_bytes) return true;
    return problems_.add(pointer, path_, fmt::format("longer than {} bytes", max_text_bytes)), false;
  }

  // True if a value, or an entry of a list, is valid for the field.
  bool is_valid(const Json& json, const std::string& pointer, const Field& field) {
    switch (field.type) {
      case ValueType::boolean: return json.is_boolean() || wrong_type(json, pointer);
      case ValueType::text: return is_text(json, pointer);
      case ValueType::choice:
      case ValueType::device: return is_known(json, pointer, field);
      case ValueType::batch:
        if (json == "full") return true;
        [[fallthrough]];
      case ValueType::seeds:
      case ValueType::integer:
        return (is_integer(json) || wrong_type(json, pointer)) && is_within_bounds(json, pointer);
      case ValueType::number: return (json.is_number() || wrong_type(json, pointer)) && is_within_bounds(json, pointer);
    }
    __builtin_unreachable();
  }
  bool is_within_bounds(const Json& json, const std::string& pointer) {
    const auto value = json.get<double>();
    const auto &low = key_.minimum, &high = key_.maximum;
    const bool above = !low || value > low->value || (low->inclusive && value == low->value);
    const bool below = !high || value < high->value || (high->inclusive && value == high->value);
    if (above && below) return true;
    problems_.add(pointer, path_,
                  fmt::format("must be {}, got {}", above ? maximum_text(*high) : minimum_text(*low), shown(json)));
    return false;
  }
  bool is_known(const Json& json, const std::string& pointer, const Field& field) {
    if (!json.is_string()) return wrong_type(json, pointer);
    const auto name = json.get<std::string>();
    const bool is_device = field.type == ValueType::device;
    if (is_device ? parse_device(name).has_value() : field.choices.find(name) != nullptr) return true;
    problems_.add(pointer, path_,
                  is_device ? unknown_choice("device", device_names(), name, type_name(key_.slot))
                            : unknown_choice(field.choices, name));
    return false;
  }

  void read_list(Field& field) {
    const bool is_pair = field.min_size == field.max_size;
    if (!value_.is_array() || (is_pair && std::ssize(value_) != field.max_size)) return wrong_type();
    const bool of_choices = field.type == ValueType::choice;
    if (std::ssize(value_) > field.max_size && !of_choices)
      return fail(fmt::format("more than {} entries", field.max_size));
    if (value_.empty() && field.min_size > 0) return fail("an empty list");
    Json read = Json::array();
    for (std::size_t i = 0; i < value_.size() && !problems_.full(); ++i) {
      if (!is_valid(value_[i], element(i), field)) continue;
      if (of_choices && std::ranges::find(read, value_[i]) != read.end())
        problems_.add(element(i), path_, fmt::format("\"{}\" is listed twice", value_[i].get<std::string>()));
      else read.push_back(value_[i]);
    }
    // Skip lists with an invalid number: later checks rely on the bounds.
    if (!of_choices && read.size() < value_.size()) return;
    field.set(read);
    if (field.type != ValueType::seeds) return;
    std::set<std::int64_t> seen;
    for (const Json& seed : read)
      if (!seen.insert(seed.get<std::int64_t>()).second)
        return fail(fmt::format("seed {} is listed twice", seed.get<std::int64_t>()));
  }
  void read_count(Field& field) {
    if (!is_integer(value_)) return wrong_type();
    const auto count = value_.get<std::int64_t>();
    if (count < 1 || count > max_seeds)
      return fail(fmt::format("must be a count from 1 to {}, got {}", max_seeds, shown(value_)));
    field.set(value_);
  }
  void read_object(const Json& json, const std::string& pointer, const std::string& path, const ObjectList& slot,
                   std::vector<Key> keys) {
    if (!json.is_object()) {
      std::string with;
      for (const std::string_view key : slot.required)
        with += fmt::format("{}\"{}\"", with.empty() ? " with " : " and ", key);
      return problems_.add(pointer, path, fmt::format("expected an object{}, got {}", with, shown(json)));
    }
    read_section(json, pointer, path, keys, given_, problems_);
    for (const std::string_view key : slot.required)
      if (json.value(key, Json("")) == "") problems_.add(pointer, path, fmt::format("needs \"{}\"", key));
  }

  const Json& value_;
  const std::string& pointer_;
  const std::string& path_;
  Key& key_;
  GivenKeys& given_;
  Problems& problems_;
};

std::vector<std::string> names_of(const std::vector<Key>& keys, std::span<const ExtraKey> extra) {
  std::vector<std::string> names;
  for (const Key& key : keys) names.emplace_back(key.name);
  for (const ExtraKey& key : extra) names.emplace_back(key.name);
  return names;
}

}  // namespace

void Problems::add(Position at, std::string path, std::string message) {
  if (full()) return;
  if (list_.size() == max_problems) {
    list_.push_back({file_, 0, 0, "", fmt::format("more than {} problems; the rest is not shown", max_problems)});
    return;
  }
  list_.push_back({at.line > 0 ? file_ : "command line", at.line, at.column, std::move(path), std::move(message)});
}

Position Problems::at(std::string_view pointer) const { return source_.at(pointer); }

void Problems::add(std::string_view pointer, std::string path, std::string message) {
  add(at(pointer), std::move(path), std::move(message));
}

void Problems::throw_if_any() {
  if (!empty()) throw core::InputError(std::move(list_));
}

void read_key(const Json& value, const std::string& pointer, const std::string& path, Key& key, GivenKeys& given,
              Problems& problems) {
  given[path] = problems.at(pointer);
  std::visit(SlotReader(value, pointer, path, key, given, problems), key.slot);
}

void read_section(const Json& object, const std::string& pointer, const std::string& path, std::vector<Key>& keys,
                  GivenKeys& given, Problems& problems, std::span<const ExtraKey> extra) {
  for (const auto& [name, value] : object.items()) {
    if (problems.full()) return;
    if (std::ranges::find(extra, name, &ExtraKey::name) != extra.end()) continue;
    const std::string inner = member_pointer(pointer, name);
    const auto key = std::ranges::find(keys, name, &Key::name);
    if (key == keys.end()) problems.add(inner + '~', path, unknown_key(name, path, names_of(keys, extra)));
    else read_key(value, inner, path.empty() ? name : path + "." + name, *key, given, problems);
  }
}

}  // namespace descent::config
