#pragma once
// Named random streams: one seed per purpose and run, so that no stream ever disturbs another.

#include <array>
#include <cstdint>
#include <string_view>

namespace descent::core {

// The numbers take part in the derivation.
enum class Purpose : std::uint64_t {
  data = 1,
  split,
  label_noise,
  bootstrap,
  init,
  order,
  dropout,
  stochastic_depth,
  prediction,
  augmentation
};

struct PurposeName {
  Purpose purpose;
  std::string_view name;
};
inline constexpr std::array<PurposeName, 10> purposes{{
    {Purpose::data, "data"},
    {Purpose::split, "split"},
    {Purpose::label_noise, "label_noise"},
    {Purpose::bootstrap, "bootstrap"},
    {Purpose::init, "init"},
    {Purpose::order, "order"},
    {Purpose::dropout, "dropout"},
    {Purpose::stochastic_depth, "stochastic_depth"},
    {Purpose::prediction, "prediction"},
    {Purpose::augmentation, "augmentation"},
}};

// The seed of one stream of the run with seed `seed`. `init` is `seed` itself, so that
// torch.manual_seed(seed) in Python reproduces pytorch_default initialization.
std::uint64_t derive_seed(std::int64_t seed, Purpose purpose);

}  // namespace descent::core
