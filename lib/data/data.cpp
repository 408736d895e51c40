#include "data/data.h"

#include <fmt/format.h>

#include <numeric>

#include "core/files.h"
#include "data/prepare.h"

namespace descent::data {
namespace {

// Rows `indices` of x, features permuted and scaled.
std::vector<float> gather(const std::vector<float>& x, const std::vector<std::int32_t>& indices,
                          const std::vector<std::int32_t>& columns, const Scaling& scaling) {
  const std::size_t width = columns.size();
  std::vector<float> rows(indices.size() * width);
  for (std::size_t i = 0; i < indices.size(); ++i)
    for (std::size_t f = 0; f < width; ++f) {
      const float value = x[indices[i] * width + columns[f]];
      rows[i * width + f] = static_cast<float>((value - scaling.shift[f]) * scaling.scale[f]);
    }
  return rows;
}

std::vector<std::int32_t> gather(const std::vector<std::int32_t>& y,
                                 const std::vector<std::int32_t>& indices) {
  std::vector<std::int32_t> labels;
  for (const std::int32_t index : indices) labels.push_back(y[index]);
  return labels;
}

}  // namespace

// The parts of the inputs are one allocation to the cache; the pointers of Part alias into it.
std::shared_ptr<const Loader::Inputs> Loader::inputs(const config::Data& config, std::int64_t seed,
                                                     const DataSet& set, const Parts& parts) {
  const bool seeded = config.subset == config::Subset::random || !parts.val.empty();
  const std::string key = fmt::format(
      "{} {} {} {} {} {} {} {} {}", config::name_of(config.name), parts.train.size(), parts.val.size(),
      parts.test.size(), config::name_of(config.subset), config::name_of(config.test_from),
      config::name_of(config.normalize), config.shuffle_features, seeded ? seed : 0);
  if (auto found = inputs_[key].lock()) return found;

  const std::int64_t features = config::data_facts(config.name).features;
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
  if (!sets_.contains(config.name)) sets_[config.name] = read_embedded(config.name, data_folder());
  const DataSet& set = sets_[config.name];
  const config::DataFacts& facts = config::data_facts(config.name);

  const Parts parts = choose_parts(config, set.train.y, facts.classes, seed);
  const auto shared = inputs(config, seed, set, parts);
  const auto part = [&](config::Split split, const std::vector<float>& x, const std::vector<std::int32_t>& y,
                        const std::vector<std::int32_t>& indices) -> Part {
    std::vector<std::int32_t> labels = gather(y, indices);
    add_label_noise(config.label_noise, split, facts.classes, seed, labels);
    return {std::ssize(indices), {shared, &x}, std::move(labels)};
  };
  const auto& test_y = config::tests_on_rest(config) ? set.train.y : set.test.y;
  return {facts.features, facts.classes, part(config::Split::train, shared->train, set.train.y, parts.train),
          part(config::Split::val, shared->val, set.train.y, parts.val),
          part(config::Split::test, shared->test, test_y, parts.test)};
}

std::filesystem::path data_folder() {
  return core::program_folder().parent_path() / "share/descent/experiments/data";
}

}  // namespace descent::data
