#include "config/read.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
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

constexpr std::size_t most_runs = 1'000'000;

std::string stem(const std::string& file) { return std::filesystem::path(file).stem().string(); }

// As name_pattern has it.
bool is_name(std::string_view name) {
  constexpr std::string_view characters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
  return !name.empty() && std::ssize(name) <= longest_name && name[0] != '.' &&
         name.find_first_not_of(characters) == name.npos;
}

void check_name(Experiment& experiment, const Given& given, Problems& problems) {
  const bool from_file = !given.contains("name");
  if (from_file) experiment.name = stem(problems.file());
  const std::string& name = experiment.name;
  const auto unreadable = [](const core::Problem& problem) { return problem.path == "name"; };
  if (std::ranges::any_of(problems.list(), unreadable)) return;
  if (is_name(name)) return;
  const Position at = given.find(from_file ? "" : "name")->second;
  problems.add(
      at, "name",
      fmt::format("{}{} is not a valid folder name: use up to {} letters, digits, '.', '_' and '-', not starting "
                  "with '.'",
                  core::quoted(name), from_file ? ", from the name of the file," : "", longest_name));
}

// The keys whose default an experiment gets here, where it does not give them.
class OpenKeys {
 public:
  explicit OpenKeys(std::vector<Key>& keys) {
    for_each_key(keys, [&](const std::string& path, Key& key) {
      if (!key.default_json.empty()) open_.push_back({path, &key, Json::parse(key.default_json)});
    });
  }

  // `given` names what the file and, for the base, the sweep decide.
  void fill(const Experiment& experiment, const Given& given, Problems& problems) {
    Given ignored;
    const bool has_layers = given.contains("model.hidden") || experiment.model.depth == 0;  // perhaps none
    for (const Open& open : open_)
      if (!given.contains(open.path) && open.key->has_effect(experiment) &&
          !(has_layers && lies_in(open.path, "model")))
        read_key(open.value, "", open.path, *open.key, ignored, problems);
  }

 private:
  struct Open {
    std::string path;
    Key* key;
    Json value;
  };
  std::vector<Open> open_;
};

// Builds the points of a document and reports what is wrong with each, the same only once.
class Points {
 public:
  Points(Source source, const Given& given, const Sweep& sweep, const Origin& origin, Problems& problems)
      : source_(std::move(source)), given_(given), sweep_(sweep), origin_(origin), problems_(problems),
        keys_(describe(point_)), open_(keys_) {
    for (const core::Problem& problem : problems.list()) unreadable_.insert(problem.path);
    for_each_key(keys_, [&](const std::string& path, const Key& key) {
      if (!key.conditions.empty()) conditional_.push_back({path, &key});
    });
  }

  void build(Document& document) {
    for (const std::vector<SweepValue>& values : sweep_.assignments) {
      if (problems_.full()) break;
      const Given given = read(values);
      Assignment assignment;
      for (std::size_t i = 0; i < values.size(); ++i)
        assignment.push_back(compact(resolved(sweep_.factors[i], values[i].json)));
      for (const Conflict& conflict : check(point_, given)) report(conflict, assignment, given);
      check_effects(assignment, given);
      document.points.push_back(point_);
      document.assignments.push_back(std::move(assignment));
    }
    for (const Conditional& key : conditional_)
      if (key.unmet) report(no_effect(key.path, *key.unmet), {}, given_);
    for (const auto& [text, reported] : reported_)  // what is wrong at every point has nothing to do with the sweep
      if (reported.times == sweep_.assignments.size() && reported.place < problems_.list().size()) {
        std::string& message = problems_.list()[reported.place].message;
        message.resize(message.size() - reported.label.size());
      }
  }

 private:
  // A key that has an effect only beside others. One from the file must have it in some point, one from the
  // sweep in every point that gives it.
  struct Conditional {
    std::string path;
    const Key* key;
    const Condition* unmet = nullptr;  // why it has had no effect in any point so far
    bool used = false;
  };

  // A conflict: its place among the problems, at how many points it is, and how the first of them is called.
  struct Reported {
    std::size_t place = SIZE_MAX, times = 0;
    std::string label{};
  };

  // Problems of single keys have been reported: of the file and of the sweep, value by value.
  Given read(const std::vector<SweepValue>& values) {
    for (std::size_t i = 0; i < values.size(); ++i)
      point_source_.set(sweep_.factors[i], values[i].json, &source_, values[i].pointer);
    point_ = {};
    Problems reported(problems_.file(), point_source_);
    Given given{{"", point_source_.at("")}};
    read_section(point_source_.root, "", "", keys_, given, reported, extra_keys);
    if (!given.contains("name")) point_.name = stem(problems_.file());
    origin_.resolve(point_.data);
    open_.fill(point_, given, reported);
    return given;
  }

  // Results name the device that "auto" was, and what a branch of the sweep without the factor got.
  Json resolved(const std::string& path, const Json& value) const {
    const Key& key = *find_key(keys_, path);
    const bool open = path == "device" ? value == "auto" : value.is_null() && !key.default_json.empty();
    return open ? to_json(key) : value;
  }

