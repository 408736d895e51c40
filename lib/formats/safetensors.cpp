#include "formats/safetensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

#include "core/files.h"
#include "formats/bytes.h"

namespace descent::formats {
namespace {

constexpr auto metadata_name = "__metadata__";
constexpr std::string_view type_names[] = {"F32", "F64", "I32", "I64"};  // in the order of TensorView::values

// Checks that the tensors cover all values without gaps or overlaps.
class Parser {
 public:
  Parser(std::string_view bytes, const std::string& name) : name_(name) {
    std::uint64_t length = 0;
    if (bytes.size() < sizeof length) damaged("the header is missing");
    std::memcpy(&length, bytes.data(), sizeof length);
    bytes.remove_prefix(sizeof length);
    if (length > bytes.size()) damaged("the header is incomplete");
    header_ = Json::parse(bytes.substr(0, length), nullptr, /*allow_exceptions=*/false);
    if (!header_.is_object()) damaged("the header is not a JSON object");
    values_ = bytes.substr(length);
  }

  std::vector<StoredTensor> tensors() const {
    std::vector<Entry> entries;
    for (const auto& [name, description] : header_.items())
      if (name != metadata_name) entries.push_back(entry(name, description));
    std::ranges::stable_sort(entries, {}, &Entry::begin);
    std::vector<StoredTensor> all;
    std::uint64_t begin = 0;
    for (Entry& entry : entries) {
      if (entry.begin != begin) damaged(fmt::format("tensor \"{}\" does not follow the one before it", entry.name));
      begin = entry.end;
      all.push_back(stored(entry));
    }
    if (begin != values_.size())
      damaged(fmt::format("it has {} bytes of values, but its header needs {}", values_.size(), begin));
    return all;
  }

  Metadata metadata() const {
    Metadata texts;
    const Json all = header_.value(metadata_name, Json::object());
    for (const auto& [name, text] : all.items())
      if (text.is_string()) texts[name] = text;
    return texts;
  }

 private:
  using Json = nlohmann::json;
  struct Entry {
    std::string name, type;
    std::vector<std::int64_t> shape;
    std::uint64_t begin, end;
  };

  [[noreturn]] void damaged(const std::string& what) const {
    fail(name_, fmt::format("not a valid safetensors file: {}; restore it or write it again", what));
  }

  Entry entry(const std::string& name, const Json& description) const {
    const auto is_list = [](const Json& json) {
      return json.is_array() && std::ranges::all_of(json, [](const Json& value) { return value.is_number_unsigned(); });
    };
    const Json type = description.is_object() ? description.value("dtype", Json()) : Json();
    const Json shape = type.is_string() ? description.value("shape", Json()) : Json();
    const Json offsets = is_list(shape) ? description.value("data_offsets", Json()) : Json();
    if (!is_list(offsets) || offsets.size() != 2)
      damaged(fmt::format("tensor \"{}\" lacks dtype, shape or data_offsets", name));
    Entry entry{name, type, shape, offsets[0], offsets[1]};
    if (entry.begin > entry.end || entry.end > values_.size())
      damaged(fmt::format("the values of tensor \"{}\" are outside the file", name));
    return entry;
  }

  StoredTensor stored(const Entry& entry) const {
    if (entry.type == "F32") return {entry.name, entry.shape, values<float>(entry)};
    if (entry.type == "F64") return {entry.name, entry.shape, values<double>(entry)};
    if (entry.type == "I32") return {entry.name, entry.shape, values<std::int32_t>(entry)};
    if (entry.type == "I64") return {entry.name, entry.shape, values<std::int64_t>(entry)};
    fail(name_,
         fmt::format("tensor \"{}\" has the type {}; convert it to F32, F64, I32 or I64", entry.name, entry.type));
  }

  template <class T> std::vector<T> values(const Entry& entry) const {
    const std::uint64_t bytes = entry.end - entry.begin;
    const auto mismatch = [&] {
      damaged(fmt::format("the {} bytes of tensor \"{}\" do not match its shape", bytes, entry.name));
    };
    std::uint64_t count = std::ranges::count(entry.shape, 0) > 0 ? 0 : 1;
    for (const std::int64_t size : entry.shape) {
      if (count == 0) break;
      if (static_cast<std::uint64_t>(size) > bytes / count) mismatch();  // before the product overflows
      count *= static_cast<std::uint64_t>(size);
    }
    if (count * sizeof(T) != bytes) mismatch();
    std::vector<T> all(count);
    if (count > 0) std::memcpy(all.data(), values_.data() + entry.begin, bytes);
    return all;
  }

  const std::string& name_;
  Json header_;
  std::string_view values_;
};

}  // namespace

void write_safetensors(const std::filesystem::path& path, std::span<const TensorView> tensors,
                       const Metadata& metadata) {
  auto header = nlohmann::ordered_json::object();
  if (!metadata.empty()) header[metadata_name] = metadata;
  std::uint64_t offset = 0;
  for (const TensorView& tensor : tensors) {
    const std::uint64_t end = offset + std::visit([](auto values) { return values.size_bytes(); }, tensor.values);
    header[tensor.name] = {
        {"dtype", type_names[tensor.values.index()]}, {"shape", tensor.shape}, {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');  // so that the values are aligned
  const std::uint64_t length = text.size();
  core::AtomicFile file(path);
  file.write(bytes_of(length));
  file.write(text);
  for (const TensorView& tensor : tensors)
    std::visit([&](auto values) { file.write(bytes_of(values)); }, tensor.values);
  file.commit();
}

std::vector<StoredTensor> parse_safetensors(std::string_view bytes, const std::string& name) {
  return Parser(bytes, name).tensors();
}

Metadata read_safetensors_metadata(const std::filesystem::path& path) {
  const std::string name = path.string();
  return Parser(core::read_file(path), name).metadata();
}

std::vector<StoredTensor> read_safetensors(const std::filesystem::path& path) {
  return parse_safetensors(core::read_file(path), path.string());
}

}  // namespace descent::formats
