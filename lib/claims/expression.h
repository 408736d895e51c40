#pragma once
// A claim that makes sense for a plan: every name resolved to points and columns, every operation to the entries it
// works on. A number is a family with one entry per value of the factors that its selections leave open; operations
// join entries by the factors they share.

#include <cstdint>

#include "claims/domain.h"
#include "claims/syntax.h"

namespace descent::claims {

// One number per run that a claim needs.
struct Request {
  enum class Source { summary, curve, probe, diverged, ensemble, bias_variance };
  Source source;
  std::string column;                    // or the name of the probe
  std::int64_t size = 0;                 // of ensembles
  bool joins_points = false;             // an ensemble of points: one number for all runs of a seed
  bool joins_seeds = false;              // one number for all runs of a point; see values.cpp
  std::vector<Selector> rows{};          // epoch, step, at, layer
  const Reduction* reduction = nullptr;  // over the rows that `rows` leaves; null: there is one
  bool by_step = false;                  // positions are steps, not epochs
  std::optional<Relation> first{};       // where the column first compares so with `bound`, interpolated
  double bound = 0;
};

// A column as in claims: `final_test_error(width=48)`, `test_error(width=48, epoch=10)`.
struct ColumnUse {
  Request request{};
  std::vector<std::size_t> points{};   // those selected, in plan order
  std::vector<std::int64_t> sizes{0};  // of ensembles, those selected
  bool along = false;                  // several rows per run may be left, to be reduced over epoch, step or layer
  bool single = true;                  // a single one may be
};

// Throws Mistakes for unknown names and values, and for selections without a point.
ColumnUse use_column(const Syntax& column, const Domain& domain);

// Whether a name selects rows of a run, not points: epoch, step, layer, at.
bool selects_rows(std::string_view name);

// Whether rows can be reduced over it: epoch, step, layer.
inline bool reduces_rows(std::string_view name) { return name != "at" && selects_rows(name); }

// From what a number is computed, and so what interval it gets.
enum class Level {
  constant,
  per_seed,  // a value per seed: Student's t, paired
  of_means,  // a statistic of means over seeds, or of all seeds together: see estimate.h
  plain,     // of exactly the runs that there are: none
};

struct FamilyEntry {
  std::vector<std::string> key;  // values of the axes
  std::size_t point = 0;         // one of the points it stands for
};

struct Family {
  std::vector<std::string> axes{};  // factors
  std::vector<FamilyEntry> entries{};
};

// Which entries of several families belong together, and which of one are reduced to one.
struct Joined {
  Family family;
  std::vector<std::vector<std::size_t>> rows;  // by entry: the entry of each part
};

// Entries whose values agree on the factors they share. Throws Mistakes at `offset` where an entry has no counterpart.
Joined join(const std::vector<const Family*>& parts, const Domain& domain, std::size_t offset);

struct Grouped {
  Family family;                               // without the factor, and without those that follow from it
  std::vector<std::vector<std::size_t>> rows;  // by entry: entries of the family, in ascending order where numeric
  std::vector<double> positions;               // by entry of the family: the value of the factor; NaN: not a number
};

// The axes that name an entry: without those that follow from one before them, as in a zip. Indices of `axes`.
std::vector<std::size_t> naming_axes(const Family& family);

// "width=48, norm=batch" of an entry.
std::string label_of(const Domain& domain, const Family& family, std::size_t entry,
                     const std::vector<std::size_t>& naming);

// The entries that differ in `path` only. Nothing where it does not vary among them.
std::optional<Grouped> group(const Family& family, const std::string& path, const Domain& domain);

struct Expression;
using ExpressionPointer = std::unique_ptr<Expression>;

struct Expression {
  Syntax::Kind kind;
  Level level = Level::constant;
  Family family{};
  double number = 0;  // as in Syntax; the margin of a trend
  double of = 0;
  char operation = 0;                   // + - * / ^
  Relation relation = Relation::equal;  // of comparison, trend and first
  const Function* function = nullptr;
  const Reduction* reduction = nullptr;
  std::vector<std::size_t> requests{};           // of columns, by entry
  std::vector<std::vector<std::size_t>> rows{};  // by entry: the entry of each child; or the group, in order
  std::vector<double> positions{};               // of the entries of the child of a reduction over points
  std::vector<ExpressionPointer> children{};
};

// Adds what the expression needs to `requests`. Throws Mistakes.
ExpressionPointer compile(const Syntax& syntax, const Domain& domain, std::vector<Request>& requests);
// Of a column alone.
ExpressionPointer compile_column(const Syntax& column, const Domain& domain, std::vector<Request>& requests);

}  // namespace descent::claims
