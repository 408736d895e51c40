#include "config/keys.h"

#include <algorithm>

#include "config/declare.h"

namespace descent::config {
namespace {

std::vector<Key> describe(Probes& p) {
  const Condition probed{[](E e) { return !e.probes.names.empty(); }, "without probes.names"};
  return {
      key("names", &p.names, "quantities to measure inside the network, written to probes.csv; absent: none"),
      key("at", &p.at, "when to measure", when(probed),
          when([](E e) { return e.probes.steps.empty(); }, "with probes.steps")),
      key("steps", &p.steps,
          "steps after which to measure, in ascending order, instead of \"at\"; 0 is the initialization", at_least(0),
          when(probed)),
  };
}

std::vector<Key> describe(Ensemble& e) {
  return {
      key("of", &e.of, "networks whose predictions are averaged; implies record.predictions", cosmetic),
      key("sizes", &e.sizes, "numbers of members, in ascending order; absent: 1 and all", within(1, 1e6), cosmetic,
          when([](E e) { return e.ensemble.of != EnsembleOf::none; }, "without ensemble.of")),
  };
}

}  // namespace

void Key::when(const Condition& condition) {
  if (auto* section = std::get_if<Section>(&slot))  // at the front: conditions of the section are reported first
    for_each_key(section->keys, [&](const std::string&, Key& inner) {
      if (!inner.is_section()) inner.conditions.insert(inner.conditions.begin(), condition);
    });
  else conditions.push_back(condition);
}

const Condition* Key::unmet_condition(const Experiment& experiment) const {
  const auto unmet = std::ranges::find_if(conditions, [&](const Condition& c) { return !c.applies(experiment); });
  return unmet == conditions.end() ? nullptr : &*unmet;
}

std::vector<Key> describe(Experiment& e) {
  return {
      key("name", &e.name, "name of the results folder; absent: the name of the file", cosmetic),
      key("description", &e.description, "what the experiment shows", cosmetic),
      key("seeds", seeds(&e.seeds), "number of seeds (0, 1, ...) or a list of seeds; every point runs with each",
          at_least(0), cosmetic),
      key("engine", &e.engine, "implementation that trains the networks"),
      key("device", &e.device, "device used for training"),
      key("precision", &e.precision, "floating-point precision of training"),
      key("checkpoint_seconds", &e.checkpoint_seconds, "minimum time between two checkpoints of a run [s]",
          within(0, 86400), cosmetic),
      section("data", describe(e.data), "name", "data set and its splits"),
      section("model", describe(e.model), "", "the network"),
      section("train", describe(e.train), "", "how the network is trained"),
      section(
          "predict",
          {key("dropout_samples", &e.predict.dropout_samples,
               "dropout masks whose predictions are averaged in every evaluation (Gal and Ghahramani 2016); 0: one "
               "pass without dropout",
               within(0, 10'000), when([](E e) { return e.model.dropout.rate > 0; }, "without model.dropout.rate"))},
          "", "how a trained network predicts"),
      section("record",
              {key("predictions", &e.record.predictions,
                   "record the final predictions on the test examples: predictions.npy")},
              "", "what to record in addition to the learning curves"),
      section("ensemble", describe(e.ensemble), "of", "averaged predictions of several networks: ensembles.csv",
              cosmetic),
      key("bias_variance", &e.bias_variance,
          "bias and variance over seeds on the test examples: bias_variance.csv; implies record.predictions", cosmetic),
      section("probes", describe(e.probes), "names",
              "quantities to measure inside the network; do not affect training"),
      key("claims", objects(e.claims, "claims", {"says", "that"}), "expected results, tested by descent verify",
          cosmetic),
      key("plots", objects(e.plots, "plots"), "charts to add to the report, and changes to its automatic charts",
          cosmetic),
  };
}

std::vector<Key> describe(Claim& c) {
  return {
      key("says", &c.says, "the claim as a sentence", cosmetic),
      key("that", &c.that, "the claim as an expression over the results; see descent explain claims", cosmetic),
      key("reference", &c.reference, "paper and figure", cosmetic),
  };
}

std::vector<Key> describe(Plot& p) {
  return {
      key("metric", &p.metric,
          "column of summary.csv or curves.csv to draw in an additional chart; with the key chart, the automatic chart "
          "to change: error or loss; squared, error or cross_entropy for bias_variance; a probe for probes",
          cosmetic),
      key("over", &p.over,
          "horizontal axis: epoch, step or a factor; absent: a factor with at least three numbers, or epoch", cosmetic),
      key("by", &p.by, "factor shown by color; absent: automatic", cosmetic),
      key("where", &p.where, "points to draw, a selection as in claims; absent: all", cosmetic),
      key("title", &p.title, "title; absent: automatic", cosmetic),
      key("scale", &p.scale, "scale of the metric", cosmetic),
      key("chart", &p.chart, "automatic charts of the report whose scale or title to change, or which to remove",
          cosmetic),
      key("remove", &p.remove, "remove these charts", cosmetic),
  };
}

const std::vector<Key>& default_keys() {
  static Experiment defaults;
  static const std::vector<Key> keys = describe(defaults);
  return keys;
}

Key* find_key(std::vector<Key>& keys, std::string_view path) {
  const std::size_t dot = path.find('.');
  const auto found = std::ranges::find(keys, path.substr(0, dot), &Key::name);
  if (found == keys.end()) return nullptr;
  if (dot == path.npos) return &*found;
  auto* section = std::get_if<Section>(&found->slot);
  return section ? find_key(section->keys, path.substr(dot + 1)) : nullptr;
}

bool lies_in(std::string_view path, std::string_view section) {
  return path.starts_with(section) && (path.size() == section.size() || path[section.size()] == '.');
}

bool ends_with_name(std::string_view path, std::string_view name) {
  return path.ends_with(name) && (path.size() == name.size() || path[path.size() - name.size() - 1] == '.');
}

const Key* shorthand_of(const Key& key) {
  const auto* section = std::get_if<Section>(&key.slot);
  if (!section || section->shorthand.empty()) return nullptr;
  return &*std::ranges::find(section->keys, section->shorthand, &Key::name);
}

std::string section_abbreviated_by(const std::string& path) {
  const std::size_t last = path.rfind('.');
  const Key* section = last == path.npos ? nullptr : find_key(default_keys(), path.substr(0, last));
  const Key* abbreviated = section ? shorthand_of(*section) : nullptr;
  return abbreviated && abbreviated->name == path.substr(last + 1) ? path.substr(0, last) : "";
}

bool is_sweepable(const Key& key) { return key.changes_numbers && (!key.is_section() || shorthand_of(key)); }

}  // namespace descent::config
