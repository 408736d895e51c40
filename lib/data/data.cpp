#include "data/data.h"

#include <fmt/format.h>

#include <numeric>

#include "config/data_facts.h"
#include "config/write.h"
#include "core/files.h"
#include "data/embedded.h"
#include "data/generators.h"
#include "data/prepare.h"

namespace descent::data {
namespace {

// Rows `indices` of x, features permuted and scaled.
std::vector<double> gather(const std::vector<double>& x, const std::vector<std::int32_t>& indices,
                           const std::vector<std::int32_t>& columns, const Scaling& scaling) {
  const std::size_t width = columns.size();
  std::vector<double> rows(indices.size() * width);
  for (std::size_t i = 0; i < indices.size(); ++i)
    for (std::size_t f = 0; f < width; ++f)
      rows[i * width + f] = (x[indices[i] * width + columns[f]] - scaling.shift[f]) * scaling.scale[f];
  return rows;
}

// Rows `indices` of [size, width]; nothing where there are no values.
template <class T>
std::vector<T> rows_of(const std::vector<T>& values, const std::vector<std::int32_t>& indices, std::int64_t width) {
  std::vector<T> rows;
  if (values.empty()) return rows;
  for (const std::int32_t index : indices)
    rows.insert(rows.end(), values.begin() + index * width, values.begin() + (index + 1) * width);
  return rows;
}

// Everything that shapes the inputs of a run.
std::string key_of(config::Data config, std::int64_t seed) {
  const bool drawn = config::is_generated(config.name) && config.generator.redraw != config::Redraw::none;
  const bool seeded = drawn || config.subset == config::Subset::random || config::split_sizes(config).val > 0;
  config.label_noise = {};
  config::Experiment experiment;
  experiment.data = std::move(config);
  return fmt::format("{} {}", config::identity(experiment), seeded ? seed : 0);
}

}  // namespace

std::shared_ptr<const DataSet> Loader::source(const config::Data& config, std::int64_t seed) {
  if (config::is_generated(config.name)) return std::make_shared<const DataSet>(generate(config, seed));
  auto& set = sets_[config.name];
  if (!set) set = std::make_shared<const DataSet>(read_embedded(config.name, data_folder()));
  return set;
}

// The parts of the inputs are one allocation to the cache; the pointers of Part alias into it.
std::shared_ptr<const Loader::Inputs> Loader::inputs(const config::Data& config, std::int64_t seed,
                                                     const DataSet& set, const Parts& parts) {
  const std::string key = key_of(config, seed);
  if (auto found = inputs_[key].lock()) return found;

  const std::int64_t features = config::data_facts(config).shape.features();
  std::vector<std::int32_t> columns(static_cast<std::size_t>(features));
  std::iota(columns.begin(), columns.end(), 0);
  if (config.shuffle_features) columns = feature_permutation(features);
  const Scaling as_is = fit_scaling(config::Normalize::none, {}, features);
  const Scaling scaling =
      fit_scaling(config.normalize, gather(set.train.x, parts.train, columns, as_is), features);

  const auto& test_x = config::tests_on_rest(config) ? set.train.x : set.test.x;
  auto made = std::make_shared<const Inputs>(Inputs{gather(set.train.x, parts.train, columns, scaling),
                                                    gather(set.train.x, parts.val, columns, scaling),
                                                    gather(test_x, parts.test, columns, scaling)});
  std::erase_if(inputs_, [](const auto& entry) { return entry.second.expired(); });
  inputs_[key] = made;
  return made;
}

RunData Loader::load(const config::Data& config, std::int64_t seed) {
  const std::lock_guard lock(mutex_);
  const std::shared_ptr<const DataSet> set = source(config, seed);
  const config::DataFacts facts = config::data_facts(config);

  const Parts parts = choose_parts(config, set->train.y, facts.classes, seed);
  const auto shared = inputs(config, seed, *set, parts);
  const auto part = [&](config::Split split, const std::vector<double>& x, const Examples& source,
                        const std::vector<std::int32_t>& indices) -> Part {
    std::vector<std::int32_t> labels = rows_of(source.y, indices, 1);
    add_label_noise(config.label_noise, split, facts.classes, seed, labels);
    return {std::ssize(indices), {shared, &x}, std::move(labels), rows_of(source.targets, indices, facts.outputs)};
  };
  const Examples& test = config::tests_on_rest(config) ? set->train : set->test;
  return {facts.shape,
          facts.shape.features(),
          facts.classes,
          facts.outputs,
          part(config::Split::train, shared->train, set->train, parts.train),
          part(config::Split::val, shared->val, set->train, parts.val),
          part(config::Split::test, shared->test, test, parts.test)};
}

std::filesystem::path data_folder() {
  return core::program_folder().parent_path() / "share/descent/experiments/data";
}

}  // namespace descent::data
