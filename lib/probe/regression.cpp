// The identities of gradient descent on a linear regression whose eigenvalues are chosen.

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/random.h"
#include "probe/identities.h"
#include "probe/random_network.h"

namespace descent::probe {
namespace {

using Vector = std::vector<double>;

constexpr std::size_t examples = 60, features = 30;
constexpr double rate = 0.2;

double dot(const Vector& a, const Vector& b) { return std::inner_product(a.begin(), a.end(), b.begin(), 0.0); }

void add(double factor, const Vector& x, Vector& y) {
  for (std::size_t i = 0; i < y.size(); ++i) y[i] += factor * x[i];
}

Vector random_vector(std::size_t size, core::Random& random) {
  Vector x(size);
  std::ranges::generate(x, [&] { return random.normal(); });
  return x;
}

// `count` orthonormal vectors by Gram and Schmidt, done twice: once leaves a rounding error that grows with the count.
std::vector<Vector> orthonormal(std::size_t count, std::size_t size, core::Random& random) {
  std::vector<Vector> basis;
  while (basis.size() < count) {
    Vector x = random_vector(size, random);
    for (int pass = 0; pass < 2; ++pass)
      for (const Vector& e : basis) add(-dot(e, x), e, x);
    const double norm = std::sqrt(dot(x, x));
    for (double& value : x) value /= norm;
    basis.push_back(std::move(x));
  }
  return basis;
}

// 4e-4 to 1.05, by equal factors.
double eigenvalue(std::size_t i) { return 4e-4 * std::pow(1.05 / 4e-4, static_cast<double>(i) / (features - 1)); }

double share_gone(std::size_t i, std::int64_t steps) {
  return 1 - std::pow(1 - rate * eigenvalue(i), static_cast<double>(steps));
}

}  // namespace

double iterate_difference(std::int64_t steps, std::uint64_t seed) {
  core::Random random(seed);
  // X = sum_i sqrt(n rho_i) left_i right_i^T, so that X^T X / n has the eigenvectors right_i.
  const auto left = orthonormal(features, examples, random), right = orthonormal(features, features, random);
  std::vector<Vector> x(examples, Vector(features));
  for (std::size_t i = 0; i < features; ++i)
    for (std::size_t n = 0; n < examples; ++n) add(std::sqrt(examples * eigenvalue(i)) * left[i][n], right[i], x[n]);
  const Vector y = random_vector(examples, random);
  Vector w(features), expected(features);
  for (std::int64_t step = 0; step < steps; ++step) {
    Vector gradient(features);
    for (std::size_t n = 0; n < examples; ++n) add((dot(x[n], w) - y[n]) / examples, x[n], gradient);
    add(-rate, gradient, w);
  }
  for (std::size_t i = 0; i < features; ++i)
    add(share_gone(i, steps) * dot(left[i], y) / std::sqrt(examples * eigenvalue(i)), right[i], expected);
  return largest_difference(w, expected);
}

double filter_difference(std::int64_t steps) {
  const double alpha = 1 / (rate * static_cast<double>(steps));
  double largest = 0;
  for (std::size_t i = 0; i < features; ++i)
    largest = std::max(largest, std::abs(share_gone(i, steps) - eigenvalue(i) / (eigenvalue(i) + alpha)));
  return largest;
}

}  // namespace descent::probe
