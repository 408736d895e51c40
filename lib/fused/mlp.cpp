#include "fused/mlp.h"

#include <fmt/format.h>

#include <algorithm>

#include "fused/parallel.h"
#include "fused/passes.h"

namespace descent::fused {

using config::Activation;

namespace {

// Stride of the rows of a transposed weight: a vector more than they need, so that the parts of a column do not share a
// few sets of the cache.
template <class T>
std::int64_t transposed_stride_of(std::int64_t columns) {
  return padded<T>(columns) + padded<T>(1);
}

}  // namespace

template <class T>
std::vector<typename Mlp<T>::Layer> Mlp<T>::layers_of(const config::Model& model, const Layout& layout) {
  std::vector<Layer> layers;
  const std::size_t depth = config::hidden_widths(model).size();
  std::int64_t blocks = 0;
  for (std::size_t i = 0; i <= depth; ++i) {
    const std::string name = fmt::format("linear{}", i);
    const NamedTensor& weight = *layout.find(name + ".weight");
    const bool inner = i > 0 && i < depth;
    layers.push_back({name, weight.rows, weight.columns, weight.stride, i < depth, inner && model.residual,
                      inner && weight.rows == weight.columns ? blocks++ : -1, weight.offset,
                      layout.offset(name + ".bias")});
  }
  return layers;
}

template <class T>
Mlp<T>::Mlp(const config::Model& model, const Layout& layout, std::int64_t max_rows, std::int64_t threads)
    : kernels_(kernels<T>()),
      model_(model),
      input_stride_(layout.input_stride),
      layers_(layers_of(model, layout)),
      has_norm_(model.norm.kind != config::NormKind::none),
      norm_after_(has_norm_ && model.norm_position == config::NormPosition::after),
      relu_in_product_(model.activation == Activation::relu && !has_norm_ && !model.residual),
      threads_(threads) {
  std::int64_t widest = 0, largest = 0;
  for (const Layer& layer : layers_) {
    widest = std::max({widest, layer.stride, padded<T>(layer.in)});
    largest = std::max(largest, layer.out * transposed_stride_of<T>(layer.in));
    if (!layer.hidden) continue;
    Workspace w;
    const std::int64_t cells = max_rows * layer.stride;
    w.linear = Buffer<T>(cells);
    if (has_norm_) {
      w.normal = Buffer<T>(cells);
      w.norm = Norm<T>(model.norm, layout, fmt::format("norm{}", work_.size()), layer.out, {}, max_rows);
    }
    if (derivative_needs_input(model.activation) || model.residual) w.active = Buffer<T>(cells);
    w.dropped = Buffer<T>(cells);
    w.mask = Buffer<T>(cells);
    work_.push_back(std::move(w));
  }
  logits_ = Buffer<T>(max_rows * layers_.back().stride);
  transposed_ = Buffer<T>(largest);
  for (Buffer<T>& buffer : gradient_) buffer = Buffer<T>(max_rows * widest);
}

// Unless they are kept, activations that may work in place overwrite their input.
template <class T>
void Mlp<T>::keep_activations(bool keep) {
  keep_ = keep;
  has_gradients_ = false;
  if (!keep || output_gradient_.size() > 0) return;
  output_gradient_ = Buffer<T>(logits_.size());
  for (Workspace& w : work_) {
    if (w.active.size() == 0) w.active = Buffer<T>(w.linear.size());
    w.linear_gradient = Buffer<T>(w.linear.size());
    w.input_gradient = Buffer<T>(w.linear.size());
    w.output_gradient = Buffer<T>(w.linear.size());
  }
}

template <class T>
std::vector<ActivationView<T>> Mlp<T>::activations() const {
  std::vector<ActivationView<T>> views;
  const auto gradient = [&](const Buffer<T>& buffer) { return has_gradients_ ? buffer.data() : nullptr; };
  for (std::size_t i = 0; i < work_.size(); ++i) {
    const Layer& layer = layers_[i];
    const Workspace& w = work_[i];
    views.push_back({layer.name, ActivationKind::linear, w.linear.data(), gradient(w.linear_gradient), rows_, layer.out,
                     layer.stride});
    if (has_norm_)
      views.push_back({layer.name, ActivationKind::norm_input, w.norm_input, nullptr, rows_, layer.out, layer.stride});
    views.push_back({layer.name, ActivationKind::pre_activation, w.active_input, gradient(w.input_gradient), rows_,
                     layer.out, layer.stride});
    views.push_back({layer.name, ActivationKind::activation, w.active_output, gradient(w.output_gradient), rows_,
                     layer.out, layer.stride});
  }
  const Layer& readout = layers_.back();
  views.push_back({readout.name, ActivationKind::output, logits_.data(), gradient(output_gradient_), rows_,
                   readout.out, readout.stride});
  return views;
}

template <class T>
std::int64_t Mlp<T>::blocks() const {
  return std::ranges::count_if(layers_, [](const Layer& layer) { return layer.block >= 0; });
}

// Splits the rows of c over the threads of the run where that pays; the bits are the same for any number of threads,
// since each element is one chain of sums.
template <class T>
void Mlp<T>::matmul(std::int64_t m, std::int64_t n, std::int64_t k, const T* a, std::int64_t a_row,
                    std::int64_t a_column, const T* b, std::int64_t b_stride, const T* bias, T* c,
                    std::int64_t c_stride, bool relu) const {
  const auto product = relu ? kernels_.matmul_relu : kernels_.matmul;
  constexpr std::int64_t products_per_thread = 1 << 18, tile_rows = 48;
  const std::int64_t grain = std::max(tile_rows, products_per_thread / std::max<std::int64_t>(n * k, 1));
  const std::int64_t parts = std::clamp(m / grain, std::int64_t{1}, threads_);
  constexpr std::int64_t vector = padded<T>(1);  // of rows: those of a transposed `a` are read by whole vectors
  const auto first = [&](std::int64_t part) { return part == parts ? m : m * part / parts / vector * vector; };
  parallel_for(threads_, parts, [&](std::int64_t part) {
    const std::int64_t begin = first(part), end = first(part + 1);
    product(end - begin, n, k, a + begin * a_row, a_row, a_column, b, b_stride, bias, c + begin * c_stride, c_stride);
  });
}

template <class T>
T* Mlp<T>::normalize(std::size_t index, T* x, const Context<T>& context) {
  Workspace& w = work_[index];
  if (!has_norm_) return x;
  w.norm_input = x;
  w.norm.forward(x, context, w.normal.data());
  return w.normal.data();
}

template <class T>
T* Mlp<T>::activate(std::size_t index, T* x, std::int64_t rows) {
  const Layer& layer = layers_[index];
  Workspace& w = work_[index];
  const bool apart = derivative_needs_input(model_.activation) || model_.residual || keep_;
  T* y = apart ? w.active.data() : x;
  kernels_.activate(static_cast<int>(model_.activation), rows * layer.stride, x, y);
  if (model_.activation == Activation::sigmoid) kernels_.clear_pads(rows, layer.out, layer.stride, y);  // f(0) is 1/2
  w.active_input = x;
  w.active_output = y;
  return y;
}

// [B, in] -> [B, out] through linear, norm and activation.
template <class T>
const T* Mlp<T>::hidden(std::size_t index, const T* x, std::int64_t x_stride, const Context<T>& context) {
  const Layer& layer = layers_[index];
  const std::int64_t rows = context.rows;
  T* z = work_[index].linear.data();
  if (this->path_of(layer.block) == ResidualPath::shortcut) {
    std::copy_n(work_[index - 1].linear.data(), rows * layer.stride, z);
  } else {
    const bool relu = relu_in_product_ && !keep_;
    matmul(rows, layer.out, layer.in, x, x_stride, 1, context.parameters + layer.weight, layer.stride,
           context.parameters + layer.bias, z, layer.stride, relu);
    if (relu) return work_[index].active_output = z;
    if (layer.residual) kernels_.add(rows * layer.stride, z, work_[index - 1].linear.data(), z);
  }
  if (norm_after_) return normalize(index, activate(index, z, rows), context);
  return activate(index, normalize(index, z, context), rows);
}

template <class T>
const T* Mlp<T>::drop(std::size_t index, const T* x, const Context<T>& context) {
  const StepRandomness& randomness = context.randomness;
  if (randomness.dropout_rate == 0) return x;
  Workspace& w = work_[index];
  const DropoutDraw draw{randomness.dropout_seed, randomness.step, static_cast<std::uint32_t>(index)};
  kernels_.dropout(context.rows * layers_[index].stride, randomness.dropout_rate, draw, x, w.mask.data(), w.dropped.data());
  return w.dropped.data();
}

template <class T>
const T* Mlp<T>::run(const T* x, const Context<T>& context) {
  rows_ = context.rows;
  has_gradients_ = false;
  std::int64_t stride = input_stride_;
  for (std::size_t i = 0; i < work_.size(); ++i) {
    if (!layers_[i].residual && this->path_of(layers_[i].block) == ResidualPath::shortcut) continue;  // as wide as its input
    x = drop(i, hidden(i, x, stride, context), context);
    stride = layers_[i].stride;
  }
  const Layer& readout = layers_.back();
  matmul(rows_, readout.out, readout.in, x, stride, 1, context.parameters + readout.weight, readout.stride,
         context.parameters + readout.bias, logits_.data(), readout.stride);
  return logits_.data();
}

template <class T>
void Mlp<T>::backward(const T* x, std::int64_t rows, const T* parameters, T* gradient, const StepRandomness& randomness) {
  T* dy = gradient_[0].data();
  T* dx = gradient_[1].data();
  T* spare = gradient_[2].data();
  const T* skip = nullptr;  // the gradient of a residual layer along its shortcut
  has_gradients_ = keep_;
  if (keep_) std::copy_n(dy, rows * layers_.back().stride, output_gradient_.data());
  for (std::size_t i = layers_.size(); i-- > 0;) {
    const Layer& layer = layers_[i];
    if (layer.hidden) {
      Workspace& w = work_[i];
      const std::int64_t cells = rows * layer.stride;
      if (randomness.dropout_rate != 0) kernels_.multiply(cells, dy, w.mask.data(), dy);
      if (norm_after_) w.norm.backward(w.norm_input, rows, parameters, dy, gradient);
      if (keep_) std::copy_n(dy, cells, w.output_gradient.data());
      kernels_.activate_backward(static_cast<int>(model_.activation), cells, w.active_input, w.active_output, dy, dy);
      if (keep_) std::copy_n(dy, cells, w.input_gradient.data());
      if (has_norm_ && !norm_after_) w.norm.backward(w.norm_input, rows, parameters, dy, gradient);
      if (skip) kernels_.add(cells, dy, skip, dy);
      if (keep_) std::copy_n(dy, cells, w.linear_gradient.data());
    }
    const T* input = x;
    std::int64_t input_stride = input_stride_;
    if (i > 0) {
      const Workspace& below = work_[i - 1];
      input_stride = layers_[i - 1].stride;
      input = randomness.dropout_rate != 0 ? below.dropped.data() : norm_after_ ? below.normal.data() : below.active_output;
    }
    const std::int64_t in_stride = padded<T>(layer.in), transposed_stride = transposed_stride_of<T>(layer.in);
    T* transposed = transposed_.data();
    if (layer.stride == padded<T>(1) && layer.in > layer.stride) {  // as a product of long rows
      matmul(layer.out, layer.in, rows, dy, 1, layer.stride, input, input_stride, nullptr, transposed, transposed_stride);
      kernels_.transpose(layer.out, layer.in, transposed, transposed_stride, gradient + layer.weight, layer.stride);
    } else {
      matmul(layer.in, layer.out, rows, input, 1, input_stride, dy, layer.stride, nullptr, gradient + layer.weight,
             layer.stride);
    }
    kernels_.column_sums(rows, layer.stride, dy, gradient + layer.bias);
    if (i == 0) return;
    kernels_.transpose(layer.in, layer.out, parameters + layer.weight, layer.stride, transposed, transposed_stride);
    matmul(rows, layer.in, layer.out, dy, layer.stride, 1, transposed, transposed_stride, nullptr, dx, in_stride);
    const ResidualPath path = this->path_of(layer.block);
    if (path == ResidualPath::shortcut) std::fill_n(dx, rows * in_stride, T(0));
    skip = layer.residual && path != ResidualPath::branch ? dy : nullptr;
    std::swap(dx, spare);
    std::swap(dy, spare);
  }
}

template class Mlp<float>;
template class Mlp<double>;

}  // namespace descent::fused
