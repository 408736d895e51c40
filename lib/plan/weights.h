#pragma once
// Reads the weights of a network from a file.

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "formats/safetensors.h"

namespace descent::plan {

struct NamedShape {
  std::string name;  // "linear0.weight"
  std::vector<std::int64_t> shape;
};

// The tensors of the file by name. Throws InputError if names or shapes differ from those of the network.
std::map<std::string, formats::StoredTensor> read_weights(const std::filesystem::path& safetensors,
                                                          const std::vector<NamedShape>& network);

}  // namespace descent::plan
