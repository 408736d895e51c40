#pragma once
// The positions of the tensors of a network in its flat, padded buffers: parameters [P] and running statistics [S].

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/data_facts.h"
#include "plan/layers.h"

namespace descent::fused {

inline constexpr std::int64_t absent = -1;

// Random weights and biases are not trained and belong to the statistics.
enum class TensorRole { weight, bias, gamma, beta, running_mean, running_variance, random_weight, random_bias };

// A matrix [rows, columns] with rows padded to `stride`. A weight is stored as [in, out], the weight of a convolution
// as [height, width, in, out].
struct TensorSlot {
  std::string name{};  // in files: "linear0.weight"
  TensorRole role = TensorRole::weight;
  std::int64_t offset = 0;  // in the parameters or the statistics
  std::int64_t rows, columns, stride;
  std::int64_t channels;            // `in`: rows are [rows / channels, channels]
  std::vector<std::int64_t> shape;  // in files, as in PyTorch: [out, in], [out, in, width], [out]
  bool of_hidden_units = false;     // a weight whose columns are the incoming weights of hidden units

  bool is_statistic() const {
    return role == TensorRole::running_mean || role == TensorRole::running_variance ||
           role == TensorRole::random_weight || role == TensorRole::random_bias;
  }
  std::int64_t size() const { return rows * stride; }
};

struct Layout {
  std::vector<TensorSlot> tensors;
  std::int64_t parameters = 0, statistics = 0;  // sizes of the flat buffers, in elements
  config::Shape input{};                        // shape of one example
  std::int64_t features = 0, input_stride = 0;  // inputs: [B, input_stride]
  std::int64_t outputs = 0, output_stride = 0;  // outputs: [B, output_stride]

  const TensorSlot* find(std::string_view name) const;  // null if missing
  std::int64_t offset(std::string_view name) const;     // `absent` if missing
};

// Rows are padded to multiples of 64 bytes.
template <class T> Layout make_layout(const config::Model& model, const config::Shape& input, std::int64_t outputs);

// The tensor at an offset of a flat buffer; null if the offset is `absent`.
template <class T> T* at(T* buffer, std::int64_t offset) { return offset == absent ? nullptr : buffer + offset; }

}  // namespace descent::fused
