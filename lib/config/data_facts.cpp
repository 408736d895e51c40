// Facts about embedded data sets (sizes and checksums as in experiments/data/*/README.md), data in files and
// generators.

#include "config/data_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <map>
#include <mutex>

#include "core/error.h"
#include "core/files.h"
#include "core/sha256.h"
#include "formats/bytes.h"
#include "formats/cifar10.h"
#include "formats/idx.h"
#include "formats/npy_folder.h"
#include "formats/table.h"

namespace descent::config {
namespace {

// SHA-256 of the four files, compressed as distributed by the authors and Debian, and uncompressed; in the order of
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
  formats::Facts facts = formats::idx_facts(folder, formats::fashion_mnist);
  for (std::size_t i = 0; i < facts.files.size(); ++i)
    if (std::ranges::count(fashion_mnist_sums[i], checksum(facts.files[i])) == 0)
      formats::fail(facts.files[i].string(),
                    fmt::format("not a file of Fashion-MNIST (SHA-256 is {}); download it again, or use data.name "
                                "\"idx\" for other data in this format",
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

constexpr DataFile mnist1d_files[] = {
    {"mnist1d/x_train.npy", "88324c8902778fbd2316ae1f8acbf36d87897390c1c2ad68212f4290790fa2b5"},
    {"mnist1d/y_train.npy", "b9e81c33ff96e5bbdcbb930b3edbb3f1ff29d516fdfd8aff508fa1668d18c6a3"},
    {"mnist1d/x_test.npy", "d67069fc4db4b87677475f89583e9191285825f1eee33060f2fa2dc99fe5a53a"},
    {"mnist1d/y_test.npy", "46917f7f341ca2438a3efdb107b509e799e30d22c515622f95b5093671648142"},
};

constexpr DataFile mnist1d_large_files[] = {
    {"mnist1d_large/x_train.npy", "19731e2f83e579fd3b86fa37ad1f9370e9e9e034be55cd251d82f3a8c88ca142"},
    {"mnist1d_large/y_train.npy", "84d7e6ac47f0f10244859dc6b39fede7880a76947eed1989d3764aeda6462dea"},
    {"mnist1d_large/x_test.npy", "39fd18de611e81ff83b04afec38b41a55fc104f3d0d643b801654302c8ab8511"},
    {"mnist1d_large/y_test.npy", "13e822f5c1e8a6704e6949d264f1cc2d730f4c106ab340fefd59fcfde74d394e"},
};

constexpr DataFile digits_files[] = {
    {"digits/x.npy", "88e52eb3e11cb9cc0130dc8fc4b6256aa919b3275fec17e6c2f880e1ae8d34ae"},
    {"digits/y.npy", "03ec0343bca84958ae3df825f252a3680415fa07fccb1ed1125ed521c13169e5"},
};

// The defaults of a generator.
struct GeneratorDefaults {
  DataName name;
  std::int64_t train_size, test_size;
  double noise;
  int version;
};
constexpr GeneratorDefaults generators[] = {
    {DataName::sinusoid, 25, 1000, 0.3, 1},
    {DataName::two_moons, 200, 1000, 0.1, 1},
    {DataName::spirals, 400, 1000, 0.03, 1},
    {DataName::teacher_student, 1000, 1000, 0, 1},
    {DataName::two_scale_regression, 100, 1000, 0.3, 1},
    {DataName::piecewise_linear, 400, 1000, 0.05, 1},
    {DataName::linear_spectrum, 60, 1000, 0.5, 1},
};

const GeneratorDefaults* generator_defaults(DataName name) {
  const auto* found = std::ranges::find(generators, name, &GeneratorDefaults::name);
  return found == std::end(generators) ? nullptr : found;
}

// The size of a pool with `train_size` training examples after the validation examples are taken from it.
std::int64_t pool_size(const Data& data, std::int64_t default_size) {
  if (!data.val_fraction) return data.train_size.value_or(default_size) + data.val_size.value_or(0);
  if (!data.train_size) return default_size;
  auto pool = static_cast<std::int64_t>(static_cast<double>(*data.train_size) / (1 - *data.val_fraction));
  while (pool - validation_size(data, pool) < *data.train_size) ++pool;
  return pool;
}

DataFacts generated_facts(const Data& data, std::int64_t features, std::int64_t classes) {
  const GeneratorDefaults& defaults = *generator_defaults(data.name);
  return {{.train_size = pool_size(data, defaults.train_size),
           .test_size = data.test_size.value_or(defaults.test_size),
           .stored = {1, 1, features},
           .classes = classes,
           .outputs = std::max<std::int64_t>(classes, 1),
           .version = defaults.version}};
}

DataFacts embedded_facts(std::int64_t train_size, std::int64_t test_size, Shape shape,
                         std::span<const DataFile> files) {
  return {{.train_size = train_size, .test_size = test_size, .stored = shape, .classes = 10, .outputs = 10}, {}, files};
}

// Files are read only once.
DataFacts file_facts(const Data& data) {
  static std::mutex mutex;
  static std::map<std::string, DataFacts> known;
  const std::lock_guard lock(mutex);
  const auto [entry, fresh] = known.try_emplace(source_key(data));
  DataFacts& facts = entry->second;
  if (!fresh) return facts;
  try {
    facts = {read_facts(data)};
  } catch (const core::InputError& error) {
    facts.problem = error.what();
  }
  return facts;
}

DataFacts stored_facts(const Data& data) {
  const Generator& keys = data.generator;
  switch (data.name) {
    case DataName::mnist1d: return embedded_facts(4000, 1000, {1, 1, 40}, mnist1d_files);
    case DataName::mnist1d_large: return embedded_facts(10000, 6000, {1, 1, 40}, mnist1d_large_files);
    case DataName::digits: return embedded_facts(1797, 0, {1, 8, 8}, digits_files);
    case DataName::fashion_mnist:
    case DataName::idx:
    case DataName::cifar10:
    case DataName::npy:
    case DataName::csv: return data.recorded ? *data.recorded : file_facts(data);
    case DataName::sinusoid:
    case DataName::piecewise_linear: return generated_facts(data, 1, 0);
    case DataName::two_moons: return generated_facts(data, 2, 2);
    case DataName::spirals: return generated_facts(data, 2, keys.classes);
    case DataName::teacher_student: return generated_facts(data, keys.features.value_or(20), 0);
    case DataName::two_scale_regression: return generated_facts(data, 80, 0);
    case DataName::linear_spectrum: return generated_facts(data, keys.features.value_or(30), 0);
  }
  __builtin_unreachable();
}

// Number of features after `map`.
std::int64_t mapped_size(FeatureMap map, std::int64_t features, std::int64_t degree) {
  switch (map) {
    case FeatureMap::raw:
    case FeatureMap::sorted: return features;
    case FeatureMap::rfft_magnitude:
      return static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(features))) / 2 + 1;
    case FeatureMap::polynomial: return features * degree;
  }
  __builtin_unreachable();
}

}  // namespace

formats::ArrayOptions array_options(const Data& data) {
  return {is_regression(data.task),
          data.layout == Layout::automatic ? std::nullopt : std::optional(data.layout == Layout::channels_last)};
}

formats::TableOptions table_options(const Data& data) {
  constexpr char separators[] = {0, ',', ';', '\t'};  // in the order of Separator
  return {.header = data.header,
          .label_column = data.label_column,
          .regression = is_regression(data.task),
          .separator = separators[static_cast<int>(data.separator)],
          .columns = data.columns,
          .ignore = data.ignore,
          .categorical = data.categorical,
          .missing = data.missing};
}

std::string reading_options_key(const Data& data) {
  std::string key = fmt::format("{}\n{}\n{}\n{}", data.label_column, name_of(data.task), name_of(data.separator),
                                name_of(data.missing));
  for (const auto* list : {&data.columns, &data.ignore, &data.categorical})
    key += fmt::format("\n{}", fmt::join(*list, "\t"));
  // Only if not the default: results of earlier versions have recorded keys without these.
  if (!data.header) key += "\nno header";
  if (data.layout != Layout::automatic) key += fmt::format("\n{}", name_of(data.layout));
  return key;
}

std::string source_key(const Data& data) {
  return fmt::format("{}\n{}\n{}", name_of(data.name), data.path, reading_options_key(data));
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

DataFacts data_facts(const Data& data) {
  DataFacts facts = stored_facts(data);
  facts.shape = facts.stored;
  if (data.features.empty()) return facts;
  facts.shape = {1, 1, 0};
  for (const FeatureMap map : data.features)
    facts.shape.width += mapped_size(map, facts.stored.features(), data.polynomial_degree);
  return facts;
}

bool is_generated(DataName name) { return generator_defaults(name); }

bool needs_path(DataName name) {
  return name == DataName::fashion_mnist || name == DataName::idx || name == DataName::cifar10 ||
         name == DataName::npy || name == DataName::csv;
}

double noise_sd(const Data& data) { return data.generator.noise.value_or(generator_defaults(data.name)->noise); }

}  // namespace descent::config
