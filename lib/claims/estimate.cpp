#include "claims/estimate.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include "stats/jackknife.h"
#include "stats/stats.h"

namespace descent::claims {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::size_t most_means = 10'000;  // of a maximum of maxima; beyond, its operands are bounded one by one

class Mean final : public Estimate {
 public:
  explicit Mean(std::vector<double> values) : values_(std::move(values)), description_(stats::describe(values_)) {}

  double value() const override { return description_.mean; }
  Bounds bounds(double below, double above) const override {
    return {value() - stats::half_width(description_, below), value() + stats::half_width(description_, above)};
  }

  const std::vector<double>& values() const { return values_; }
  bool is_constant() const { return description_.sd.value_or(0) == 0; }

  std::vector<double> without_each_seed() const {
    const double others = static_cast<double>(values_.size()) - 1;
    std::vector<double> means;
    for (const double left_out : values_) means.push_back(value() - (others > 0 ? (left_out - value()) / others : 0));
    return means;
  }

 private:
  std::vector<double> values_;
  stats::Description description_;
};

class MedianOverSeeds final : public Estimate {
 public:
  // The values, in ascending order.
  explicit MedianOverSeeds(std::vector<double> values) : values_(std::move(values)) {}

  double value() const override { return find_reduction("median")->apply(values_, {}); }
  Bounds bounds(double below, double above) const override {
    const std::size_t low = rank_of(below), high = rank_of(above);
    return {low == 0 ? -infinity : values_[low - 1], high == 0 ? infinity : values_[values_.size() - high]};
  }

 private:
  // The largest k <= n / 2 with P(fewer than k of the n values lie below the median) <= tail.
  std::size_t rank_of(double tail) const {
    const double n = static_cast<double>(values_.size());
    double probability = std::pow(0.5, n), sum = probability;
    std::size_t rank = 0;
    while (sum <= tail && 2 * (rank + 1) <= values_.size()) {
      ++rank;
      probability *= (n - static_cast<double>(rank) + 1) / static_cast<double>(rank);
      sum += probability;
    }
    return rank;
  }

  std::vector<double> values_;
};

// An estimate from several.
class Selection : public Estimate {
 public:
  explicit Selection(std::vector<EstimatePointer> parts) : parts_(std::move(parts)) {}
  const std::vector<EstimatePointer>& parts() const { return parts_; }

 protected:
  double share(double tail) const { return tail / static_cast<double>(parts_.size()); }
  std::vector<double> values() const {
    std::vector<double> all;
    for (const EstimatePointer& part : parts_) all.push_back(part->value());
    return all;
  }
  // `of` the lower bounds of all parts, and of the upper ones.
  template <class Of> Bounds bounds_by(double below, double above, const Of& of) const {
    std::vector<double> lows, highs;
    for (const EstimatePointer& part : parts_) {
      const auto [low, high] = part->bounds(below, above);
      lows.push_back(low);
      highs.push_back(high);
    }
    return {of(lows), of(highs)};
  }
  static double apply(std::string_view reduction, const std::vector<double>& values,
                      const std::vector<double>& positions = {}) {
    const bool defined = std::ranges::none_of(values, [](double value) { return std::isnan(value); });
    return defined ? find_reduction(reduction)->apply(values, positions) : std::nan("");
  }

 private:
  std::vector<EstimatePointer> parts_;
};

// The largest part, or the smallest. A bound beyond it has to be valid for the one that is selected, a bound short of
// it for all.
class Extreme final : public Selection {
 public:
  Extreme(std::vector<EstimatePointer> parts, bool largest) : Selection(std::move(parts)), largest_(largest) {}

  double value() const override { return select(values()); }
  Bounds bounds(double below, double above) const override {
    return bounds_by(largest_ ? share(below) : below, largest_ ? above : share(above),
                     [&](const auto& of) { return select(of); });
  }
  bool largest() const { return largest_; }

 private:
  double select(const std::vector<double>& values) const { return apply(largest_ ? "max" : "min", values); }

  bool largest_;
};

class Median final : public Selection {
 public:
  using Selection::Selection;
  double value() const override { return apply("median", values()); }
  Bounds bounds(double below, double above) const override {
    return bounds_by(share(below), share(above), [](const auto& of) { return apply("median", of); });
  }
};

// The position of the largest part, or of the smallest. Its bounds are those of the positions whose part may be it: no
// other one is beyond, by paired differences.
class Position final : public Selection {
 public:
  Position(std::vector<EstimatePointer> parts, std::vector<double> positions, bool largest)
      : Selection(std::move(parts)), positions_(std::move(positions)), largest_(largest) {}

