// descent export: trained networks and curves for other programs.

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "config/data_facts.h"
#include "core/error.h"
#include "core/files.h"
#include "data/data.h"
#include "descent/commands.h"
#include "formats/safetensors.h"
#include "formats/scaling.h"
#include "plan/export/onnx.h"
#include "plan/export/python.h"

namespace descent {
namespace fs = std::filesystem;

namespace {

int export_curves(const Target& target, const Options& options) {
  const fs::path file = options.file_out;
  if (file.extension() != ".csv" && file.extension() != ".npz")
    throw core::InputError(fmt::format("{}: the file name must end with .csv or .npz", options.file_out));
  core::make_folder(file.parent_path());
  write_curves(target, options, file);
  fmt::print("{}\n", options.file_out);
  return 0;
}

int export_events(const Target& target, const Options& options) {
  write_events(target, options, options.to);
  fmt::print("tensorboard --logdir {}\n", options.to);
  return 0;
}

std::size_t chosen_run(const Target& target, const Options& options) {
  const std::vector<std::size_t> points = selected_points(target, options);
  const auto matches = [&](const plan::Run& run) {
    return run.hash.starts_with(options.run_id) && run.seed == options.seed.value_or(run.seed) &&
           std::ranges::find(points, run.point) != points.end();
  };
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < target.plan.runs.size(); ++i)
    if (matches(target.plan.runs[i])) found.push_back(i);
  const std::string summary = (target.results.folder() / "summary.csv").string();
  if (found.empty()) throw core::InputError(fmt::format("no run matches; see the column `run` of {}", summary));
  if (found.size() > 1)
    throw core::InputError(fmt::format(
        "{} runs match; select a point after ':' and a --seed, or a run from the column `run` of {} by --run",
        found.size(), summary));
  return found.front();
}

// The file of the weights of a run; throws InputError if they were not saved.
fs::path weights_file(const Target& target, std::size_t run) {
  const fs::path file = target.results.weights_file(target.plan.runs[run]);
  std::error_code error;
  if (fs::exists(file, error)) return file;
  const std::vector<std::size_t> missing = target.results.missing();
  const bool finished = std::ranges::find(missing, run) == missing.end();
  throw core::InputError(
      fmt::format("{}: the weights of this run {}; descent run {} --save-weights trains it{} and saves them",
                  file.string(), finished ? "were not saved" : "do not exist yet", target.document.file,
                  finished ? " again, with the same results," : ""));
}

// The scaling of inputs and targets, from the file of weights or, for those of earlier versions, from the data.
formats::Scalings scalings_of(const config::Experiment& experiment, std::int64_t seed, const fs::path& weights) {
  const bool inputs = experiment.data.normalize != config::Normalize::none, targets = experiment.data.normalize_targets;
  const auto texts = formats::read_safetensors_metadata(weights);
  const config::DataFacts facts = config::data_facts(experiment.data);
  const auto stored = [&](bool wanted, const char* of, std::int64_t size) -> std::optional<formats::Scaling> {
    if (!wanted) return formats::Scaling{};
    const auto scaling = formats::scaling_from_metadata(texts, of);
    return scaling && std::ssize(scaling->shift) == size ? scaling : std::nullopt;
  };
  const auto of_inputs = stored(inputs, "input", facts.shape.features());
  const auto of_targets = stored(targets, "target", facts.outputs);
  if (of_inputs && of_targets) return {*of_inputs, *of_targets};
  const data::RunData data = data::Loader().load(experiment.data, seed);
  return {*data.scaling, data.target_scaling};
}

// "Network of the experiment trial: model.width=48, seed 3, run 0123456789abcdef"
std::string title_of(const Target& target, std::size_t run) {
  const plan::Plan& plan = target.plan;
  std::string title = "Network of the experiment " + plan.name + ": ";
  for (std::size_t i = 0; i < plan.factors.size(); ++i)
    title += fmt::format("{}={}, ", plan.factors[i], plan.points[plan.runs[run].point].values[i]);
  title += fmt::format("seed {}, run {}", plan.runs[run].seed, plan.runs[run].id());
  std::ranges::replace(title, '"', '\'');  // it becomes a Python string
  std::ranges::replace(title, '\\', '/');
  return title;
}

// A name for files that is a valid Python module: "trial_01234567".
std::string stem_of(const plan::Plan& plan, std::size_t run) {
  std::string stem = plan.name + "_" + plan.runs[run].hash.substr(0, 8);
  for (char& c : stem)
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  return stem;
}

int export_model(const Target& target, const Options& options) {
  const std::size_t run = chosen_run(target, options);
  const fs::path weights = weights_file(target, run), folder = options.to;
  const config::Experiment& experiment = target.plan.experiment(run);
  const formats::Scalings scalings = scalings_of(experiment, target.plan.runs[run].seed, weights);
  const std::string stem = stem_of(target.plan, run), title = title_of(target, run);
  std::vector<std::pair<fs::path, std::string>> files;  // the first is written after all were generated
  for (const std::string& format : options.formats) {
    const fs::path file = folder / (stem + (format == "python" ? ".py" : "." + format));
    if (format == "safetensors") files.emplace_back(file, core::read_file(weights));
    if (format == "python")
      files.emplace_back(file, plan::python_source(experiment, scalings, title, stem + ".safetensors"));
    if (format == "onnx") files.emplace_back(file, plan::onnx_model(experiment, scalings, title, weights));
  }
  core::make_folder(folder);
  for (const auto& [file, bytes] : files) {
    core::write_file_atomically(file, bytes);
    fmt::print("{}\n", file.string());
  }
  return 0;
}

}  // namespace

int export_results(Options& options) {
  const Target target = open_target(split_selection(options.file).target, options);
  warn(target.results);
  if (options.what == "curves") return export_curves(target, options);
  if (options.what == "tensorboard") return export_events(target, options);
  return export_model(target, options);
}

}  // namespace descent
