#include "config/check.h"
#include "config/data_facts.h"
#include "core/text.h"

namespace descent::config {
namespace {

constexpr std::string_view train_size = "data.train_size", test_size = "data.test_size", val_size = "data.val_size",
                           val_fraction = "data.val_fraction", test_fraction = "data.test_fraction",
                           test_from = "data.test_from";

// "3000 training + 1500 validation = 4500"
std::string sum_text(const SplitSizes& sizes, bool with_test) {
  std::string text = fmt::format("{} training", sizes.train);
  std::int64_t sum = sizes.train;
  if (sizes.val > 0) text += fmt::format(" + {} validation", sizes.val), sum += sizes.val;
  if (with_test) text += fmt::format(" + {} test", sizes.test), sum += sizes.test;
  return sum == sizes.train ? text : text + fmt::format(" = {}", sum);
}

// Returns false if the data cannot be used.
bool check_path(const Experiment& e, Conflicts& found) {
  const std::string_view path = "data.path";
  if (needs_path(e.data.name) && e.data.path.empty()) {
    found.add({path, "data.name"}, "the data \"{}\" need data.path", name_of(e.data.name));
    return false;
  }
  const std::string problem = data_facts(e.data).problem;
  if (!problem.empty()) found.add({path, "data.name"}, problem);
  return problem.empty();
}

// Returns false if the sizes are invalid, so that keys that depend on them cannot be checked.
bool check_sizes(const Experiment& e, Conflicts& found) {
  const Data& data = e.data;
  const DataFacts facts = data_facts(data);
  const std::string_view name = name_of(data.name);
  const bool rest = takes_test_from_pool(data);
  const auto fail = [&](std::vector<std::string_view> paths, std::string message) {
    for (const auto path :
         {train_size, val_size, val_fraction, test_size, test_fraction, test_from, std::string_view("data.name")})
      paths.push_back(path);
    found.add(std::move(paths), std::move(message));
    return false;
  };
  if (data.val_size && data.val_fraction) return fail({val_fraction}, "set either val_size or val_fraction");
  if (data.test_size && data.test_fraction) return fail({test_fraction}, "set either test_size or test_fraction");
  if (rest && facts.test_size > 0 && !data.test_size && !data.test_fraction && !data.train_size)
    return fail({test_from},
                "\"rest\" alone does not determine the sizes: set data.test_size or "
                "data.test_fraction, or data.train_size to test on the remaining examples");
  const SplitSizes sizes = split_sizes(data);
  const std::string_view val = data.val_size ? val_size : val_fraction;
  if (data.val_fraction.value_or(0) > 0 && sizes.val == 0)
    return fail({val}, fmt::format("gives no validation examples from {}", facts.train_size));
  if (!data.train_size && sizes.train < 1)
    return fail({sizes.val > 0 ? val : test_size},
                fmt::format("leaves no training examples of the {} in the training set of {}", facts.train_size, name));
  if (rest && !data.test_size && sizes.test < 1)
    return fail({data.train_size ? train_size : test_fraction},
                fmt::format("leaves no test examples of the {} of {}", facts.train_size, name));
  if (sizes.train + sizes.val + (rest ? sizes.test : 0) > facts.train_size)
    return fail({data.train_size  ? train_size
                 : sizes.val > 0  ? val
                 : data.test_size ? test_size
                                  : test_fraction},
                fmt::format("needs {} examples, but the training set of {} has {}",
                            sum_text(sizes, rest && (data.test_size || data.test_fraction)), name, facts.train_size));
  if (!rest && sizes.test > facts.test_size)
    return fail({test_size}, fmt::format("needs {} test examples, but {} has {}", sizes.test, name, facts.test_size));
  return true;
}

// Keys that need classes, for data with real targets.
void check_task(const Experiment& e, Conflicts& found) {
  const DataFacts facts = data_facts(e.data);
  if (facts.classes == 1)
    found.add({"data.name", "data.path"}, "all examples belong to the same class: there is nothing to learn");
  if (facts.classes > 0 || !facts.problem.empty()) return;
  const auto fail = [&](std::vector<std::string_view> paths, std::string_view what, std::string_view remedy) {
    paths.push_back("data.name");
    const bool is_table = facts.contents && !facts.contents->label.empty();
    found.add(std::move(paths), "{} needs classes, but {} has real targets; {}", what,
              is_table ? "column " + core::quoted(facts.contents->label) : std::string(name_of(e.data.name)), remedy);
  };
  if (e.train.loss.kind == LossKind::cross_entropy)
    fail({"train.loss", "train.loss.kind"}, "the loss \"cross_entropy\"", "use \"mse\"");
  if (e.data.label_noise.rate > 0)
    fail({"data.label_noise", "data.label_noise.rate"}, "label noise", "use data.generator.noise");
  const Monitor monitor = e.train.early_stopping.monitor;
  if (monitor == Monitor::val_error || monitor == Monitor::train_error)
    fail({"train.early_stopping", "train.early_stopping.monitor"}, fmt::format("\"{}\"", name_of(monitor)),
         monitor == Monitor::val_error ? "use \"val_loss\"" : "use \"train_loss\"");
}

}  // namespace

bool check_data(const Experiment& e, Conflicts& found) {
  const bool sizes_fit = check_path(e, found) && check_sizes(e, found);
  const auto& [smallest, largest] = e.data.generator.eigenvalues;
  if (smallest > largest) found.add({"data.generator.eigenvalues"}, "must be in ascending order");
  check_task(e, found);
  return sizes_fit;
}

std::vector<std::string_view> keys_varying_test_examples(const Data& data) {
  std::vector<std::string_view> keys;
  if (takes_test_from_pool(data) && chosen_subset(data) != Subset::first && !data.split_seed)
    keys.push_back("data.subset");
  if (data.label_noise.on_test && data.label_noise.rate > 0) keys.push_back("data.label_noise.on_test");
  if (is_generated(data.name) && data.generator.redraw == Redraw::all) keys.push_back("data.generator.redraw");
  return keys;
}

}  // namespace descent::config
