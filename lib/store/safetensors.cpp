#include "store/safetensors.h"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/files.h"

namespace descent::store {
namespace {

static_assert(std::endian::native == std::endian::little, "the format is little-endian");

// In the order of both variants.
constexpr std::array<std::string_view, 4> dtypes{"F32", "F64", "I32", "I64"};
constexpr std::uint64_t max_header_bytes = 100'000'000;  // as in the reference implementation

[[noreturn]] void damaged(const std::filesystem::path& path, const std::string& what) {
  throw core::FaultError(
      fmt::format("{}: not a whole safetensors file ({}); write it again", path.string(), what));
}

// Product of the dimensions, if it is a sensible count.
std::optional<std::uint64_t> count_of(const std::vector<std::int64_t>& shape) {
  std::uint64_t count = 1;
  for (const std::int64_t size : shape) {
    if (size < 0 ||
        (size > 0 && count > std::numeric_limits<std::int64_t>::max() / 8 / static_cast<std::uint64_t>(size)))
      return std::nullopt;
    count *= static_cast<std::uint64_t>(size);
  }
  return count;
}

template <std::size_t... index>
auto empty_values(std::size_t dtype, std::index_sequence<index...>) {
  decltype(Tensor::values) values;
  ((dtype == index ? void(values.emplace<index>()) : void()), ...);
  return values;
}

// Converting a number that is not whole could overflow.
template <class List>
List whole_numbers(const nlohmann::json& list, const std::filesystem::path& path) {
  for (const nlohmann::json& number : list)
    if (!number.is_number_integer()) damaged(path, "its header cannot be read");
  return list.get<List>();
}

Tensor read_tensor(const nlohmann::json& about, std::string_view bytes, const std::filesystem::path& path) {
  const auto name = about.at("dtype").get<std::string>();
  const auto dtype = std::find(dtypes.begin(), dtypes.end(), name);
  if (dtype == dtypes.end()) damaged(path, "type " + name + " is not supported");
  Tensor tensor{whole_numbers<std::vector<std::int64_t>>(about.at("shape"), path),
                empty_values(static_cast<std::size_t>(dtype - dtypes.begin()),
                             std::make_index_sequence<dtypes.size()>())};
  const auto range = whole_numbers<std::array<std::uint64_t, 2>>(about.at("data_offsets"), path);
  if (range[0] > range[1] || range[1] > bytes.size()) damaged(path, "values are cut off");
  const std::optional<std::uint64_t> count = count_of(tensor.shape);
  std::visit(
      [&](auto& values) {
        if (!count || *count * sizeof(values[0]) != range[1] - range[0])
          damaged(path, "a shape does not fit its values");
        values.resize(*count);
        if (*count > 0) std::memcpy(values.data(), bytes.data() + range[0], range[1] - range[0]);
      },
      tensor.values);
  return tensor;
}

}  // namespace

void write_safetensors(const std::filesystem::path& path, std::span<const TensorView> tensors,
                       const std::map<std::string, std::string>& metadata) {
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::uint64_t offset = 0;
  for (const TensorView& tensor : tensors) {
    const std::uint64_t size = std::visit([](auto values) { return values.size_bytes(); }, tensor.values);
    header[tensor.name] = {{"dtype", dtypes[tensor.values.index()]},
                           {"shape", tensor.shape},
                           {"data_offsets", {offset, offset + size}}};
    offset += size;
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');  // so that the values are aligned
  const std::uint64_t length = text.size();
  core::AtomicFile file(path);
  file.write({reinterpret_cast<const char*>(&length), sizeof length});
  file.write(text);
  for (const TensorView& tensor : tensors)
    std::visit(
        [&](auto values) {
          file.write({reinterpret_cast<const char*>(values.data()), values.size_bytes()});
        },
        tensor.values);
  file.commit();
}

std::map<std::string, Tensor> read_safetensors(const std::filesystem::path& path) {
  const std::string bytes = core::read_file(path);
  std::uint64_t length = 0;
  if (bytes.size() < sizeof length) damaged(path, "too short");
  std::memcpy(&length, bytes.data(), sizeof length);
  if (length > max_header_bytes || length > bytes.size() - sizeof length)
    damaged(path, "its header is cut off");
  const std::string_view all(bytes);
  try {
    const auto header = nlohmann::json::parse(all.substr(sizeof length, length));
    std::map<std::string, Tensor> tensors;
    for (const auto& [name, about] : header.items())
      if (name != "__metadata__")
        tensors.emplace(name, read_tensor(about, all.substr(sizeof length + length), path));
    return tensors;
  } catch (const nlohmann::json::exception&) {
    damaged(path, "its header cannot be read");
  }
}

}  // namespace descent::store
