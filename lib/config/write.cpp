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

// A key tree to look at one experiment after another without building it again.
class View {
 public:
  struct Leaf {
    std::string path;
    Key* key;
    std::string initial_text, default_text;  // of the struct, of an experiment
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

// An engine by whatever name it was chosen, and a GPU whichever of several, give the same numbers. Fused is the
// default, so that it is not written; nor is the subset "first", which was the default of all data.
Experiment numbers_of(Experiment e) {
  e.engine = chosen_engine(e) == EngineKind::fused ? EngineKind::automatic : EngineKind::torch;
  e.device.index = -1;
  if (e.data.subset = chosen_subset(e.data); e.data.subset == Subset::first) e.data.subset = Subset::automatic;
  return e;
}

// A default that is written counts as given when the file is read again, so it must have an effect
// everywhere; what the user gave needs one somewhere.
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

// Limits that keep any file cheap.
constexpr std::int64_t most_examples = std::int64_t{1} << 40, most_numbers = std::int64_t{1} << 24;

fs::path whole(const fs::path& path) { return fs::absolute(path).lexically_normal(); }

// `path` as seen from `folder`, both absolute, where they have more than the root in common: it stays right when the
// folder around both moves.
std::string seen_from(const fs::path& folder, const fs::path& path) {
  const auto mismatch = std::ranges::mismatch(folder, path);
  const bool apart = std::ranges::distance(folder.begin(), mismatch.in1) < 2;
  return (apart ? path : path.lexically_relative(folder)).string();
}

// Of all but itself.
std::string checksum_of(Json root) {
  root[std::string(results_key)].erase("sha256");
  return core::sha256(compact(root));
}

Json written(const Data& data, const fs::path& folder) {
  const DataFacts facts = data_facts(data);
  const std::vector<std::string> sums = checksums(facts);
  Json files = Json::array();
  for (std::size_t i = 0; i < sums.size(); ++i)
    files.push_back({{"file", facts.files[i].lexically_relative(data.path).string()}, {"sha256", sums[i]}});
  const auto [channels, height, width] = facts.stored;
  return {{"name", name_of(data.name)},         {"path", seen_from(folder, data.path)},
          {"reading", reading_key(data)},       {"version", facts.version},
          {"train_size", facts.train_size},     {"test_size", facts.test_size},
          {"shape", {channels, height, width}}, {"classes", facts.classes},
          {"outputs", facts.outputs},           {"files", std::move(files)}};
}

std::int64_t number_of(const Json& value, std::int64_t least, std::int64_t most) {
  const auto number = value.is_number_integer() ? value.get<std::int64_t>() : least - 1;
  if (number < least || number > most) throw core::InputError(fmt::format("{} is out of bounds", compact(value)));
  return number;
}

// A member of Origin::facts.
std::pair<std::string, std::shared_ptr<const DataFacts>> read_facts(const Json& record, const fs::path& folder) {
  const auto text = [&](const char* key) { return record.at(key).get<std::string>(); };
  const std::string path = (folder / text("path")).lexically_normal();
  const auto size = [&](std::size_t axis) { return number_of(record.at("shape").at(axis), 1, most_numbers); };
  DataFacts facts{{.train_size = number_of(record.at("train_size"), 0, most_examples),
                   .test_size = number_of(record.at("test_size"), 0, most_examples),
                   .stored = {size(0), size(1), size(2)},
                   .classes = number_of(record.at("classes"), 0, most_numbers),
                   .outputs = number_of(record.at("outputs"), 1, most_numbers),
                   .version = static_cast<int>(number_of(record.at("version"), 0, most_numbers))}};
  if (facts.stored.channels * facts.stored.height > most_numbers || facts.stored.features() > most_numbers)
    throw core::InputError("its examples are too large");
  for (const Json& file : record.at("files")) {
    facts.files.push_back((path / fs::path(file.at("file").get<std::string>())).lexically_normal());
    if (!facts.files.back().has_filename()) facts.files.back() = path;  // "." of a file
    facts.sha256.push_back(file.at("sha256").get<std::string>());
  }
  return {fmt::format("{}\n{}\n{}", text("name"), path, text("reading")),  // source_key()
          std::make_shared<const DataFacts>(std::move(facts))};
}

// The file that the results in `folder` are of; empty where nothing says so.
fs::path owner_of(const fs::path& folder) try {
  const std::string file = folder / resolved_file;
  std::vector<core::Problem> problems;
  Positions positions;
  const Json root = parse_json(core::read_regular_file(file, most_file_bytes), file, problems, positions);
  return root.is_object() && root.contains(results_key) ? origin_of(root, file).file : fs::path();
} catch (const core::InputError&) {  // missing, or damaged: the next training writes it again
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
  for (const View::Leaf& leaf : view.leaves(numbers_of(experiment))) {
    if (!leaf.key->changes_numbers || !leaf.key->has_effect(experiment)) continue;
    Json value = to_json(*leaf.key);
    if (compact(value) != leaf.initial_text) changed[leaf.path] = std::move(value);
  }
  return compact(changed);
}

void Origin::resolve(Data& data) const {
  if (data.name == DataName::fashion_mnist && data.path.empty()) data.path = formats::fashion_mnist_folder;
  if (data.path.empty()) return;
  data.path = (file.parent_path() / data.path).lexically_normal();
  if (const auto found = facts.find(source_key(data)); found != facts.end()) data.recorded = found->second;
}

Origin origin_of(const Json& root, const std::string& file) {
  if (!root.contains(results_key)) return {whole(file)};
  const auto refuse = [&](const std::string& message) {
    return core::InputError({{.file = file, .path = std::string(results_key), .message = message}});
  };
  const Json& results = root.at(results_key);
  if (!results.is_object() || results.value("sha256", Json()) != checksum_of(root))
    throw refuse(
        "not the file that Descent wrote (the checksum is wrong): `descent run` with the experiment file writes it "
        "again; to train a changed copy, remove this key");
  try {
    Origin origin{(whole(file).parent_path() / results.at("experiment").get<std::string>()).lexically_normal()};
    for (const Json& record : results.at("data")) origin.facts.insert(read_facts(record, origin.file.parent_path()));
    return origin;
  } catch (const nlohmann::json::exception&) {
    throw refuse("cannot be read; `descent run` with the experiment file writes it again");
  } catch (const core::InputError& error) {
    throw refuse(error.what());
  }
}

std::string write_resolved(const Document& document, const fs::path& folder) {
  const fs::path origin = document.origin, around = origin.parent_path();
  Json root = Json::parse(write_document(document));
  if (const Json::json_pointer path("/data/path"); root.contains(path))
    root[path] = seen_from(around, document.base.data.path);
  std::set<std::string> seen;
  Json data = Json::array();
  for (const Experiment& point : document.points)
    if (needs_path(point.data.name) && seen.insert(source_key(point.data)).second)
      data.push_back(written(point.data, around));
  Json& results = root[std::string(results_key)];
  results = {{"experiment", seen_from(whole(folder), origin)}, {"data", std::move(data)}};
  results["sha256"] = checksum_of(root);
  return pretty(root);
}

void check_owner(const fs::path& folder, const Document& document) {
  const fs::path owner = owner_of(folder);
  std::error_code error;
  if (owner.empty() || !fs::exists(owner, error) || fs::equivalent(owner, document.origin, error) || error) return;
  throw core::InputError({{.file = document.file,
                           .message = fmt::format("{0} holds results of another experiment file, {1}; choose another "
                                                  "folder with --out DIR or another name with --set name=NAME, or, if "
                                                  "these results shall belong to {2} from now on, remove {0}/{3}",
                                                  folder.string(), owner.string(), document.file, resolved_file)}});
}

}  // namespace descent::config
