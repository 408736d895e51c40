#include "config/read.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <regex>
#include <set>
#include <utility>

#include "config/check.h"
#include "config/slots.h"
#include "config/source.h"
#include "config/write.h"
#include "core/files.h"
#include "core/text.h"

namespace descent::config {
namespace {

constexpr std::size_t max_runs = 1'000'000;

std::string stem(const std::string& file) { return std::filesystem::path(file).stem().string(); }

void check_name(Experiment& experiment, const GivenKeys& given, Problems& problems) {
  const bool from_file = !given.contains("name");
  if (from_file) experiment.name = stem(problems.file());
  const std::string& name = experiment.name;
  if (std::ranges::count(problems.list(), "name", &core::Problem::path) > 0) return;
  if (std::regex_match(name.substr(0, max_name_length + 1), std::regex(std::string(name_pattern)))) return;
  const Position at = given.find(from_file ? "" : "name")->second;
  problems.add(
      at, "name",
      fmt::format("{}{} is not a valid folder name: use up to {} letters, digits, '.', '_' and '-', not starting "
                  "with '.'",
                  core::quoted(name), from_file ? ", from the name of the file," : "", max_name_length));
}

// The keys with a default value that is not the initial value in the struct.
class Defaults {
 public:
  explicit Defaults(std::vector<Key>& keys) {
    for_each_key(keys, [&](const std::string& path, Key& key) {
      if (!key.default_json.empty()) defaults_.push_back({path, &key, Json::parse(key.default_json)});
    });
  }

  // Sets the keys that have an effect and are not in `given`.
  void fill(const Experiment& experiment, const GivenKeys& given, Problems& problems) {
    GivenKeys ignored;
    const bool has_layers = given.contains("model.hidden") || experiment.model.depth == 0;
    for (const Default& entry : defaults_)
      if (!given.contains(entry.path) && entry.key->has_effect(experiment) &&
          !(has_layers && lies_in(entry.path, "model")))
        read_key(entry.value, "", entry.path, *entry.key, ignored, problems);
  }

 private:
  struct Default {
    std::string path;
    Key* key;
    Json value;
  };
  std::vector<Default> defaults_;
};

// Reads the points of a document and reports their problems, each problem once.
class PointReader {
 public:
  PointReader(Source source, const GivenKeys& given, const Sweep& sweep, const Provenance& origin, Problems& problems)
      : source_(std::move(source)), given_(given), sweep_(sweep), origin_(origin), problems_(problems),
        keys_(describe(point_)), defaults_(keys_) {
    for (const core::Problem& problem : problems.list()) unreadable_.insert(problem.path);
    for_each_key(keys_, [&](const std::string& path, const Key& key) {
      if (!key.conditions.empty()) conditional_.push_back({path, &key});
    });
  }

  void read(Document& document) {
    for (const std::vector<SweepValue>& values : sweep_.assignments) {
      if (problems_.full()) break;
      const GivenKeys given = read_point(values);
      Assignment assignment;
      for (std::size_t i = 0; i < values.size(); ++i)
        assignment.push_back(compact(resolved(sweep_.factors[i], values[i].json)));
      for (const Conflict& conflict : check(point_, given)) report(conflict, assignment, given, values);
      check_effects(assignment, given, values);
      document.points.push_back(point_);
      document.assignments.push_back(std::move(assignment));
    }
    for (const Conditional& key : conditional_)
      if (key.unmet) report(no_effect(key.path, *key.unmet), {}, given_, {});
    for (const auto& [text, reported] : reported_)  // a problem of all points is not due to the sweep: remove the label
      if (reported.times == sweep_.assignments.size() && reported.index < problems_.list().size()) {
        std::string& message = problems_.list()[reported.index].message;
        message.resize(message.size() - reported.label.size());
      }
  }

 private:
  // A key with conditions. If the file gives it, it must have an effect in at least one point; if the sweep gives it,
  // in every point.
  struct Conditional {
    std::string path;
    const Key* key;
    const Condition* unmet = nullptr;  // set as long as it has no effect in any point
    bool used = false;
  };

  // A reported conflict: its index in the list of problems, the number of points with it, and the label of the first.
  struct Reported {
    std::size_t index = SIZE_MAX, times = 0;
    std::string label{};
  };