  void check_effects(const Assignment& assignment, const Given& given) {
    for (Conditional& key : conditional_) {
      if (!given.contains(key.path)) continue;
      const Condition* unmet = key.key->unmet_condition(point_);
      const bool swept = std::ranges::any_of(sweep_.factors, [&](const auto& f) { return lies_in(key.path, f); });
      if (swept && unmet) report(no_effect(key.path, *unmet), assignment, given);
      if (swept) continue;
      key.used |= !unmet;
      key.unmet = key.used ? nullptr : unmet;
    }
  }

  static Conflict no_effect(const std::string& path, const Condition& condition) {
    return {{path}, fmt::format("has no effect {}", condition.otherwise)};
  }

  void report(const Conflict& conflict, const Assignment& assignment, const Given& given) {
    const std::string path(conflict.paths[0]);
    Reported& reported = reported_[path + ": " + conflict.message];
    if (++reported.times > 1) return;
    for (const std::string_view part : conflict.paths)
      for (const std::string& bad : unreadable_)
        if (!bad.empty() && (lies_in(part, bad) || lies_in(bad, part))) return;  // follows from what has been reported
    reported = {problems_.list().size(), 1, label(conflict, assignment)};
    problems_.add(position(path, given), path, conflict.message + reported.label);
  }

  // Where `path` is written, or the nearest section around it.
  static Position position(std::string path, const Given& given) {
    while (!given.contains(path)) path.resize(path.find('.') == path.npos ? 0 : path.rfind('.'));
    return given.find(path)->second;
  }

  // Whether a factor has to do with a conflict: named by it, or the choice of what the key belongs to.
  bool takes_part(const std::string& factor, const Conflict& conflict) const {
    const Key* key = find_key(keys_, factor);
    const Key* abbreviated = key ? shorthand_of(*key) : nullptr;
    const bool chooses = key && choices_in(abbreviated ? *abbreviated : *key);
    const std::string section = abbreviated ? factor : factor.substr(0, factor.rfind('.'));
    return conflict.message.find(factor) != std::string::npos ||
           std::ranges::any_of(conflict.paths, [&](std::string_view path) {
             return lies_in(path, factor) || (chooses && lies_in(path, section));
           });
  }

  // The point, by the factors that take part in the conflict; by all where none does but for the files themselves.
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
  Source point_source_ = source_;
  const Given& given_;
  const Sweep& sweep_;
  const Origin& origin_;
  Problems& problems_;
  Experiment point_;
  std::vector<Key> keys_;
  OpenKeys open_;
  std::vector<Conditional> conditional_;
  std::set<std::string> unreadable_;
  std::map<std::string, Reported> reported_;
};

// The members of an ensemble of points must be there and speak the same language.
void check_ensemble_of_points(const Document& document, const Given& given, Problems& problems) {
  const Ensemble& ensemble = document.base.ensemble;
  if (ensemble.of != EnsembleOf::points || !problems.empty()) return;
  const auto fail = [&](std::string_view path, std::string message) {
    const auto at = given.find(path);
    problems.add(at == given.end() ? given.find("")->second : at->second, std::string(path), std::move(message));
  };
  const std::vector<Experiment>& points = document.points;
  const std::int64_t wanted = ensemble.sizes.empty() ? 2 : ensemble.sizes.back(), there = std::ssize(points);
  if (wanted > there)
    fail(ensemble.sizes.empty() ? "ensemble" : "ensemble.sizes",
         fmt::format("{} members need as many points of the sweep; there {} {}", wanted, there == 1 ? "is" : "are",
                     there));
  if (!std::ranges::all_of(points, [&](const Experiment& e) {
        return e.train.loss.kind == points.front().train.loss.kind && e.data.name == points.front().data.name;
      }))
    fail("ensemble", "the points must have the same data and loss, or their predictions cannot be averaged");
}

// What is read from predictions has them recorded.
void record_predictions(Document& document) {
  if (!compares_predictions(document.base)) return;
  document.base.record.predictions = true;
  for (Experiment& point : document.points) point.record.predictions = true;
}

}  // namespace

Document read_document(const std::string& file, const Overrides& overrides, const FurtherCheck& further) {
  return read_document_text(core::read_file(file, most_file_bytes), file, overrides, further);
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
  const Origin origin = origin_of(source.root, file);
  apply_overrides(source, overrides, problems);
  Document document{.file = file, .origin = origin.file};
  std::vector<Key> keys = describe(document.base);
  Given given{{"", source.at("")}};
  read_section(source.root, "", "", keys, given, problems, extra_keys);
  check_name(document.base, given, problems);
  origin.resolve(document.base.data);

  Sweep sweep = read_sweep(source, problems);
  Given decided = given;
  for (const std::string& factor : sweep.factors) decided.emplace(factor, Position{});
  OpenKeys(keys).fill(document.base, decided, problems);
  const std::size_t runs = sweep.assignments.size() * document.base.seeds.size();
  if (runs > most_runs) {
    problems.add("", "sweep",
                 fmt::format("{} points with {} seeds are more than {} runs", sweep.assignments.size(),
                             document.base.seeds.size(), most_runs));
  } else {
    for (const char* shared : {"claims", "plots"}) source.root.erase(shared);  // not one copy per point
    Points(source, given, sweep, origin, problems).build(document);
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
