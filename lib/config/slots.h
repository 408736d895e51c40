#pragma once
// What can be said of a key without knowing its type: its value, the values it takes, its bounds.

#include <string>

#include "config/json.h"
#include "config/keys.h"

namespace descent::config {

// Limits that keep any input cheap.
inline constexpr std::int64_t most_seeds = 100'000, most_entries = 1000, longest_text = 10'000, longest_name = 100;
inline constexpr std::string_view name_pattern = "^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$";

// The value of a key as JSON; null for an optional key without one. Sections become objects.
Json to_json(const Key& key);

// What an experiment has that does not give the key, which is one of default_keys().
Json default_of(const Key& key);

// The same where it is shown: null for a section and a text.
Json shown_default(const Key& key);

// The value as text, strings without quotes.
std::string value_text(const Key& key);

// The table that the value is from, or null.
const Choices* choices_in(const Key& key);

// What a slot takes, in words: "an integer", "one of none, batch, layer, rms".
std::string type_name(const Slot& slot);

// Whether it takes a list and nothing else.
bool takes_list(const Slot& slot);

// "at least 0", "below 1".
std::string minimum_text(const Bound& bound);
std::string maximum_text(const Bound& bound);

// "at least 0 and below 1"; empty without bounds.
std::string bounds_text(const Key& key);

}  // namespace descent::config
