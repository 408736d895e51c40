#include "data/embedded.h"

#include <fmt/format.h>

#include "config/data_facts.h"
#include "core/error.h"
#include "core/files.h"
#include "core/sha256.h"
#include "formats/npy.h"

namespace descent::data {
namespace {

template <class T>
std::vector<T> read_values(const std::filesystem::path& folder, const config::DataFile& file) {
  const std::filesystem::path path = folder / file.name;
  if (!std::filesystem::exists(path))
    throw core::FaultError(fmt::format("{}: missing; check it out or install Descent again", path.string()));
  const std::string bytes = core::read_file(path);
  if (const std::string found = core::sha256(bytes); found != file.sha256)
    throw core::FaultError(
        fmt::format("{}: damaged: SHA-256 is {}, expected {}; check it out or install Descent again",
                    path.string(), found, file.sha256));
  return formats::values<T>(formats::parse_npy(bytes, path.string()));
}

}  // namespace

formats::DataSet read_embedded(config::DataName name, const std::filesystem::path& folder) {
  const auto files = config::data_facts({.name = name}).embedded;
  const auto part = [&](std::size_t first) -> formats::Examples {
    return {read_values<double>(folder, files[first]), read_values<std::int32_t>(folder, files[first + 1]), {}};
  };
  return {part(0), files.size() > 2 ? part(2) : formats::Examples{}};
}

}  // namespace descent::data
