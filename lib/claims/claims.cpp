#include "claims/claims.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/text.h"

namespace descent::claims {
namespace {

// The position of byte `offset` in a JSON string that begins at `start`. Escaped characters take two columns.
config::Position position_in(config::Position start, std::string_view text, std::size_t offset) {
  if (start.line == 0) return {};
  ++start.column;
  for (const char c : text.substr(0, offset)) {
    if (!core::starts_character(c)) continue;
    start.column += c == '"' || c == '\\' || c == '\n' || c == '\t' ? 2 : 1;
  }
  return start;
}

// The metric with the selection added to its parentheses.
std::string with_selection(std::string_view metric, const std::string& selection) {
  const bool has_own = metric.ends_with(')');
  const std::string_view head = has_own ? metric.substr(0, metric.size() - 1) : metric;
  if (selection.empty()) return std::string(metric);
  return fmt::format("{}{}{})", head, has_own ? ", " : "(", selection);
}

// The values of one side, by entry and seed.
class SideValues {
 public:
  SideValues(const Side& side, std::string_view metric) : domain_(side.plan), plan_(side.plan) {
    const std::string text = with_selection(metric, side.selection);
    try {
      const SyntaxPointer syntax = parse(text);
      if (syntax->kind != Syntax::Kind::column)
        throw core::InputError(fmt::format("{}: compare takes a column, such as final_test_error", text));
      column_ = compile_column(*syntax, domain_, requests_);
    } catch (const Mistakes& mistakes) {
      const auto& [offset, message] = mistakes.list[0];
      throw core::InputError(fmt::format("{}: {} (at character {})", text, message, offset + 1));
    }
    if (column_->level != Level::per_seed)
      throw core::InputError(
          fmt::format("{}: computed from all seeds together, but compare needs a value per seed", text));
    values_ = read_values(side.results, side.plan, requests_);
  }

  const Family& family() const { return column_->family; }
  const Domain& domain() const { return domain_; }

  // seed -> value; NaN if the run is missing, diverged or has none.
  std::map<std::int64_t, double> of(std::size_t entry) const {
    std::map<std::int64_t, double> found;
    for (std::size_t seed = 0; seed < values_.seeds; ++seed) {
      const std::size_t run = family().entries[entry].point * values_.seeds + seed;
      const std::size_t request = column_->requests[entry];
      const bool counts =
          values_.states[run] == RunState::done || requests_[request].source == Request::Source::diverged;
      found[plan_.runs[run].seed] = counts ? values_.numbers[request][run] : std::nan("");
    }
    return found;
  }

 private:
  Domain domain_;
  const plan::Plan& plan_;
  std::vector<Request> requests_;
  ExpressionPointer column_;
  Values values_;
};

Comparison compare_entries(const std::map<std::int64_t, double>& a, const std::map<std::int64_t, double>& b) {
  Comparison comparison;
  std::vector<double> left, right, differences;
  for (const auto& [seed, value] : a) {
    const auto partner = b.find(seed);
    if (partner == b.end()) continue;
    if (!std::isfinite(value) || !std::isfinite(partner->second)) {
      ++comparison.left_out;
      continue;
    }
    left.push_back(value);
    right.push_back(partner->second);
    differences.push_back(value - partner->second);
  }
  comparison.n = differences.size();
  if (differences.empty()) return comparison;
  comparison.a = stats::describe(left).mean;
  comparison.b = stats::describe(right).mean;
  comparison.difference = stats::describe(differences);
  if (const auto& sd = comparison.difference->sd; sd && *sd > 0) comparison.effect = comparison.difference->mean / *sd;
  return comparison;
}

}  // namespace

void check_claims(const config::Document& document, config::Problems& problems) {
  if (document.base.claims.empty()) return;
  const bool has_points = !document.points.empty() && problems.empty();
  const plan::Plan plan = has_points ? plan::make_plan(document) : plan::Plan{};
  const Domain domain(plan);
  for (std::size_t i = 0; i < document.base.claims.size(); ++i) {
    const config::Claim& claim = document.base.claims[i];
    if (claim.that.empty()) continue;  // reported by the reader
    Mistakes mistakes;
    mistakes.collect([&] {
      std::vector<Request> requests;
      const SyntaxPointer syntax = parse(claim.that);
      if (has_points) compile(*syntax, domain, requests);
    });
    for (Mistake& mistake : mistakes.list)
      problems.add(position_in(problems.at(fmt::format("/claims/{}/that", i)), claim.that, mistake.offset),
                   fmt::format("claims[{}].that", i), std::move(mistake.message));
  }
}

std::vector<Judged> judge_claims(const config::Document& document, const plan::Plan& plan,
                                 const store::Results& results) {
  const Domain domain(plan);
  std::vector<Request> requests;
  std::vector<std::pair<config::Claim, ExpressionPointer>> claims;
  Mistakes ignored;  // check_claims reports them
  for (const config::Claim& claim : document.base.claims)
    ignored.collect([&] { claims.emplace_back(claim, compile(*parse(claim.that), domain, requests)); });
  const Values values = read_values(results, plan, requests);
  std::vector<Judged> judged;
  for (const auto& [claim, node] : claims) judged.push_back({claim, judge(*node, domain, requests, values)});
  return judged;
}

std::vector<Comparison> compare(const Side& a, const Side& b, std::string_view metric) {
  const SideValues left(a, metric), right(b, metric);
  std::vector<std::pair<std::size_t, std::size_t>> axes;  // indices of the shared factors, left and right
  for (std::size_t i = 0; i < left.family().axes.size(); ++i)
    for (std::size_t j = 0; j < right.family().axes.size(); ++j)
      if (left.family().axes[i] == right.family().axes[j]) axes.emplace_back(i, j);
  std::vector<Comparison> comparisons;
  const auto left_names = naming_axes(left.family()), right_names = naming_axes(right.family());
  for (std::size_t i = 0; i < left.family().entries.size(); ++i)
    for (std::size_t j = 0; j < right.family().entries.size(); ++j) {
      const auto agrees = [&](const auto& axis) {
        return left.family().entries[i].key[axis.first] == right.family().entries[j].key[axis.second];
      };
      if (!std::ranges::all_of(axes, agrees)) continue;
      comparisons.push_back(compare_entries(left.of(i), right.of(j)));
      comparisons.back().where = label_of(left.domain(), left.family(), i, left_names);
      if (comparisons.back().where.empty())
        comparisons.back().where = label_of(right.domain(), right.family(), j, right_names);
      if (comparisons.size() > 10'000) throw core::InputError("more than 10000 comparisons; select fewer points");
    }
  if (comparisons.empty()) throw core::InputError("the two sides have no point in common; select one point on each");
  for (Comparison& comparison : comparisons)
    if (comparison.n > 1) {
      const stats::Description wide = stats::simultaneous(*comparison.difference, comparisons.size());
      comparison.significant = *wide.low > 0 || *wide.high < 0;
    }
  return comparisons;
}

}  // namespace descent::claims
