#include "config/data_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>

#include "core/error.h"
#include "core/files.h"
#include "core/sha256.h"
#include "formats/bytes.h"
#include "formats/cifar10.h"
#include "formats/idx.h"
#include "formats/npy_folder.h"

namespace descent::config {
namespace {

// SHA-256 of the four files as their authors and Debian distribute them, and of what is in them; in the order of
// formats::Facts::files.
constexpr std::string_view fashion_mnist_sums[4][2] = {
    {"b0564c3eedabfbf835052cff8503ea422014ce006caf5b757f851416ee8300c7",
     "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"},
    {"0ae29f65d86684f32d1b9c85147786c547b9c6aebcaf235f0400a0cce308b056",
     "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"},
    {"cc1d090a38ace84dfa1aa66e3ada7c336ef481a96936906477e6dd344da56eaa",
     "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"},
    {"8d3605d196f4be44669e46906da9733c8131fef761fdbfec72c424d5222f1a05",
     "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"},
};

formats::Facts fashion_mnist_facts(const std::filesystem::path& folder) {
  formats::Facts facts = formats::fashion_mnist_facts(folder);
  for (std::size_t i = 0; i < facts.files.size(); ++i)
    if (std::ranges::count(fashion_mnist_sums[i], checksum(facts.files[i])) == 0)
      formats::fail(facts.files[i].string(),
                    fmt::format("not the file of Fashion-MNIST: SHA-256 is {}; get it again, or read other data of "
                                "this format with data.name \"idx\"",
                                checksum(facts.files[i])));
  return facts;
}

formats::Facts read_facts(const Data& data) {
  if (data.name == DataName::fashion_mnist) return fashion_mnist_facts(data.path);
  if (data.name == DataName::idx) return formats::idx_facts(data.path);
  if (data.name == DataName::cifar10) return formats::cifar10_facts(data.path);
  if (data.name == DataName::npy) return formats::npy_facts(data.path, array_options(data));
  return formats::table_facts(data.path, table_options(data));
}

std::optional<bool> is_regression(Task task) {
  return task == Task::automatic ? std::nullopt : std::optional(task == Task::regression);
}

}  // namespace

formats::ArrayOptions array_options(const Data& data) {
  return {is_regression(data.task),
          data.layout == Layout::automatic ? std::nullopt : std::optional(data.layout == Layout::channels_last)};
}

formats::TableOptions table_options(const Data& data) {
  constexpr char separators[] = {0, ',', ';', '\t'};  // in the order of Separator; MissingValues has that of Missing
  return {.header = data.header,
          .label_column = data.label_column,
          .regression = is_regression(data.task),
          .separator = separators[static_cast<int>(data.separator)],
          .columns = data.columns,
          .ignore = data.ignore,
          .categorical = data.categorical,
          .missing = static_cast<formats::MissingValues>(data.missing)};
}

std::string reading_key(const Data& data) {
  std::string key = fmt::format("{}\n{}\n{}\n{}", data.label_column, name_of(data.task), name_of(data.separator),
                                name_of(data.missing));
  for (const auto* list : {&data.columns, &data.ignore, &data.categorical})
    key += fmt::format("\n{}", fmt::join(*list, "\t"));
  // Results of earlier versions have recorded keys without these.
  if (!data.header) key += "\nno header";
  if (data.layout != Layout::automatic) key += fmt::format("\n{}", name_of(data.layout));
  return key;
}

std::string source_key(const Data& data) {
  return fmt::format("{}\n{}\n{}", name_of(data.name), data.path, reading_key(data));
}

DataFacts file_facts(const Data& data) {
  static std::mutex mutex;
  static std::map<std::string, DataFacts> known;
  const std::lock_guard lock(mutex);
  const auto [entry, fresh] = known.try_emplace(source_key(data));
  DataFacts& facts = entry->second;
  if (!fresh) return facts;
  try {
    const formats::Facts read = read_facts(data);
    const auto [channels, height, width] = read.shape;
    facts = {.train_size = read.train_size,
             .test_size = read.test_size,
             .stored = {channels, height, width},
             .classes = read.classes,
             .outputs = read.outputs,
             .files = read.files,
             .version = read.version,
             .contents = read.contents};
  } catch (const core::InputError& error) {
    facts.problem = error.what();
  }
  return facts;
}

const std::string& checksum(const std::filesystem::path& file) {
  static std::mutex mutex;
  static std::map<std::filesystem::path, std::string> known;
  const std::lock_guard lock(mutex);
  std::string& sum = known[file];
  if (sum.empty()) sum = core::sha256(core::read_file(file));
  return sum;
}

std::vector<std::string> checksums(const DataFacts& facts) {
  if (!facts.sha256.empty()) return facts.sha256;
  std::vector<std::string> sums;
  for (const std::filesystem::path& file : facts.files) sums.push_back(checksum(file));
  return sums;
}

}  // namespace descent::config
