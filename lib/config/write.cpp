#include "config/write.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "config/slots.h"
#include "config/source.h"
#include "core/files.h"
#include "core/sha256.h"
#include "formats/idx.h"

namespace descent::config {
namespace fs = std::filesystem;

namespace {

// A key tree that is built once and shows one experiment after another.
class View {
 public:
  struct Leaf {
    std::string path;
    Key* key;
    std::string initial_text, default_text;  // the initial value in the struct, the default of an experiment
  };

  View() : keys_(describe(experiment_)) {
    for_each_key(keys_, [&](const std::string& path, Key& key) {
      if (!key.is_section()) leaves_.push_back({path, &key, compact(to_json(key)), compact(default_of(key))});
    });
  }

  const std::vector<Leaf>& leaves(const Experiment& experiment) {
    experiment_ = experiment;
    return leaves_;
  }

 private:
  Experiment experiment_;
  std::vector<Key> keys_;
  std::vector<Leaf> leaves_;
};

// Gives experiments with equal numbers equal keys: resolves the engine and the subset, and removes the number of the
// GPU. The former defaults, the fused engine and the subset "first", become the initial values, which are not hashed.
Experiment canonical(Experiment e) {
  e.engine = chosen_engine(e) == EngineKind::fused ? EngineKind::automatic : EngineKind::torch;
  e.device.index = -1;
  if (e.data.subset = chosen_subset(e.data); e.data.subset == Subset::first) e.data.subset = Subset::automatic;
  return e;
}

// When the file is read again, its keys count as given: a default must have an effect at all points to be written,
// other values at one point.
bool is_written(const View::Leaf& leaf, const std::string& text, const Document& document) {
  if (text == "null") return false;
  if (std::ranges::any_of(document.factors, [&](const auto& factor) { return lies_in(leaf.path, factor); }))
    return false;
  const auto has_effect = [&](const Experiment& point) { return leaf.key->has_effect(point); };
  return text == leaf.default_text ? std::ranges::all_of(document.points, has_effect)
                                   : std::ranges::any_of(document.points, has_effect);
}

Json sweep_json(const Document& document) {
  Json branches = Json::array();
  for (const Assignment& assignment : document.assignments) {
    Json& branch = branches.emplace_back(Json::object());
    for (std::size_t i = 0; i < assignment.size(); ++i)
      branch[document.factors[i]] = Json::array({Json::parse(assignment[i])});
  }
  return branches;
}

// Bounds on the cost of any file.
constexpr std::int64_t max_examples = std::int64_t{1} << 40, max_numbers = std::int64_t{1} << 24;

fs::path absolute_path(const fs::path& path) { return fs::absolute(path).lexically_normal(); }

// `path` relative to `folder`, both absolute, if they share more than the root: it stays valid when their common folder
// is moved.
std::string relative_path(const fs::path& folder, const fs::path& path) {
  const auto mismatch = std::ranges::mismatch(folder, path);
  const bool apart = std::ranges::distance(folder.begin(), mismatch.in1) < 2;
  return (apart ? path : path.lexically_relative(folder)).string();
}

// Checksum of an experiment.json without the checksum itself.
std::string results_checksum(Json root) {
  root[std::string(results_key)].erase("sha256");
  return core::sha256(compact(root));
}

Json facts_json(const Data& data, const fs::path& folder) {
  const DataFacts facts = data_facts(data);
  const std::vector<std::string> sums = checksums(facts);
  Json files = Json::array();
  for (std::size_t i = 0; i < sums.size(); ++i)
    files.push_back({{"file", facts.files[i].lexically_relative(data.path).string()}, {"sha256", sums[i]}});
  const auto [channels, height, width] = facts.stored;
  return {{"name", name_of(data.name)},
          {"path", relative_path(folder, data.path)},
          {"reading", reading_options_key(data)},
          {"version", facts.version},
          {"train_size", facts.train_size},
          {"test_size", facts.test_size},
          {"shape", {channels, height, width}},
          {"classes", facts.classes},
          {"outputs", facts.outputs},
          {"files", std::move(files)}};
}

std::int64_t bounded_number(const Json& value, std::int64_t least, std::int64_t most) {
  const auto number = value.is_number_integer() ? value.get<std::int64_t>() : least - 1;
  if (number < least || number > most) throw core::InputError(fmt::format("{} is out of range", compact(value)));
  return number;
}

// Returns an entry of Provenance::facts.
std::pair<std::string, std::shared_ptr<const DataFacts>> read_facts(const Json& record, const fs::path& folder) {
  const auto text = [&](const char* key) { return record.at(key).get<std::string>(); };
  const std::string path = (folder / text("path")).lexically_normal();
  const auto size = [&](std::size_t axis) { return bounded_number(record.at("shape").at(axis), 1, max_numbers); };
  DataFacts facts{{.train_size = bounded_number(record.at("train_size"), 0, max_examples),
                   .test_size = bounded_number(record.at("test_size"), 0, max_examples),
                   .stored = {size(0), size(1), size(2)},
                   .classes = bounded_number(record.at("classes"), 0, max_numbers),
                   .outputs = bounded_number(record.at("outputs"), 1, max_numbers),
                   .version = static_cast<int>(bounded_number(record.at("version"), 0, max_numbers))}};
  if (facts.stored.channels * facts.stored.height > max_numbers || facts.stored.features() > max_numbers)
    throw core::InputError("the examples are too large");
  for (const Json& file : record.at("files")) {
    facts.files.push_back((path / fs::path(file.at("file").get<std::string>())).lexically_normal());
    if (!facts.files.back().has_filename()) facts.files.back() = path;  // "." if the path is a file
    facts.sha256.push_back(file.at("sha256").get<std::string>());
  }
  return {fmt::format("{}\n{}\n{}", text("name"), path, text("reading")),  // source_key()
          std::make_shared<const DataFacts>(std::move(facts))};
}

// The original experiment file of the results in `folder`; empty if unknown.
fs::path owner_of(const fs::path& folder) try {
  const std::string file = folder / resolved_file;
  std::vector<core::Problem> problems;
  Positions positions;
  const Json root = parse_json(core::read_regular_file(file, max_file_bytes), file, problems, positions);
  return root.is_object() && root.contains(results_key) ? provenance_of(root, file).file : fs::path();
} catch (const core::InputError&) {  // missing or damaged: will be written again
  return {};
}

}  // namespace

std::string write_document(const Document& document) {
  View view;
  Source source;
  for (const View::Leaf& leaf : view.leaves(document.base)) {
    const Json value = to_json(*leaf.key);
    if (is_written(leaf, compact(value), document)) source.set(leaf.path, value);
  }
  if (!document.factors.empty()) source.root["sweep"] = sweep_json(document);
  return pretty(source.root);
}

std::string section_json(const Experiment& experiment, std::string_view section) {
  View view;
  Json members = Json::object();
  for (const View::Leaf& leaf : view.leaves(experiment))
    if (Json value = to_json(*leaf.key); lies_in(leaf.path, section) && leaf.key->changes_numbers &&
                                         leaf.key->has_effect(experiment) && !value.is_null())
      members[leaf.path.substr(section.size() + 1)] = std::move(value);
  return compact(members);
}

std::string identity(const Experiment& experiment) {
  thread_local View view;
  Json changed = Json::object();
  for (const View::Leaf& leaf : view.leaves(canonical(experiment))) {
    if (!leaf.key->changes_numbers || !leaf.key->has_effect(experiment)) continue;
    Json value = to_json(*leaf.key);
    if (compact(value) != leaf.initial_text) changed[leaf.path] = std::move(value);
  }
  return compact(changed);
}

void Provenance::resolve(Data& data) const {
  if (data.name == DataName::fashion_mnist && data.path.empty()) data.path = formats::fashion_mnist_folder;
  if (data.path.empty()) return;
  data.path = (file.parent_path() / data.path).lexically_normal();
  if (const auto found = facts.find(source_key(data)); found != facts.end()) data.recorded = found->second;
}

Provenance provenance_of(const Json& root, const std::string& file) {
  if (!root.contains(results_key)) return {absolute_path(file)};
  const auto refuse = [&](const std::string& message) {
    return core::InputError({{.file = file, .path = std::string(results_key), .message = message}});
  };
  const Json& results = root.at(results_key);
  if (!results.is_object() || results.value("sha256", Json()) != results_checksum(root))
    throw refuse(
        "the file was modified after Descent wrote it (wrong checksum): `descent run` with the original experiment "
        "file "
        "restores it; to train a modified copy, remove this key");
  try {
    Provenance origin{
        (absolute_path(file).parent_path() / results.at("experiment").get<std::string>()).lexically_normal()};
    for (const Json& record : results.at("data")) origin.facts.insert(read_facts(record, origin.file.parent_path()));
    return origin;
  } catch (const nlohmann::json::exception&) {
    throw refuse("cannot be read; `descent run` with the original experiment file writes it again");
  } catch (const core::InputError& error) {
    throw refuse(error.what());
  }
}

std::string write_resolved(const Document& document, const fs::path& folder) {
  const fs::path origin = document.origin, around = origin.parent_path();
  Json root = Json::parse(write_document(document));
  if (const Json::json_pointer path("/data/path"); root.contains(path))
    root[path] = relative_path(around, document.base.data.path);
  std::set<std::string> seen;
  Json data = Json::array();
  for (const Experiment& point : document.points)
    if (needs_path(point.data.name) && seen.insert(source_key(point.data)).second)
      data.push_back(facts_json(point.data, around));
  Json& results = root[std::string(results_key)];
  results = {{"experiment", relative_path(absolute_path(folder), origin)}, {"data", std::move(data)}};
  results["sha256"] = results_checksum(root);
  return pretty(root);
}

void check_owner(const fs::path& folder, const Document& document) {
  const fs::path owner = owner_of(folder);
  std::error_code error;
  if (owner.empty() || !fs::exists(owner, error) || fs::equivalent(owner, document.origin, error) || error) return;
  throw core::InputError(
      {{.file = document.file,
        .message = fmt::format("{0} contains results of another experiment file, {1}; choose another "
                               "folder with --out DIR or another name with --set name=NAME, or, to "
                               "use these results for {2}, remove {0}/{3}",
                               folder.string(), owner.string(), document.file, resolved_file)}});
}

}  // namespace descent::config