  // Returns the keys that the point gives, with positions of no meaning. Ignores problems of single keys, which have
  // already been reported.
  GivenKeys read_point(const std::vector<SweepValue>& values) {
    for (std::size_t i = 0; i < values.size(); ++i) point_source_.set(sweep_.factors[i], values[i].json);
    point_ = {};
    Problems ignored(problems_.file(), point_source_);
    GivenKeys given{{"", {}}};
    read_section(point_source_.root, "", "", keys_, given, ignored, extra_keys);
    if (!given.contains("name")) point_.name = stem(problems_.file());
    origin_.resolve(point_.data);
    defaults_.fill(point_, given, ignored);
    return given;
  }

  // The position of a key of a point: in the sweep, or else of the key or the nearest section around it.
  Position position_in_file(const std::string& path, const std::vector<SweepValue>& values) const {
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (values[i].pointer.empty() || !lies_in(path, sweep_.factors[i])) continue;
      const std::string inside = pointer_of(path).substr(sweep_.factors[i].size() + 1);
      const bool found = source_.positions.contains(values[i].pointer + inside);
      return source_.at(found ? values[i].pointer + inside : values[i].pointer);
    }
    return given_.find(nearest_given(path, given_))->second;
  }

  // Resolves the device "auto", and the default of a factor that a branch of the sweep does not set.
  Json resolved(const std::string& path, const Json& value) const {
    const Key& key = *find_key(keys_, path);
    const bool is_default = path == "device" ? value == "auto" : value.is_null() && !key.default_json.empty();
    return is_default ? to_json(key) : value;
  }

  void check_effects(const Assignment& assignment, const GivenKeys& given, const std::vector<SweepValue>& values) {
    for (Conditional& key : conditional_) {
      if (!given.contains(key.path)) continue;
      const Condition* unmet = key.key->unmet_condition(point_);
      const bool swept = std::ranges::any_of(sweep_.factors, [&](const auto& f) { return lies_in(key.path, f); });
      if (swept && unmet) report(no_effect(key.path, *unmet), assignment, given, values);
      if (swept) continue;
      key.used |= !unmet;
      key.unmet = key.used ? nullptr : unmet;
    }
  }

  static Conflict no_effect(const std::string& path, const Condition& condition) {
    return {{path}, fmt::format("has no effect {}", condition.reason)};
  }

  void report(const Conflict& conflict, const Assignment& assignment, const GivenKeys& given,
              const std::vector<SweepValue>& values) {
    const std::string path(conflict.paths[0]);
    Reported& reported = reported_[path + ": " + conflict.message];
    if (++reported.times > 1) return;
    for (const std::string_view part : conflict.paths)
      for (const std::string& bad : unreadable_)
        if (!bad.empty() && (lies_in(part, bad) || lies_in(bad, part))) return;  // a consequence of a reported problem
    reported = {problems_.list().size(), 1, label(conflict, assignment)};
    problems_.add(position_in_file(nearest_given(path, given), values), path, conflict.message + reported.label);
  }

  // `path`, or the nearest section around it that is given.
  static std::string nearest_given(std::string path, const GivenKeys& given) {
    while (!given.contains(path)) path.resize(path.find('.') == path.npos ? 0 : path.rfind('.'));
    return path;
  }

  // True if a factor contributes to a conflict: it is named by it, or selects the kind of the section of its key.
  bool takes_part(const std::string& factor, const Conflict& conflict) const {
    const Key* key = find_key(keys_, factor);
    const Key* shorthand = key ? shorthand_of(*key) : nullptr;
    const bool chooses = key && choices_in(shorthand ? *shorthand : *key);
    const std::string section = shorthand ? factor : factor.substr(0, factor.rfind('.'));
    return conflict.message.find(factor) != std::string::npos ||
           std::ranges::any_of(conflict.paths, [&](std::string_view path) {
             return lies_in(path, factor) || (chooses && lies_in(path, section));
           });
  }

