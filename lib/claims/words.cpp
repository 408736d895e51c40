#include "claims/syntax.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace descent::claims {
namespace {

using Values = std::span<const double>;

double sum(Values values, Values) { return std::accumulate(values.begin(), values.end(), 0.0); }
double mean(Values values, Values) {  // centred at the first: equal values have exactly that mean
  double mean = 0;
  for (const double value : values) mean += (value - values[0]) / static_cast<double>(values.size());
  return values[0] + mean;
}
double minimum(Values values, Values) { return *std::ranges::min_element(values); }
double maximum(Values values, Values) { return *std::ranges::max_element(values); }
double median(Values values, Values) {
  std::vector<double> sorted(values.begin(), values.end());
  std::ranges::sort(sorted);
  const std::size_t half = sorted.size() / 2;
  return sorted.size() % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
double argmin(Values values, Values positions) {
  return positions[static_cast<std::size_t>(std::ranges::min_element(values) - values.begin())];
}
double argmax(Values values, Values positions) {
  return positions[static_cast<std::size_t>(std::ranges::max_element(values) - values.begin())];
}

constexpr std::array<Reduction, 7> reductions{{
    {"mean", "arithmetic mean", mean, true, false},
    {"sum", "sum", sum, true, false},
    {"median", "median", median, false, false},
    {"min", "smallest value", minimum, false, false},
    {"max", "largest value", maximum, false, false},
    {"argmin", "position of the smallest value, of several the first", argmin, false, true},
    {"argmax", "position of the largest value, of several the first", argmax, false, true},
}};

constexpr std::array<Function, 5> functions{{
    {"abs", "absolute value", [](double x) { return std::abs(x); }},
    {"log", "natural logarithm", [](double x) { return std::log(x); }},
    {"log10", "decimal logarithm", [](double x) { return std::log10(x); }},
    {"exp", "exponential function", [](double x) { return std::exp(x); }},
    {"sqrt", "square root", [](double x) { return std::sqrt(x); }},
}};

template <class Word, std::size_t size> const Word* find(const std::array<Word, size>& words, std::string_view name) {
  const auto found = std::ranges::find(words, name, &Word::name);
  return found == words.end() ? nullptr : &*found;
}

constexpr std::string_view numbers = R"(
Numbers. A column of the results at the selected points; names of factors may be shortened:
  final_test_error(width=48)            one point; also model.width=48, norm=batch, init=he_normal, gain=0.5
  final_test_error(width=[40, 48])      several points; also width=24..128 or width<=24; factors that are not
                                        mentioned stay open
  test_error(width=48, epoch=10)        of a curve: epoch=, step=, at=start, at=end
  probe(weight_norm, layer=linear1)     of probes.csv
  ensemble(error, size=5)               of ensembles.csv, the mean over the groups of this size
  bias_variance(squared_bias)           of bias_variance.csv
  diverged(lr=0.3)                      1 for a run that diverged, 0 for others
  + - * / ^ ( )                         seed by seed: runs of the same seed are compared with each other

REDUCTION over FACTOR of NUMBER, such as max over width of final_test_error. Over a factor the means are reduced, over
seed the values of the seeds, over epoch or step the curve of every run:
)";

constexpr std::string_view statements = R"(
Statements:
  a >= b + 0.03       the mean over the seeds; also < <= >, == (exactly, for every seed) and chains: a < b < c.
                      Where factors are open it must hold for each of their values.
  a falls over width within 0.01        or rises: from each value to the next; with a tolerance, to any later one
  on every seed: ...                    for the runs of each single seed, without a mean
  on at least 4 of 5 seeds: ...
  and, or, ( )
  diverged(lr=0.3)                      all of these runs diverged

Verdicts: "holds" when the 95 % interval lies entirely beyond the margin, "fails" when it lies entirely on the other
side, otherwise "undecided", as with missing runs. A number per seed gets Student's t interval (2 seeds or more), a
number of all seeds together (ensemble, bias_variance, a function of means) the same from the jackknife (5 or more): each
seed counts by the change that leaving it out makes. min, max, median, argmin, argmax and first over a factor get
simultaneous bounds of all the means they select from (Bonferroni), so that the luckiest of many points proves nothing;
more seeds narrow them, and so does selecting fewer points. The median over seed gets order statistics (6 or more). Of
statements joined by "and", or about several points, any may fail, and of those joined by "or" any may hold: they share
the 2.5 % on that side. == holds when every seed has exactly this value; of argmin and the like, when no other position
is possible. "on ... seeds" and min, max or sum over seed are statements about exactly these runs and get no interval.
A run that diverged is never the smallest of several; any other claim about it is undecided, unless it asks for
diverged(...).
)";

template <class Words> std::string table(const Words& words) {
  std::string text;
  for (const auto& word : words) text += fmt::format("  {:<8}  {}\n", word.name, word.help);
  return text;
}

}  // namespace

const Reduction* find_reduction(std::string_view name) { return find(reductions, name); }
const Function* find_function(std::string_view name) { return find(functions, name); }

double crossing(std::span<const double> values, std::span<const double> positions, Relation relation) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!holds(relation, values[i], 0)) continue;
    if (i == 0) return positions[0];
    const double share = values[i - 1] / (values[i - 1] - values[i]);
    return positions[i - 1] + share * (positions[i] - positions[i - 1]);
  }
  return std::numeric_limits<double>::infinity();
}

std::string language_help() {
  return fmt::format(
      "{}{}  first width with final_train_error <= 0.01     also first epoch with ...; interpolated linearly\n"
      "\nFUNCTION(NUMBER):\n{}{}",
      numbers, table(reductions), table(functions), statements);
}

}  // namespace descent::claims
