#pragma once
// The value of a key as JSON, and texts for messages and help: allowed values and bounds.

#include <string>

#include "config/json.h"
#include "config/keys.h"

namespace descent::config {

// Bounds on the cost of any input.
inline constexpr std::int64_t max_seeds = 100'000, max_entries = 1000, max_text_bytes = 10'000, max_name_length = 100;
inline constexpr std::string_view name_pattern = "^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$";

// The value of a key as JSON; null if absent. Sections become objects.
Json to_json(const Key& key);

// The value of the key in an experiment that does not give it; expects a key of default_keys().
Json default_of(const Key& key);

// Like default_of(), for help: null for sections and strings.
Json shown_default(const Key& key);

// The value as text; strings without quotes.
std::string value_text(const Key& key);

// The choices for the value, or null.
const Choices* choices_in(const Key& key);

// The allowed values in words: "an integer", "one of none, batch, layer, rms".
std::string type_name(const Slot& slot);

// True if it only takes a list.
bool takes_list(const Slot& slot);

// "at least 0", "below 1".
std::string minimum_text(const Bound& bound);
std::string maximum_text(const Bound& bound);

// "at least 0 and below 1"; empty without bounds.
std::string bounds_text(const Key& key);

}  // namespace descent::config
