#include "claims/help.h"

#include <fmt/format.h>

#include "claims/words.h"

namespace descent::claims {
namespace {

constexpr std::string_view numbers = R"(
Numbers. A column of the results at the points selected; names of factors may be shortened:
  final_test_error(width=48)            one point; also model.width=48, norm=batch, init=he_normal, gain=0.5
  final_test_error(width=[40, 48])      several points; also width=24..128 or width<=24; a factor that is not
                                        mentioned is left open
  test_error(width=48, epoch=10)        of a curve: epoch=, step=, at=start, at=end
  probe(weight_norm, layer=linear1)     of probes.csv
  ensemble(error, size=5)               of ensembles.csv, the mean over the groups of this size
  bias_variance(squared_bias)           of bias_variance.csv
  diverged(lr=0.3)                      1 for a run that diverged, 0 for others
  + - * / ^ ( )                         seed by seed: runs of the same seed are compared with each other
)";

constexpr std::string_view statements = R"(
Statements:
  a >= b + 0.03       the mean over the seeds; also < <= >, == (exactly, for every seed) and chains: a < b < c.
                      Where factors are open it must hold for each of their values.
  a falls over width within 0.01        or rises: from each value to the next; within a tolerance, to any later one
  on every seed: ...                    for the runs of each single seed, without a mean
  on at least 4 of 5 seeds: ...
  and, or, not, ( )
  diverged(lr=0.3)                      all of them did

Verdicts: "holds" when the 95 % interval lies wholly beyond the margin, "fails" when wholly short of it, else
"undecided", as with missing runs. A number per seed gets Student's t interval (2 seeds or more); a statistic of means
(median, min, max, argmin, argmax, first over a factor) a bootstrap over the seeds (5 or more), and so does a number of
all seeds together (ensemble, bias_variance), each seed counting by what leaving it out changes; ==, "on ... seeds" and
min or max over seed speak of these very runs and get none. A run that diverged has no value: what is claimed of it
fails, unless diverged(...) asks.
)";

template <class Words>
std::string table(const Words& words) {
  std::string text;
  for (const auto& word : words) text += fmt::format("  {:<8}  {}\n", word.name, word.help);
  return text;
}

}  // namespace

std::string language_help() {
  std::string text(numbers);
  text +=
      "\nREDUCTION over FACTOR of NUMBER, such as max over width of final_test_error; over a factor the "
      "means are\n"
      "reduced, over seed the values of the seeds, over epoch or step the curve of every run:\n";
  text += table(reductions());
  text +=
      "  first width with final_train_error <= 0.01     also first epoch with ...; interpolated linearly\n";
  text += "\nFUNCTION(NUMBER):\n" + table(functions());
  return text + std::string(statements);
}

}  // namespace descent::claims
