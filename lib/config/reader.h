#pragma once
// Reads JSON values into the slots of the key tree: types, bounds, choices, unknown keys, abbreviations.

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/json.h"
#include "config/keys.h"
#include "core/error.h"

namespace descent::config {

struct Source;

// Paths of the keys and sections that the user wrote, even with their default value.
using Given = std::map<std::string, Position, std::less<>>;

// Collects problems, up to most_problems.
class Problems {
 public:
  Problems(std::string file, const Source& source) : file_(std::move(file)), source_(source) {}

  const std::string& file() const { return file_; }
  std::vector<core::Problem>& list() { return list_; }
  bool empty() const { return list_.empty(); }
  bool full() const { return list_.size() > most_problems; }
  void add(Position at, std::string path, std::string message);
  void add(std::string_view pointer, std::string path, std::string message);
  Position at(std::string_view pointer) const;  // in the source
  void throw_if_any();                          // an InputError with all of them

 private:
  std::string file_;
  const Source& source_;
  std::vector<core::Problem> list_;
};

// The value at `pointer` into the slot of `key`, known to the user as `path`. What was given is noted in `given`.
void read_key(const Json& value, const std::string& pointer, const std::string& path, Key& key, Given& given,
              Problems& problems);

// The members of an object into the keys of a section; members named in `also` are left to others.
void read_section(const Json& object, const std::string& pointer, const std::string& path, std::vector<Key>& keys,
                  Given& given, Problems& problems, std::span<const ExtraKey> also = {});

}  // namespace descent::config
