#pragma once
// Reads JSON values into the slots of the key tree: types, bounds, choices, unknown keys, abbreviations.

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/json.h"
#include "config/keys.h"
#include "core/error.h"

namespace descent::config {

struct Position {
  std::int64_t line = 0, column = 0;  // line 0: from the command line
};

// Paths of the keys and sections that the user wrote, even with their default value.
using Given = std::map<std::string, Position, std::less<>>;

// Collects problems, up to most_problems.
class Problems {
 public:
  explicit Problems(std::string file) : file_(std::move(file)) {}

  const std::string& file() const { return file_; }
  std::vector<core::Problem>& list() { return list_; }
  bool empty() const { return list_.empty(); }
  bool full() const { return list_.size() > most_problems; }
  void add(Position at, std::string path, std::string message);
  void throw_if_any();  // an InputError with all of them

 private:
  std::string file_;
  std::vector<core::Problem> list_;
};

// One value into the slot of `key`, known to the user as `path`. What was given is noted in `given`.
void read_key(const Json& value, const std::string& path, Key& key, Given& given, Problems& problems);

// The members of an object into the keys of a section; members named in `also` are left to others.
void read_section(const Json& object, const std::string& path, std::vector<Key>& keys, Given& given,
                  Problems& problems, std::span<const ExtraKey> also = {});

}  // namespace descent::config
