#pragma once
// A claim compiled for a plan: names are resolved to points and columns, operations to the entries they combine. A
// number is a family with one entry per combination of the factors that its selections leave open; operations join
// entries by the factors they share.

#include <cstdint>

#include "claims/domain.h"
#include "claims/syntax.h"

namespace descent::claims {

// One number per run that a claim needs.
struct Request {
  enum class Source { summary, curve, probe, diverged, ensemble, bias_variance };
  Source source;
  std::string column;                    // or the name of the probe
  std::int64_t size = 0;                 // of the ensemble
  bool joins_points = false;             // an ensemble over points: one number for all runs of a seed
  bool joins_seeds = false;              // one number for all runs of a point; see values.cpp
  std::vector<Selector> rows{};          // by epoch, step, at or layer
  const Reduction* reduction = nullptr;  // over the selected rows; null: only one row is selected
  bool by_step = false;                  // positions are steps, not epochs
  std::optional<Relation> first{};       // the first position at which the column has this relation to `bound`
  double bound = 0;
};

// A column in a claim: `final_test_error(width=48)`, `test_error(width=48, epoch=10)`.
struct ColumnUse {
  Request request{};
  std::vector<std::size_t> points{};   // the selected ones, in plan order
  std::vector<std::int64_t> sizes{0};  // the selected sizes of ensembles
  bool many_rows = false;              // may select several rows per run, to be reduced over epoch, step or layer
  bool one_row = true;                 // may select a single row per run
};

// Throws Mistakes for unknown names and values, and if no point is selected.
ColumnUse use_column(const Syntax& column, const Domain& domain);

// True if the name selects rows of a run, not points: epoch, step, layer, at.
bool selects_rows(std::string_view name);

// True if rows can be reduced over it: epoch, step, layer.
inline bool reduces_rows(std::string_view name) { return name != "at" && selects_rows(name); }

// What a number is computed from, which determines its interval.
enum class Level {
  constant,
  per_seed,  // one value per seed: Student's t interval, paired
  of_means,  // a statistic of means over seeds, or of all seeds together: see evaluate.h
  exact,     // a statement about exactly these runs: no interval
};

struct FamilyEntry {
  std::vector<std::string> key;  // values of the axes
  std::size_t point = 0;         // one of the points it stands for
};

struct Family {
  std::vector<std::string> axes{};  // factors
  std::vector<FamilyEntry> entries{};
};

// The result of join() or group().
struct Combination {
  Family family{};
  std::vector<std::vector<std::size_t>> rows{};  // by entry: the entry of each part, or the entries of the group
  std::vector<double> positions{};               // the factor of a group, by entry of the given family; NaN: no number
};

// Joins the entries that agree on the shared factors. Throws Mistakes at `offset` if an entry has no counterpart.
Combination join(const std::vector<const Family*>& parts, const Domain& domain, std::size_t offset);

// Indices of the axes that name an entry: those that no earlier axis determines, as it does in a zip.
std::vector<std::size_t> naming_axes(const Family& family);

// The name of an entry: "width=48, norm=batch".
std::string label_of(const Domain& domain, const Family& family, std::size_t entry,
                     const std::vector<std::size_t>& naming);

// Groups the entries that differ only in `path` and the factors that it determines, sorted by position if all are
// numbers. Returns nullopt if `path` has the same value in all entries.
std::optional<Combination> group(const Family& family, const std::string& path, const Domain& domain);

struct Expression;
using ExpressionPointer = std::unique_ptr<Expression>;

struct Expression {
  Syntax::Kind kind;
  Level level = Level::constant;
  Family family{};
  double number = 0;  // see Syntax; the margin of a trend
  double of = 0;
  char operation = 0;                   // + - * / ^
  Relation relation = Relation::equal;  // of comparison, trend and first
  const Function* function = nullptr;
  const Reduction* reduction = nullptr;
  std::vector<std::size_t> requests{};           // of a column, by entry
  std::vector<std::vector<std::size_t>> rows{};  // by entry: the entry of each child; or the group that is reduced
  std::vector<double> positions{};               // of a reduction over points, by entry of its child
  std::vector<ExpressionPointer> children{};
};

// Compiles a statement and adds the numbers it needs to `requests`. Throws Mistakes.
ExpressionPointer compile(const Syntax& syntax, const Domain& domain, std::vector<Request>& requests);
// Compiles a single column.
ExpressionPointer compile_column(const Syntax& column, const Domain& domain, std::vector<Request>& requests);

}  // namespace descent::claims