  double value() const override { return apply(largest_ ? "argmax" : "argmin", values(), positions_); }
  Bounds bounds(double below, double above) const override {
    return {apply("min", candidates(below)), apply("max", candidates(above))};
  }

 private:
  std::vector<double> candidates(double tail) const {
    const double each = tail / std::max(1.0, static_cast<double>(parts().size()) - 1);
    std::vector<double> found;
    for (std::size_t i = 0; i < parts().size(); ++i) {
      const auto beats = [&](const EstimatePointer& other) {
        return other != parts()[i] &&
               combine('-', largest_ ? other : parts()[i], largest_ ? parts()[i] : other)->bounds(each, each).low > 0;
      };
      if (std::ranges::none_of(parts(), beats)) found.push_back(positions_[i]);
    }
    return found;
  }

  std::vector<double> positions_;
  bool largest_;
};

// A curve below another one falls below 0 no later. For the earliest crossing the two parts around the true one have to
// be bounded, for the latest all.
class Crossing final : public Selection {
 public:
  Crossing(std::vector<EstimatePointer> parts, std::vector<double> positions, Relation relation)
      : Selection(std::move(parts)), positions_(std::move(positions)), relation_(relation) {}

  double value() const override {
    return std::isnan(apply("sum", values())) ? std::nan("") : crossing(values(), positions_, relation_);
  }
  Bounds bounds(double below, double above) const override {
    const bool falls = relation_ == Relation::less || relation_ == Relation::at_most;
    const double early = std::max(below / 2, share(below)), late = share(above);
    const Bounds at = bounds_by(falls ? early : late, falls ? late : early,
                                [&](const auto& of) { return crossing(of, positions_, relation_); });
    return falls ? at : Bounds{at.high, at.low};
  }

 private:
  std::vector<double> positions_;
  Relation relation_;
};

class Transformed final : public Estimate {
 public:
  Transformed(double (*function)(double), EstimatePointer of) : function_(function), of_(std::move(of)) {}
  double value() const override { return function_(of_->value()); }
  Bounds bounds(double below, double above) const override {
    const auto [low, high] = of_->bounds(below, above);
    const Bounds result{function_(low), function_(high)};
    return {std::isnan(result.low) ? -infinity : result.low, std::isnan(result.high) ? infinity : result.high};
  }

 private:
  double (*function_)(double);
  EstimatePointer of_;
};

const Mean* as_mean(const EstimatePointer& estimate) { return dynamic_cast<const Mean*>(estimate.get()); }
const Extreme* as_extreme(const EstimatePointer& estimate) { return dynamic_cast<const Extreme*>(estimate.get()); }
bool is_constant(const EstimatePointer& estimate) {
  const Mean* mean = as_mean(estimate);
  return mean && mean->is_constant();
}

// An operation on intervals. It is monotone in each operand, so that its extremes are at the corners.
class Operation final : public Estimate {
 public:
  Operation(char operation, EstimatePointer a, EstimatePointer b)
      : operation_(operation), a_(std::move(a)), b_(std::move(b)) {}
  double value() const override { return calculate(operation_, a_->value(), b_->value()); }
  Bounds bounds(double below, double above) const override {
    const bool one_varies = is_constant(a_) || is_constant(b_), is_sum = operation_ == '+' || operation_ == '-';
    if (!is_sum) below = above = std::min(below, above);
    const double shares = one_varies ? 1 : is_sum ? 2 : 4;  // bounds that a bound of the result rests on
    const bool turns = operation_ == '-';
    const Bounds a = a_->bounds(below / shares, above / shares),
                 b = b_->bounds((turns ? above : below) / shares, (turns ? below : above) / shares);
    std::array<double, 4> corners{calculate(operation_, a.low, b.low), calculate(operation_, a.low, b.high),
                                  calculate(operation_, a.high, b.low), calculate(operation_, a.high, b.high)};
    const bool defined = operation_ == '/' ? b.low * b.high > 0 : operation_ != '^' || a.low > 0;
    if (!defined || std::ranges::any_of(corners, [](double corner) { return std::isnan(corner); }))
      return {-infinity, infinity};
    return {std::ranges::min(corners), std::ranges::max(corners)};
  }

