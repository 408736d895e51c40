#include "nn/convnet.h"

#include <algorithm>

#include "core/random.h"
#include "nn/passes.h"

namespace descent::nn {

using Op = plan::Node::Op;
using config::Activation;
using config::NormKind;

template <class T>
PatchShape ConvNet<T>::window_of(const Node& node, std::int64_t kernel_height, std::int64_t kernel_width) const {
  const config::Shape& in = node.input < 0 ? shape_ : nodes_[node.input].out_shape;
  return {in.height, in.width, in.channels, node.out_shape.height, node.out_shape.width, kernel_height, kernel_width,
          node.stride_height, node.stride_width, node.padding_height, node.padding_width};
}

template <class T>
ConvNet<T>::ConvNet(const config::Model& model, const Layout& layout, std::int64_t max_rows)
    : kernels_(kernels<T>()), model_(model), shape_(layout.input), input_stride_(layout.input_stride),
      max_rows_(max_rows) {
  const plan::Graph graph = plan::convnet_of(model, layout.input, layout.outputs);
  blocks_ = graph.blocks;
  input_ = Buffer<T>(max_rows * shape_.height * shape_.width * padded<T>(shape_.channels));
  std::int64_t widest = 0;
  for (const plan::Node& described : graph.nodes) {
    Node node;
    static_cast<plan::Node&>(node) = described;
    node.stride = padded<T>(node.out_shape.channels);
    node.positions = node.out_shape.height * node.out_shape.width;
    node.own = Buffer<T>(max_rows * node.positions * node.stride);
    widest = std::max(widest, node.stride);
    if (node.layer >= 0) {
      const plan::Layer& layer = graph.layers[node.layer];
      node.weight = layout.offset(layer.name + ".weight");
      node.bias = layout.offset(layer.name + ".bias");
      node.mean = layout.offset(layer.name + ".running_mean");
      node.variance = layout.offset(layer.name + ".running_var");
      if (node.op == Op::convolution) {
        node.convolution = Convolution<T>(window_of(node, layer.kernel_height, layer.kernel_width), layer.out,
                                          max_rows, scratch_);
      } else if (model.norm.kind == NormKind::batch) {
        node.batch_norm = BatchNorm<T>(model.norm, node.stride);
      } else {
        node.group_norm = GroupNorm<T>(model.norm, node.out_shape.channels, node.positions, max_rows);
      }
    }
    if (node.op == Op::maximum) {
      node.window = window_of(node, node.kernel_height, node.kernel_width);
      node.mask = Buffer<T>(node.own.size());
    }
    if (node.op == Op::dropout)
      node.mask = Buffer<T>(model.dropout.kind == config::DropoutKind::unit ? node.own.size()
                                                                            : max_rows * node.stride);
    if (node.input >= 0) ++nodes_[node.input].uses;
    if (node.branch >= 0) ++nodes_[node.branch].uses;
    nodes_.push_back(std::move(node));
  }
  ones_ = Buffer<T>(std::max(max_rows * widest, widest));
  std::fill_n(ones_.data(), ones_.size(), T(1));
  plan_gradients();
}

// Walks the graph as the backward pass will. Most nodes turn the gradient of their output into that of their input in
// place; a gradient that two nodes contribute to has its own slot, written by the first and added to by the second.
template <class T>
void ConvNet<T>::plan_gradients() {
  std::vector<std::int64_t> free;
  std::int64_t largest = 0;
  for (const Node& node : nodes_) largest = std::max(largest, node.own.size());
  const auto take = [&] {
    if (free.empty()) {
      slots_.emplace_back(largest);
      return std::ssize(slots_) - 1;
    }
    const std::int64_t slot = free.back();
    free.pop_back();
    return slot;
  };
  nodes_.back().slot = take();
  for (std::size_t i = nodes_.size(); i-- > 0;) {
    Node& node = nodes_[i];
    bool passed_on = false;
    const auto assign = [&](std::int64_t input, bool in_place) {
      if (input < 0) return false;
      Node& source = nodes_[input];
      if (source.slot >= 0) return true;
      source.slot = in_place ? node.slot : take();
      passed_on |= in_place;
      return false;
    };
    const bool in_place = node.op == Op::normalize || node.op == Op::activate || node.op == Op::dropout;
    node.adds_gradient = assign(node.input, in_place);
    if (node.op == Op::add) node.adds_branch_gradient = assign(node.branch, true);
    if (!passed_on) free.push_back(node.slot);
  }
}

template <class T>
void ConvNet<T>::keep_activations(bool keep) {
  keep_ = keep;
  has_gradients_ = false;
  for (Node& node : nodes_)
    if (keep && node.kept_gradient.size() == 0) node.kept_gradient = Buffer<T>(node.own.size());
}

template <class T>
std::vector<ActivationView<T>> ConvNet<T>::activations() const {
  std::vector<ActivationView<T>> views;
  const auto add = [&](const Node& node, const std::string& name, ActivationKind kind) {
    views.push_back({name, kind, node.out, has_gradients_ ? node.kept_gradient.data() : nullptr,
                     rows_ * node.positions, node.out_shape.channels, node.stride});
  };
  for (const Node& node : nodes_) {
    if (node.op == Op::convolution && &node != &nodes_.back()) add(node, node.name, ActivationKind::linear);
    if (node.op == Op::normalize) add(nodes_[node.input], node.name, ActivationKind::norm_input);
    if (node.op != Op::activate) continue;
    add(nodes_[node.input], node.name, ActivationKind::pre_activation);
    add(node, node.name, ActivationKind::activation);
  }
  add(nodes_.back(), nodes_.back().name, ActivationKind::output);
  return views;
}

template <class T>
const T* ConvNet<T>::forward(const T* x, std::int64_t rows, const T* parameters, T* statistics, const Pass& pass) {
  return run(x, {rows, parameters, statistics, pass, true});
}

template <class T>
const T* ConvNet<T>::predict(const T* x, std::int64_t rows, const T* parameters, const T* statistics,
                             const Pass& pass) {
  return run(x, {rows, parameters, const_cast<T*>(statistics), pass, false});  // read only when not training
}

template <class T>
const T* ConvNet<T>::run(const T* x, const Context& context) {
  rows_ = context.rows;
  has_gradients_ = false;
  const std::int64_t positions = shape_.height * shape_.width, stride = padded<T>(shape_.channels);
  for (std::int64_t r = 0; r < context.rows; ++r)
    for (std::int64_t c = 0; c < shape_.channels; ++c)
      for (std::int64_t p = 0; p < positions; ++p)
        input_.data()[(r * positions + p) * stride + c] = x[r * input_stride_ + c * positions + p];
  for (Node& node : nodes_) compute(node, context);
  return nodes_.back().out;
}

template <class T>
void ConvNet<T>::compute(Node& node, const Context& context) {
  const T* x = input_of(node);
  const std::int64_t count = cells(node, context.rows);
  if (this->way(node.block) == Way::around) {
    node.out = const_cast<T*>(x);  // read only
    return;
  }
  node.out = node.own.data();
  switch (node.op) {
    case Op::convolution:
      return node.convolution.forward(context.rows, x, context.parameters + node.weight,
                                      at(context.parameters, node.bias), node.out);
    case Op::normalize: return normalize(node, context);
    case Op::activate: {
      Node& source = nodes_[node.input];
      if (!derivative_needs_input(model_.activation) && source.uses == 1 && source.op != Op::dropout && !keep_)
        node.out = source.out;
      kernels_.activate(static_cast<int>(model_.activation), count, x, node.out);
      if (model_.activation == Activation::sigmoid)  // f(0) is 1/2
        kernels_.clear_pads(context.rows * node.positions, node.out_shape.channels, node.stride, node.out);
      return;
    }
    case Op::dropout: return drop(node, context);
    case Op::add: {
      const T scale = branch_scale(node, context);
      const T* branch = nodes_[node.branch].out;
      if (scale == T(1)) return kernels_.add(count, x, branch, node.out);
      std::copy_n(branch, count, node.out);
      kernels_.scale(count, scale, node.out);
      return kernels_.add(count, x, node.out, node.out);
    }
    case Op::shortcut: {
      const Node& source = nodes_[node.input];
      T* y = node.out;
      for (std::int64_t r = 0; r < context.rows; ++r)
        for (std::int64_t i = 0; i < node.out_shape.height; ++i)
          for (std::int64_t j = 0; j < node.out_shape.width; ++j, y += node.stride) {
            const std::int64_t place = (r * source.out_shape.height + i * node.stride_height) * source.out_shape.width +
                                       j * node.stride_width;
            std::copy_n(x + place * source.stride, source.stride, y);
            std::fill(y + source.stride, y + node.stride, T(0));
          }
      return;
    }
    case Op::average: {
      const std::int64_t positions = nodes_[node.input].positions;
      for (std::int64_t r = 0; r < context.rows; ++r)
        kernels_.column_sums(positions, node.stride, x + r * positions * node.stride, node.out + r * node.stride);
      return kernels_.scale(count, T(1) / static_cast<T>(positions), node.out);
    }
    case Op::maximum: return kernels_.max_pool(node.window, context.rows, x, node.out, node.mask.data());
  }
}

// Inverted, as dropout: a kept branch counts 1 / survival, a skipped one 0.
template <class T>
T ConvNet<T>::branch_scale(const Node& node, const Context& context) const {
  if (!context.training || node.survival == 1) return T(1);
  core::Random random(context.pass.depth_seed, context.pass.step << 16 | static_cast<std::uint64_t>(node.block));
  return random.uniform() < node.survival ? static_cast<T>(1 / node.survival) : T(0);
}

template <class T>
void ConvNet<T>::normalize(Node& node, const Context& context) {
  const T* x = input_of(node);
  const Affine<const T> affine{at(context.parameters, node.weight), at(context.parameters, node.bias)};
  if (model_.norm.kind != NormKind::batch) return node.group_norm.forward(context.rows, x, affine, node.out);
  const std::int64_t rows = context.rows * node.positions;
  T* mean = context.statistics + node.mean;
  T* variance = context.statistics + node.variance;
  if (context.training) return node.batch_norm.train(rows, x, affine, mean, variance, node.out);
  const bool running = model_.norm.predict_with == config::PredictWith::running;
  node.batch_norm.predict(rows, x, affine, running ? mean : nullptr, running ? variance : nullptr, node.out);
}

template <class T>
void ConvNet<T>::drop(Node& node, const Context& context) {
  const T* x = input_of(node);
  const Pass& pass = context.pass;
  if (pass.dropout_rate == 0) {
    node.out = const_cast<T*>(x);  // read only
    return;
  }
  const DropoutDraw draw{pass.dropout_seed, pass.step, static_cast<std::uint32_t>(node.number)};
  if (model_.dropout.kind == config::DropoutKind::unit)
    return kernels_.dropout(cells(node, context.rows), pass.dropout_rate, draw, x, node.mask.data(), node.out);
  kernels_.dropout(context.rows * node.stride, pass.dropout_rate, draw, ones_.data(), node.mask.data(),
                   node.mask.data());
  for (std::int64_t r = 0; r < context.rows * node.positions; ++r)
    kernels_.multiply(node.stride, x + r * node.stride, node.mask.data() + r / node.positions * node.stride,
                      node.out + r * node.stride);
}

template <class T>
void ConvNet<T>::backward(const T*, std::int64_t rows, const T* parameters, T* gradient, const Pass& pass) {
  for (std::size_t i = nodes_.size(); i-- > 0;) {
    Node& node = nodes_[i];
    if (keep_) std::copy_n(slots_[node.slot].data(), cells(node, rows), node.kept_gradient.data());
    differentiate(node, {rows, parameters, nullptr, pass, true}, gradient);
  }
  has_gradients_ = keep_;
}

// The gradient in the node's slot, for an input whose own slot may be another.
template <class T>
void ConvNet<T>::pass_gradient(const Node& node, std::int64_t input, bool adds, std::int64_t count) {
  T* dy = slots_[node.slot].data();
  T* dx = slots_[nodes_[input].slot].data();
  if (adds) kernels_.add(count, dx, dy, dx);
  else if (dx != dy) std::copy_n(dy, count, dx);
}

template <class T>
void ConvNet<T>::differentiate(Node& node, const Context& context, T* gradient) {
  const std::int64_t rows = context.rows, count = cells(node, rows);
  T* dy = slots_[node.slot].data();
  switch (node.op) {
    case Op::convolution:
      node.convolution.parameter_gradient(rows, input_of(node), dy, gradient + node.weight, at(gradient, node.bias));
      if (node.input < 0) return;
      return node.convolution.input_gradient(rows, context.parameters + node.weight, dy,
                                             slots_[nodes_[node.input].slot].data(), node.adds_gradient);
    case Op::normalize: normalize_backward(node, context, gradient); break;
    case Op::activate:
      kernels_.activate_backward(static_cast<int>(model_.activation), count, nodes_[node.input].out, node.out, dy, dy);
      break;
    case Op::dropout:
      if (context.pass.dropout_rate == 0) break;
      if (model_.dropout.kind == config::DropoutKind::unit) {
        kernels_.multiply(count, dy, node.mask.data(), dy);
        break;
      }
      for (std::int64_t r = 0; r < rows * node.positions; ++r)
        kernels_.multiply(node.stride, dy + r * node.stride, node.mask.data() + r / node.positions * node.stride,
                          dy + r * node.stride);
      break;
    case Op::add: {
      const Way way = this->way(node.block);
      if (way != Way::through) pass_gradient(node, node.input, node.adds_gradient, count);
      else if (!node.adds_gradient) std::fill_n(slots_[nodes_[node.input].slot].data(), count, T(0));
      const T scale = way == Way::around ? T(0) : branch_scale(node, context);
      if (scale != T(1)) kernels_.scale(count, scale, dy);
      return pass_gradient(node, node.branch, node.adds_branch_gradient, count);
    }
    case Op::shortcut: {
      const Node& source = nodes_[node.input];
      T* dx = slots_[source.slot].data();
      if (!node.adds_gradient) std::fill_n(dx, cells(source, rows), T(0));
      for (std::int64_t r = 0; r < rows; ++r)
        for (std::int64_t i = 0; i < node.out_shape.height; ++i)
          for (std::int64_t j = 0; j < node.out_shape.width; ++j, dy += node.stride) {
            T* target = dx + ((r * source.out_shape.height + i * node.stride_height) * source.out_shape.width +
                              j * node.stride_width) * source.stride;
            for (std::int64_t c = 0; c < source.out_shape.channels; ++c) target[c] += dy[c];
          }
      return;
    }
    case Op::average: {
      const Node& source = nodes_[node.input];
      T* dx = slots_[source.slot].data();
      kernels_.scale(count, T(1) / static_cast<T>(source.positions), dy);
      for (std::int64_t r = 0; r < rows * source.positions; ++r)
        std::copy_n(dy + r / source.positions * node.stride, node.stride, dx + r * node.stride);
      return;
    }
    case Op::maximum: {
      const Node& source = nodes_[node.input];
      T* dx = slots_[source.slot].data();
      if (!node.adds_gradient) std::fill_n(dx, cells(source, rows), T(0));
      return kernels_.max_pool_backward(node.window, rows, dy, node.mask.data(), dx);
    }
  }
  pass_gradient(node, node.input, node.adds_gradient, count);
}

template <class T>
void ConvNet<T>::normalize_backward(Node& node, const Context& context, T* gradient) {
  T* dy = slots_[node.slot].data();
  const T* x = input_of(node);
  const T* gamma = at(context.parameters, node.weight);
  const Affine<T> target{at(gradient, node.weight), at(gradient, node.bias)};
  if (model_.norm.kind != NormKind::batch)
    return node.group_norm.backward(context.rows, x, gamma, dy, dy, target);
  node.batch_norm.backward(context.rows * node.positions, x, gamma, dy, dy, target);
}

template class ConvNet<float>;
template class ConvNet<double>;

}  // namespace descent::nn
