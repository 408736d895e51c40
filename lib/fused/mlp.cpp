// The multilayer perceptron: hidden layers of linear, norm, activation, dropout (norm before or after the activation),
// then a linear readout.

#include <fmt/format.h>

#include <algorithm>

#include "fused/families.h"
#include "fused/norm.h"
#include "fused/parallel.h"

namespace descent::fused {
namespace {

using config::Activation;

// Row stride of a transposed weight: one vector more than needed, so that the elements of a column do not all map to a
// few sets of the cache.
template <class T> std::int64_t transposed_stride_of(std::int64_t columns) { return padded<T>(columns) + padded<T>(1); }

template <class T> class Mlp final : public Network<T> {
 public:
  explicit Mlp(const NetworkSpec& spec)
      : model_(spec.model), input_stride_(spec.layout.input_stride), threads_(spec.threads) {
    const Layout& layout = spec.layout;
    const std::size_t depth = config::hidden_widths(model_).size();
    std::int64_t widest = 0, largest = 0;
    for (std::size_t i = 0; i <= depth; ++i) {
      const std::string name = fmt::format("linear{}", i);
      const TensorSlot& weight = *layout.find(name + ".weight");
      const bool inner = i > 0 && i < depth;
      Layer& layer = layers_.emplace_back(Layer{.in = weight.rows,
                                                .out = weight.columns,
                                                .stride = weight.stride,
                                                .hidden = i < depth,
                                                .residual = inner && model_.residual,
                                                .weight = weight.offset,
                                                .bias = layout.offset(name + ".bias")});
      widest = std::max({widest, layer.stride, padded<T>(layer.in)});
      largest = std::max(largest, layer.out * transposed_stride_of<T>(layer.in));
      const std::int64_t elements = spec.max_rows * layer.stride;
      layer.linear = Buffer<T>(elements);
      if (!layer.hidden) continue;
      if (has_norm_) {
        layer.normal = Buffer<T>(elements);
        layer.norm = Norm<T>(model_.norm, layout, fmt::format("norm{}", i), layer.out, {}, spec.max_rows);
      }
      if (separate_activation_) layer.active = Buffer<T>(elements);
      layer.dropped = Buffer<T>(elements);
      layer.mask = Buffer<T>(elements);
    }
    transposed_ = Buffer<T>(largest);
    for (Buffer<T>& buffer : gradient_) buffer = Buffer<T>(spec.max_rows * widest);
  }

  T* logits_gradient() override { return gradient_[0].data(); }

  void backward(const T* x, std::int64_t rows, const T* parameters, T* gradient,
                const StepRandomness& randomness) override {
    T* dy = gradient_[0].data();
    T* dx = gradient_[1].data();
    T* spare = gradient_[2].data();
    const T* skip = nullptr;  // gradient along the shortcut of a residual layer
    for (std::size_t i = layers_.size(); i-- > 0;) {
      Layer& layer = layers_[i];
      const std::int64_t elements = rows * layer.stride;
      if (layer.hidden) {
        if (randomness.dropout_rate != 0) kernels_.multiply(elements, dy, layer.mask.data(), dy);
        if (norm_after_) layer.norm.backward(layer.norm_input, rows, parameters, dy, gradient);
        kernels_.activate_backward(static_cast<int>(model_.activation), elements, layer.active_input,
                                   layer.active_output, dy, dy);
        if (has_norm_ && !norm_after_) layer.norm.backward(layer.norm_input, rows, parameters, dy, gradient);
        if (skip) kernels_.add(elements, dy, skip, dy);
      }
      const T* input = x;
      std::int64_t input_stride = input_stride_;
      if (i > 0) {
        const Layer& below = layers_[i - 1];
        input_stride = below.stride;
        input = randomness.dropout_rate != 0 ? below.dropped.data()
                : norm_after_                ? below.normal.data()
                                             : below.active_output;
      }
      parameter_gradient(layer, rows, input, input_stride, dy, gradient);
      if (i == 0) return;
      const std::int64_t in_stride = padded<T>(layer.in), transposed_stride = transposed_stride_of<T>(layer.in);
      T* transposed = transposed_.data();
      kernels_.transpose(layer.in, layer.out, parameters + layer.weight, layer.stride, transposed, transposed_stride);
      matmul({rows, layer.in, layer.out, dy, layer.stride, 1, transposed, transposed_stride, nullptr, dx, in_stride});
      skip = layer.residual ? dy : nullptr;
      std::swap(dx, spare);
      std::swap(dy, spare);
    }
  }

 private:
  // One layer: the offsets of its tensors and what the backward pass needs from the forward pass, [B, stride] each.
  struct Layer {
    std::int64_t in, out, stride;
    bool hidden;                // followed by norm, activation, dropout
    bool residual;              // adds its input before norm and activation: z + W f(z) + b
    std::int64_t weight, bias;  // offsets
    Buffer<T> linear{}, normal{}, active{}, dropped{}, mask{};
    Norm<T> norm{};
    const T* norm_input = nullptr;
    const T* active_input = nullptr;
    const T* active_output = nullptr;
  };

  // Splits the rows of c over the threads of the run if the product is large enough. The result does not depend on the
  // number of threads, since each element is summed in the same order.
  void matmul(const Product<T>& whole, bool relu = false) const {
    const auto product = relu ? kernels_.matmul_relu : kernels_.matmul;
    constexpr std::int64_t products_per_thread = 1 << 18, tile_rows = 48;
    const std::int64_t m = whole.m, work = std::max<std::int64_t>(whole.n * whole.k, 1);
    const std::int64_t grain = std::max(tile_rows, products_per_thread / work);
    const std::int64_t parts = std::clamp(m / grain, std::int64_t{1}, threads_);
    constexpr std::int64_t vector = padded<T>(1);  // rows of a transposed `a` are read as whole vectors
    const auto first = [&](std::int64_t part) { return part == parts ? m : m * part / parts / vector * vector; };
    parallel_for(threads_, parts, [&](std::int64_t index) {
      const std::int64_t begin = first(index);
      Product<T> part = whole;
      part.m = first(index + 1) - begin;
      part.a += begin * whole.a_row;
      part.c += begin * whole.c_stride;
      product(part);
    });
  }

  const T* run(const T* x, const Context<T>& context) override {
    rows_ = context.rows;
    std::int64_t stride = input_stride_;
    for (std::size_t i = 0; i + 1 < layers_.size(); ++i) {
      x = drop(i, hidden(i, x, stride, context), context);
      stride = layers_[i].stride;
    }
    linear(layers_.back(), x, stride, context);
    return layers_.back().linear.data();
  }

  void linear(Layer& layer, const T* x, std::int64_t x_stride, const Context<T>& context, bool relu = false) const {
    matmul({context.rows, layer.out, layer.in, x, x_stride, 1, context.parameters + layer.weight, layer.stride,
            context.parameters + layer.bias, layer.linear.data(), layer.stride},
           relu);
  }

  // [B, in] -> [B, out] through linear, norm and activation.
  const T* hidden(std::size_t index, const T* x, std::int64_t x_stride, const Context<T>& context) {
    Layer& layer = layers_[index];
    const std::int64_t elements = context.rows * layer.stride;
    T* z = layer.linear.data();
    linear(layer, x, x_stride, context, relu_in_product_);
    if (relu_in_product_) return layer.active_output = z;
    if (layer.residual) kernels_.add(elements, z, layers_[index - 1].linear.data(), z);
    if (norm_after_) return normalize(layer, activate(layer, z), context);
    return activate(layer, normalize(layer, z, context));
  }

  T* normalize(Layer& layer, T* x, const Context<T>& context) {
    if (!has_norm_) return x;
    layer.norm_input = x;
    layer.norm.forward(x, context, layer.normal.data());
    return layer.normal.data();
  }

  // In place unless the input is needed later.
  T* activate(Layer& layer, T* x) {
    T* y = separate_activation_ ? layer.active.data() : x;
    kernels_.activate(static_cast<int>(model_.activation), rows_ * layer.stride, x, y);
    if (model_.activation == Activation::sigmoid)
      kernels_.clear_pads(rows_, layer.out, layer.stride, y);  // f(0) is 1/2
    layer.active_input = x;
    layer.active_output = y;
    return y;
  }

  const T* drop(std::size_t index, const T* x, const Context<T>& context) {
    const StepRandomness& randomness = context.randomness;
    if (randomness.dropout_rate == 0) return x;
    Layer& layer = layers_[index];
    const DropoutDraw draw{randomness.dropout_seed, randomness.step, static_cast<std::uint32_t>(index)};
    kernels_.dropout(rows_ * layer.stride, randomness.dropout_rate, draw, x, layer.mask.data(), layer.dropped.data());
    return layer.dropped.data();
  }

  void parameter_gradient(const Layer& layer, std::int64_t rows, const T* x, std::int64_t x_stride, const T* dy,
                          T* gradient) {
    // For a narrow output, computes the transpose, whose rows are long.
    if (layer.stride == padded<T>(1) && layer.in > layer.stride) {
      const std::int64_t stride = transposed_stride_of<T>(layer.in);
      matmul({layer.out, layer.in, rows, dy, 1, layer.stride, x, x_stride, nullptr, transposed_.data(), stride});
      kernels_.transpose(layer.out, layer.in, transposed_.data(), stride, gradient + layer.weight, layer.stride);
    } else {
      matmul({layer.in, layer.out, rows, x, 1, x_stride, dy, layer.stride, nullptr, gradient + layer.weight,
              layer.stride});
    }
    kernels_.column_sums(rows, layer.stride, dy, gradient + layer.bias);
  }

  const Kernels<T>& kernels_ = kernels<T>();
  const config::Model model_;
  const std::int64_t input_stride_, threads_;
  const bool has_norm_ = model_.norm.kind != config::NormKind::none;
  const bool norm_after_ = has_norm_ && model_.norm_position == config::NormPosition::after;
  // True if ReLU directly follows the linear map.
  const bool relu_in_product_ = model_.activation == Activation::relu && !has_norm_ && !model_.residual;
  const bool separate_activation_ = derivative_needs_input(model_.activation) || model_.residual;
  std::vector<Layer> layers_;  // the last one is the readout
  Buffer<T> transposed_;
  Buffer<T> gradient_[3];  // [B, widest], used in turn
  std::int64_t rows_ = 0;  // B of the last pass
};

}  // namespace

template <class T> std::unique_ptr<Network<T>> make_mlp(const NetworkSpec& spec) {
  return std::make_unique<Mlp<T>>(spec);
}

template std::unique_ptr<Network<float>> make_mlp(const NetworkSpec&);
template std::unique_ptr<Network<double>> make_mlp(const NetworkSpec&);

}  // namespace descent::fused
