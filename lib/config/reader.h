#pragma once
// Reads JSON values into the key tree. Checks types, bounds, choices and unknown keys; expands shorthands.

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

// Keys and sections that the user gave, even if equal to the default, with their positions.
using GivenKeys = std::map<std::string, Position, std::less<>>;

// Collects problems, up to max_problems.
class Problems {
 public:
  Problems(std::string file, const Source& source) : file_(std::move(file)), source_(source) {}

  const std::string& file() const { return file_; }
  std::vector<core::Problem>& list() { return list_; }
  bool empty() const { return list_.empty(); }
  bool full() const { return list_.size() > max_problems; }
  void add(Position at, std::string path, std::string message);
  void add(std::string_view pointer, std::string path, std::string message);
  Position at(std::string_view pointer) const;  // in the source
  void throw_if_any();                          // throws InputError with all problems

 private:
  std::string file_;
  const Source& source_;
  std::vector<core::Problem> list_;
};

// Reads `value`, which is at `pointer` in the file, into `key`, which messages call `path`. Adds to `given`.
void read_key(const Json& value, const std::string& pointer, const std::string& path, Key& key, GivenKeys& given,
              Problems& problems);

// Reads the members of an object into the keys of a section. Ignores members named in `extra`.
void read_section(const Json& object, const std::string& pointer, const std::string& path, std::vector<Key>& keys,
                  GivenKeys& given, Problems& problems, std::span<const ExtraKey> extra = {});

}  // namespace descent::config
