#pragma once
// Where the tensors of one network lie in its flat, padded buffers: parameters [P] and running statistics [S].

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/data_facts.h"
#include "plan/layers.h"

namespace descent::fused {

inline constexpr std::int64_t absent = -1;

// Random weights and biases are drawn once and never trained: they count as statistics.
enum class TensorRole { weight, bias, gamma, beta, running_mean, running_variance, random_weight, random_bias };

// One tensor: `rows` rows of `columns` numbers, each padded to `stride`. A weight is stored as [in, out], that of a
// convolution as [height, width, in, out].
struct TensorSlot {
  std::string name{};  // in files: "linear0.weight"
  TensorRole role = TensorRole::weight;
  std::int64_t offset = 0;  // in the parameters; of running statistics in the statistics
  std::int64_t rows, columns, stride;
  std::int64_t channels;            // in: rows are [rows / channels, channels]
  std::vector<std::int64_t> shape;  // in files, as in PyTorch: [out, in], [out, in, width], [out]
  double fan_in, fan_out;           // of the weight, for its bias too
  double initial_scale;             // factor on the initial weight or gamma
  bool of_hidden_units = false;     // a weight: each column holds the incoming weights of one of them

  bool is_statistic() const {
    return role == TensorRole::running_mean || role == TensorRole::running_variance ||
           role == TensorRole::random_weight || role == TensorRole::random_bias;
  }
  std::int64_t size() const { return rows * stride; }
};

struct Layout {
  std::vector<TensorSlot> tensors;
  std::int64_t parameters = 0, statistics = 0;  // sizes of the flat buffers, in elements
  config::Shape input{};                        // of one example
  std::int64_t features = 0, input_stride = 0;  // inputs: [B, input_stride]
  std::int64_t outputs = 0, output_stride = 0;  // outputs: [B, output_stride]

  const TensorSlot* find(std::string_view name) const;  // null if there is none
  std::int64_t offset(std::string_view name) const;     // absent if there is none
};

// Padded to whole vectors of 64 bytes of T.
template <class T> Layout make_layout(const config::Model& model, const config::Shape& input, std::int64_t outputs);

// The tensor at an offset of a flat buffer; null if the offset is absent.
template <class T> T* at(T* buffer, std::int64_t offset) { return offset == absent ? nullptr : buffer + offset; }

}  // namespace descent::fused
