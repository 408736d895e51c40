#include "data/data.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "config/data_facts.h"
#include "config/write.h"
#include "core/error.h"
#include "core/files.h"
#include "core/sha256.h"
#include "data/prepare.h"
#include "formats/cifar10.h"
#include "formats/idx.h"
#include "formats/npy.h"
#include "formats/npy_folder.h"
#include "formats/table.h"

namespace descent::data {
namespace {

// The mean of each column over the rows that have a value; 0 if none has.
std::vector<double> means(const formats::Values& x, const std::vector<std::int32_t>& rows, std::int64_t columns) {
  std::vector<double> sums(static_cast<std::size_t>(columns), 0), counts(sums);
  const auto& values = std::get<std::vector<double>>(x);
  for (const std::int32_t row : rows)
    for (std::size_t f = 0; f < sums.size(); ++f)
      if (const double value = values[static_cast<std::size_t>(row * columns) + f]; !std::isnan(value)) {
        sums[f] += value;
        ++counts[f];
      }
  for (std::size_t f = 0; f < sums.size(); ++f) sums[f] /= std::max(counts[f], 1.0);
  return sums;
}

// Rows `indices` of x / divisor, transformed; missing values are replaced by those of `defaults`.
std::vector<double> gather(const formats::Values& x, double divisor, const std::vector<std::int32_t>& indices,
                           std::int64_t stored, std::int64_t features, const std::vector<double>& defaults,
                           Transform& transform) {
  std::vector<double> rows;
  rows.reserve(indices.size() * static_cast<std::size_t>(features));
  std::visit(
      [&](const auto& values) {
        for (const std::int32_t index : indices) {
          const auto* row = values.data() + index * stored;
          const auto value_of = [&](std::int32_t f) {
            const double value = row[f] / divisor;
            return !defaults.empty() && std::isnan(value) ? defaults[f] : value;
          };
          transform.append(index, value_of, rows);
        }
      },
      x);
  return rows;
}

void normalize(const formats::Scaling& scaling, std::vector<double>& rows) {
  const std::size_t width = scaling.shift.size();
  for (std::size_t i = 0; i < rows.size(); i += width)
    for (std::size_t f = 0; f < width; ++f) rows[i + f] = (rows[i + f] - scaling.shift[f]) * scaling.scale[f];
}

// Rows `indices` of [size, width]; empty if `values` is.
template <class T>
std::vector<T> rows_of(const std::vector<T>& values, const std::vector<std::int32_t>& indices, std::int64_t width) {
  std::vector<T> rows;
  if (values.empty()) return rows;
  for (const std::int32_t index : indices)
    rows.insert(rows.end(), values.begin() + index * width, values.begin() + (index + 1) * width);
  return rows;
}

// Everything that the inputs of a run depend on.
std::string inputs_key(config::Data config, std::int64_t seed) {
  const bool drawn = config::is_generated(config.name) && config.generator.redraw != config::Redraw::none;
  const bool split = !config.split_seed &&
                     (config::chosen_subset(config) != config::Subset::first || config::split_sizes(config).val > 0);
  const bool seeded = drawn || config.bootstrap || split;
  config.label_noise = {};
  const std::string path = config.path;
  config::Experiment experiment;
  experiment.data = std::move(config);
  return fmt::format("{} {} {}", config::identity(experiment), path, seeded ? seed : 0);
}

template <class T> std::vector<T> read_values(const std::filesystem::path& folder, const config::DataFile& file) {
  const std::filesystem::path path = folder / file.name;
  if (!std::filesystem::exists(path))
    throw core::FaultError(fmt::format("{}: missing; restore it or install Descent again", path.string()));
  const std::string bytes = core::read_file(path);
  if (const std::string found = core::sha256(bytes); found != file.sha256)
    throw core::FaultError(fmt::format("{}: damaged: SHA-256 is {}, expected {}; restore it or install Descent again",
                                       path.string(), found, file.sha256));
  return formats::values<T>(formats::parse_npy(bytes, path.string()));
}

// The hashes of the runs depend on the checksums at the start of the program, or when the results were recorded.
void check_unchanged(const config::Data& config) {
  const config::DataFacts facts = config::data_facts(config);
  const std::vector<std::string> expected = config::checksums(facts);
  for (std::size_t i = 0; i < expected.size(); ++i)
    if (core::sha256(core::read_file(facts.files[i])) != expected[i])
      throw core::FaultError(fmt::format(
          "{}: {}", facts.files[i].string(),
          config.recorded ? "differs from the data of these results; train from the experiment file to use the new data"
                          : "changed while Descent was running; start again"));
}

formats::DataSet read(const config::Data& config, const std::filesystem::path& embedded) {
  using config::DataName;
  switch (config.name) {
    case DataName::mnist1d:
    case DataName::mnist1d_large:
    case DataName::digits: return read_embedded(config.name, embedded);
    case DataName::fashion_mnist: return formats::read_idx(config.path, formats::fashion_mnist);
    case DataName::idx: return formats::read_idx(config.path);
    case DataName::cifar10: return formats::read_cifar10(config.path);
    case DataName::npy: return formats::read_npy(config.path, config::array_options(config));
    case DataName::csv: return formats::read_table(config.path, config::table_options(config));
    case DataName::sinusoid:
    case DataName::two_moons:
    case DataName::spirals:
    case DataName::teacher_student:
    case DataName::two_scale_regression:
    case DataName::piecewise_linear:
    case DataName::linear_spectrum: break;  // generated
  }
  __builtin_unreachable();
}

// The facts were read earlier, from the headers of the files.
void check_sizes(const config::Data& config, const config::DataFacts& facts, const formats::DataSet& set) {
  const auto size = [](const formats::Values& x) { return std::visit([](const auto& v) { return std::ssize(v); }, x); };
  if (size(set.train.x) != facts.train_size * facts.stored.features() ||
      size(set.test.x) != facts.test_size * facts.stored.features())
    throw core::FaultError(fmt::format("{}: changed while Descent was running; start again", config.path));
}

}  // namespace

std::shared_ptr<const formats::DataSet> Loader::data_set(const config::Data& config, std::int64_t seed) {
  if (config::is_generated(config.name)) return std::make_shared<const formats::DataSet>(generate(config, seed));
  auto& set = sets_[config::source_key(config)];
  if (!set) {
    auto made = std::make_shared<const formats::DataSet>(read(config, embedded_));
    check_unchanged(config);
    set = std::move(made);
  }
  return set;
}

// Caches the inputs of all parts as one object, into which the pointers of Part alias.
std::shared_ptr<const Loader::Inputs> Loader::inputs(const config::Data& config, std::int64_t seed,
                                                     const formats::DataSet& set, const Parts& parts) {
  const std::string key = inputs_key(config, seed);
  if (auto found = inputs_[key].lock()) return found;

  const config::DataFacts facts = config::data_facts(config);
  const std::int64_t features = facts.shape.features();
  Transform transform(config, facts.stored.features());
  std::vector<double> defaults;
  if (config.missing == config::Missing::mean) defaults = means(set.train.x, parts.train, facts.stored.features());
  const auto rows = [&](const formats::Values& x, const std::vector<std::int32_t>& indices) {
    return gather(x, set.divisor, indices, facts.stored.features(), features, defaults, transform);
  };
  const auto& test_x = config::takes_test_from_pool(config) ? set.train.x : set.test.x;
  auto made = std::make_shared<Inputs>(
      Inputs{rows(set.train.x, parts.train), rows(set.train.x, parts.val), rows(test_x, parts.test), {}});
  made->scaling = fit_scaling(config.normalize, made->train, features, facts.shape.channels);
  if (config.normalize != config::Normalize::none)
    for (std::vector<double>* part : {&made->train, &made->val, &made->test}) normalize(made->scaling, *part);
  std::erase_if(inputs_, [](const auto& entry) { return entry.second.expired(); });
  inputs_[key] = made;
  return made;
}

RunData Loader::load(const config::Data& config, std::int64_t seed) {
  const std::lock_guard lock(mutex_);
  const std::shared_ptr<const formats::DataSet> set = data_set(config, seed);
  const config::DataFacts facts = config::data_facts(config);
  check_sizes(config, facts, *set);

  Parts parts = choose_parts(config, set->train.y, facts.classes, seed);
  const auto labels = [&](config::Split split, const formats::Examples& source,
                          const std::vector<std::int32_t>& indices) {
    std::vector<std::int32_t> y = rows_of(source.y, indices, 1);
    add_label_noise(config.label_noise, split, facts.classes, seed, y);
    return y;
  };
  const formats::Examples& test = config::takes_test_from_pool(config) ? set->train : set->test;
  std::vector<std::int32_t> train_y = labels(config::Split::train, set->train, parts.train);
  if (config.bootstrap) {  // after the label noise, so that an example drawn twice has one label
    const std::vector<std::int32_t> drawn = bootstrap_sample(std::ssize(parts.train), seed);
    train_y = rows_of(train_y, drawn, 1);
    parts.train = rows_of(parts.train, drawn, 1);
  }
  const auto shared = inputs(config, seed, *set, parts);
  const auto part = [&](const std::vector<double>& x, const formats::Examples& source,
                        const std::vector<std::int32_t>& indices, std::vector<std::int32_t> y) -> Part {
    std::vector<double> targets = rows_of(source.targets, indices, facts.outputs);
    const double variance = targets.empty() ? 0 : target_variance(targets, facts.outputs);
    return {std::ssize(indices), {shared, &x}, std::move(y), std::move(targets), variance};
  };
  RunData data{facts.shape,
               facts.shape.features(),
               facts.classes,
               facts.outputs,
               part(shared->train, set->train, parts.train, std::move(train_y)),
               part(shared->val, set->train, parts.val, labels(config::Split::val, set->train, parts.val)),
               part(shared->test, test, parts.test, labels(config::Split::test, test, parts.test)),
               {shared, &shared->scaling},
               {}};
  if (config.normalize_targets) data.target_scaling = fit_target_scaling(data.train.targets, facts.outputs);
  return data;
}

formats::DataSet read_embedded(config::DataName name, const std::filesystem::path& folder) {
  const auto files = config::data_facts({.name = name}).embedded;
  const auto part = [&](std::size_t first) -> formats::Examples {
    return {read_values<double>(folder, files[first]), read_values<std::int32_t>(folder, files[first + 1]), {}};
  };
  return {part(0), files.size() > 2 ? part(2) : formats::Examples{}};
}

std::filesystem::path data_folder() { return core::program_folder().parent_path() / "share/descent/experiments/data"; }

}  // namespace descent::data
