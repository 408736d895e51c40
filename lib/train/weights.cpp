#include "train/weights.h"

#include <map>
#include <nlohmann/json.hpp>

#include "config/data_facts.h"
#include "config/write.h"
#include "store/results.h"

namespace descent::train {
namespace {

using Json = nlohmann::ordered_json;

// From the data set, otherwise the class numbers.
Json class_names(const config::Data& data, std::int64_t classes) {
  const config::DataFacts facts = config::data_facts(data);
  if (facts.contents) return facts.contents->class_names;
  Json names = Json::array();
  for (std::int64_t k = 0; k < classes; ++k) names.push_back(std::to_string(k));
  return names;
}

formats::Metadata metadata_of(const plan::Plan& plan, std::size_t run, const data::RunData& data) {
  const config::Experiment& experiment = plan.experiment(run);
  formats::Metadata metadata{{"experiment", plan.name},
                             {"run", plan.runs[run].id()},
                             {"seed", std::to_string(plan.runs[run].seed)},
                             {"architecture", config::section_json(experiment, "model")},
                             {"input_shape", Json{data.shape.channels, data.shape.height, data.shape.width}.dump()}};
  metadata["normalization"] = config::name_of(experiment.data.normalize);
  if (experiment.data.normalize != config::Normalize::none)
    metadata.merge(formats::metadata_of(*data.scaling, "input"));
  if (!data.target_scaling.scale.empty()) metadata.merge(formats::metadata_of(data.target_scaling, "target"));
  if (data.classes > 0) metadata["classes"] = class_names(experiment.data, data.classes).dump();
  return metadata;
}

}  // namespace

void save_weights(const std::filesystem::path& file, const plan::Plan& plan, std::size_t run, const data::RunData& data,
                  const std::vector<engine::NamedTensor>& tensors) {
  std::map<std::string, at::Tensor> by_name;
  for (const engine::NamedTensor& tensor : tensors) by_name.emplace(tensor.name, tensor.values);
  std::vector<store::TensorView> views;
  for (const auto& [name, values] : by_name) {
    const auto count = static_cast<std::size_t>(values.numel());
    if (values.scalar_type() == at::kDouble)
      views.push_back({name, values.sizes().vec(), std::span(values.const_data_ptr<double>(), count)});
    else views.push_back({name, values.sizes().vec(), std::span(values.const_data_ptr<float>(), count)});
  }
  store::write_weights(file, views, metadata_of(plan, run, data));
}

}  // namespace descent::train