 private:
  char operation_;
  EstimatePointer a_, b_;
};

// Or more than most_means where others are in it.
std::size_t means_in(const EstimatePointer& estimate) {
  if (as_mean(estimate)) return 1;
  const Extreme* extreme = as_extreme(estimate);
  if (!extreme) return most_means + 1;
  std::size_t count = 0;
  for (const EstimatePointer& part : extreme->parts()) count = std::min(count + means_in(part), most_means + 1);
  return count;
}

// -1 or 1 where all means in it have this sign, whichever seed is left out. 0: not known.
int sign_of(const EstimatePointer& estimate) {
  if (const Mean* mean = as_mean(estimate)) {
    const std::vector<double> means = mean->without_each_seed();
    if (std::ranges::all_of(means, [](double value) { return value > 0; })) return 1;
    return std::ranges::all_of(means, [](double value) { return value < 0; }) ? -1 : 0;
  }
  const Extreme* extreme = as_extreme(estimate);
  if (!extreme) return 0;
  const int sign = sign_of(extreme->parts()[0]);
  const auto agrees = [&](const EstimatePointer& part) { return sign_of(part) == sign; };
  return std::ranges::all_of(extreme->parts(), agrees) ? sign : 0;
}

// 1 where the operation increases with its left (or right) operand, -1 where it decreases. 0: not known.
int slope(char operation, const EstimatePointer& a, const EstimatePointer& b, bool left) {
  if (operation == '+' || (operation == '-' && left)) return 1;
  if (operation == '-') return -1;
  if (operation == '^') return 0;
  if (left) return sign_of(b);
  return operation == '*' ? sign_of(a) : -sign_of(a) * std::abs(sign_of(b));
}

}  // namespace

double calculate(char operation, double a, double b) {
  if (operation == '+') return a + b;
  if (operation == '-') return a - b;
  if (operation == '*') return a * b;
  return operation == '/' ? a / b : std::pow(a, b);
}

EstimatePointer mean_of(std::vector<double> values) { return std::make_shared<Mean>(std::move(values)); }

EstimatePointer median_over_seeds(std::vector<double> values) {
  if (std::ranges::any_of(values, [](double value) { return std::isnan(value); })) return mean_of(std::move(values));
  std::ranges::sort(values);
  return std::make_shared<MedianOverSeeds>(std::move(values));
}

EstimatePointer combine(char operation, const EstimatePointer& a, const EstimatePointer& b) {
  const Mean *left = as_mean(a), *right = as_mean(b);
  if (left && right) {
    const bool is_linear = operation == '+' || operation == '-';
    std::vector<double> values = is_linear ? left->values() : left->without_each_seed();
    const std::vector<double> others = is_linear ? right->values() : right->without_each_seed();
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = calculate(operation, values[i], others[i]);
    if (is_linear) return mean_of(std::move(values));
    return mean_of(stats::pseudo_values(calculate(operation, left->value(), right->value()), values));
  }
  if (means_in(a) * means_in(b) > most_means) return std::make_shared<Operation>(operation, a, b);
  for (const bool of_left : {true, false}) {
    const Extreme* extreme = as_extreme(of_left ? a : b);
    const int sign = extreme ? slope(operation, a, b, of_left) : 0;
    if (sign == 0) continue;
    std::vector<EstimatePointer> parts;
    for (const EstimatePointer& part : extreme->parts())
      parts.push_back(of_left ? combine(operation, part, b) : combine(operation, a, part));
    return std::make_shared<Extreme>(std::move(parts), extreme->largest() == (sign > 0));
  }
  return std::make_shared<Operation>(operation, a, b);
}

EstimatePointer transform(double (*function)(double), const EstimatePointer& a) {
  const Mean* mean = as_mean(a);
  if (!mean) return std::make_shared<Transformed>(function, a);
  std::vector<double> without = mean->without_each_seed();
  for (double& value : without) value = function(value);
  return mean_of(stats::pseudo_values(function(mean->value()), without));
}

EstimatePointer reduce(std::string_view reduction, std::vector<EstimatePointer> parts, std::vector<double> positions) {
  if (reduction == "max" || reduction == "min") return std::make_shared<Extreme>(std::move(parts), reduction == "max");
  if (reduction == "median") return std::make_shared<Median>(std::move(parts));
  if (reduction == "argmax" || reduction == "argmin")
    return std::make_shared<Position>(std::move(parts), std::move(positions), reduction == "argmax");
  EstimatePointer sum = parts[0];
  for (std::size_t i = 1; i < parts.size(); ++i) sum = combine('+', sum, parts[i]);
  return sum;
}

EstimatePointer first_crossing(std::vector<EstimatePointer> parts, std::vector<double> positions, Relation relation) {
  return std::make_shared<Crossing>(std::move(parts), std::move(positions), relation);
}

}  // namespace descent::claims
