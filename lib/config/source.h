#pragma once
// An experiment file as JSON, before it is read into an Experiment.

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "config/json.h"

namespace descent::config {

struct Source {
  Json root;
  Positions positions;

  Position at(std::string_view pointer) const;  // line 0 for what is not from the file

  // Drops the positions of a value and of all in it.
  void forget(const std::string& pointer);

  // Sets the value at the path of a key; null removes it. The sections around it are made, or written out where they
  // are abbreviated: "norm": "batch" becomes "norm": {"kind": "batch"}. The positions are those of what
  // `from_pointer` leads to in `from`; there are none without it.
  void set(const std::string& path, const Json& value, const Source* from = nullptr,
           const std::string& from_pointer = {});

  // The value at the path of a key, null where there is none; writes out sections as set() does.
  Json get(const std::string& path);

 private:
  Json& open_section_of(std::string_view path, bool from_file);
};

// "/model/width" of "model.width".
std::string pointer_of(std::string_view path);

}  // namespace descent::config