  // Identifies the point by the factors that contribute to the conflict; by all if none does, unless it is a problem of
  // the data files.
  std::string label(const Conflict& conflict, const Assignment& assignment) const {
    const auto is_named = [&](const std::string& factor) { return takes_part(factor, conflict); };
    const bool all = std::ranges::none_of(sweep_.factors, is_named) && conflict.paths[0] != "data.path";
    std::string text;
    for (std::size_t i = 0; i < assignment.size(); ++i)
      if (all || is_named(sweep_.factors[i]))
        text += (text.empty() ? " (at " : ", ") + sweep_.factors[i] + "=" + assignment[i];
    return text.empty() ? text : text + ")";
  }

  const Source source_;
  Source point_source_{source_.root, {}};  // without positions
  const GivenKeys& given_;
  const Sweep& sweep_;
  const Provenance& origin_;
  Problems& problems_;
  Experiment point_;
  std::vector<Key> keys_;
  Defaults defaults_;
  std::vector<Conditional> conditional_;
  std::set<std::string> unreadable_;
  std::map<std::string, Reported> reported_;
};

// The members of an ensemble of points must exist and have comparable predictions.
void check_ensemble_of_points(const Document& document, const GivenKeys& given, Problems& problems) {
  const Ensemble& ensemble = document.base.ensemble;
  if (ensemble.of != EnsembleOf::points || !problems.empty()) return;
  const auto fail = [&](std::string_view path, std::string message) {
    const auto at = given.find(path);
    problems.add(at == given.end() ? given.find("")->second : at->second, std::string(path), std::move(message));
  };
  const std::vector<Experiment>& points = document.points;
  const std::int64_t needed = ensemble.sizes.empty() ? 2 : ensemble.sizes.back(), count = std::ssize(points);
  if (needed > count)
    fail(ensemble.sizes.empty() ? "ensemble" : "ensemble.sizes",
         fmt::format("{} members need as many points of the sweep, which has {}", needed, count));
  if (!std::ranges::all_of(points, [&](const Experiment& e) {
        return e.train.loss.kind == points.front().train.loss.kind && e.data.name == points.front().data.name;
      }))
    fail("ensemble", "all points must have the same data and loss, so that their predictions can be averaged");
}

// Results that are computed from predictions need them recorded.
void record_predictions(Document& document) {
  if (!compares_predictions(document.base)) return;
  document.base.record.predictions = true;
  for (Experiment& point : document.points) point.record.predictions = true;
}

}  // namespace

Document read_document(const std::string& file, const Overrides& overrides, const FurtherCheck& further) {
  return read_document_text(core::read_file(file, max_file_bytes), file, overrides, further);
}

Document read_document_text(std::string_view text, const std::string& file, const Overrides& overrides,
                            const FurtherCheck& further) {
  Source source;
  Problems problems(file, source);
  source.root = parse_json(text, file, problems.list(), source.positions);
  if (!source.root.is_object()) {
    if (problems.empty()) problems.add(source.at(""), "", "expected an object: { ... }");
    problems.throw_if_any();
  }
  const Provenance origin = provenance_of(source.root, file);
  apply_overrides(source, overrides, problems);
  Document document{.file = file, .origin = origin.file};
  std::vector<Key> keys = describe(document.base);
  GivenKeys given{{"", source.at("")}};
  read_section(source.root, "", "", keys, given, problems, extra_keys);
  check_name(document.base, given, problems);
  origin.resolve(document.base.data);

  Sweep sweep = read_sweep(source, problems);
  GivenKeys decided = given;
  for (const std::string& factor : sweep.factors) decided.emplace(factor, Position{});
  Defaults(keys).fill(document.base, decided, problems);
  const std::size_t runs = sweep.assignments.size() * document.base.seeds.size();
  if (runs > max_runs) {
    problems.add("", "sweep",
                 fmt::format("{} points with {} seeds exceed the maximum of {} runs", sweep.assignments.size(),
                             document.base.seeds.size(), max_runs));
  } else {
    for (const char* shared : {"claims", "plots"}) source.root.erase(shared);  // not one copy per point
    PointReader(source, given, sweep, origin, problems).read(document);
  }
  check_ensemble_of_points(document, given, problems);
  document.factors = std::move(sweep.factors);
  const Position model = source.at("/model");
  document.in_model = {.file = file, .line = model.line, .column = model.column, .path = "model"};
  if (further) further(document, problems);
  problems.throw_if_any();
  record_predictions(document);
  return document;
}

}  // namespace descent::config
