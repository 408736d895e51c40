#include "plan/weights.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/error.h"

namespace descent::plan {

std::map<std::string, formats::StoredTensor> read_weights(const std::filesystem::path& safetensors,
                                                          const std::vector<NamedShape>& network) {
  std::map<std::string, formats::StoredTensor> tensors;
  for (formats::StoredTensor& tensor : formats::read_safetensors(safetensors)) tensors[tensor.name] = std::move(tensor);
  std::vector<core::Problem> problems;
  const auto report = [&](const std::string& name, const std::string& message) {
    problems.push_back({.file = safetensors.string(), .path = name, .message = message});
  };
  for (const auto& [name, shape] : network) {
    const auto found = tensors.find(name);
    if (found == tensors.end()) report(name, "missing; the file belongs to another network");
    else if (found->second.shape != shape)
      report(name, fmt::format("has the shape [{}], but [{}] in the network", fmt::join(found->second.shape, ", "),
                               fmt::join(shape, ", ")));
  }
  for (const auto& [name, tensor] : tensors)
    if (std::ranges::find(network, name, &NamedShape::name) == network.end())
      report(name, "is not in the network; the file belongs to another one");
  if (!problems.empty()) throw core::InputError(problems);
  return tensors;
}

}  // namespace descent::plan
