#include "formats/safetensors.h"

#include <bit>
#include <nlohmann/json.hpp>

#include "core/files.h"

namespace descent::formats {
namespace {

static_assert(std::endian::native == std::endian::little, "the format is little-endian");

constexpr std::string_view type_name(std::span<const float>) { return "F32"; }
constexpr std::string_view type_name(std::span<const double>) { return "F64"; }
constexpr std::string_view type_name(std::span<const std::int32_t>) { return "I32"; }
constexpr std::string_view type_name(std::span<const std::int64_t>) { return "I64"; }

}  // namespace

void write_safetensors(const std::filesystem::path& path, std::span<const TensorView> tensors) {
  auto header = nlohmann::ordered_json::object();
  std::uint64_t offset = 0;
  for (const TensorView& tensor : tensors) {
    const std::uint64_t end = offset + std::visit([](auto values) { return values.size_bytes(); }, tensor.values);
    const std::string_view type = std::visit([](auto values) { return type_name(values); }, tensor.values);
    header[tensor.name] = {{"dtype", type}, {"shape", tensor.shape}, {"data_offsets", {offset, end}}};
    offset = end;
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

}  // namespace descent::formats
