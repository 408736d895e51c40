// Convolutional networks: interprets the graph of plan/convnet.h. Maps are stored channels last, [B, height, width,
// channels] with padded channels, so that norms and activations treat them as matrices, and no result depends on the
// rest of the batch.

#include "plan/convnet.h"

#include <algorithm>

#include "core/random.h"
#include "fused/convolution.h"
#include "fused/families.h"
#include "fused/norm.h"

namespace descent::fused {
namespace {

using Op = plan::Node::Op;

template <class T> class ConvNet final : public Network<T> {
 public:
  explicit ConvNet(const NetworkSpec& spec)
      : model_(spec.model), layout_(spec.layout), max_rows_(spec.max_rows), scratch_(spec.threads) {
    const plan::Graph graph = plan::convnet_of(model_, layout_.input, layout_.outputs);
    input_ = Buffer<T>(max_rows_ * shape_.height * shape_.width * padded<T>(shape_.channels));
    std::int64_t widest = 0;
    for (const plan::Node& plan_node : graph.nodes) {
      const Node& node = nodes_.emplace_back(make_node(plan_node, graph));
      widest = std::max(widest, node.stride);
      if (node.input >= 0) ++nodes_[node.input].uses;
      if (node.branch >= 0) ++nodes_[node.branch].uses;
    }
    ones_ = Buffer<T>(max_rows_ * widest);
    std::fill_n(ones_.data(), ones_.size(), T(1));
    plan_gradients();
  }

  T* logits_gradient() override { return gradient_of(nodes_.back()); }

  void backward(const T*, std::int64_t rows, const T* parameters, T* gradient,
                const StepRandomness& randomness) override {
    for (std::size_t i = nodes_.size(); i-- > 0;)
      differentiate(nodes_[i], {rows, parameters, nullptr, randomness, true}, gradient);
  }

 private:
  // A node with its output and what its backward pass needs.
  struct Node : plan::Node {
    std::int64_t stride = 0, positions = 0;  // output: [B * positions, stride]
    std::int64_t weight = absent, bias = absent;
    Buffer<T> buffer{}, mask{};  // mask: for dropout, or the argmax of max_pool
    T* out = nullptr;            // buffer.data(), or that of the input if the node is the identity or works in place
    PatchShape patches{};
    Convolution<T> convolution{};
    Norm<T> norm{};
    std::int64_t uses = 0;       // nodes that read the output
    std::int64_t slot = -1;      // index in slots_ of the gradient of the output
    bool adds_gradient = false;  // to that of its input, which another node writes first
    bool adds_branch_gradient = false;
  };

  const T* input_of(const Node& node) const { return node.input < 0 ? input_.data() : nodes_[node.input].out; }
  T* gradient_of(const Node& node) { return slots_[node.slot].data(); }  // with respect to the output
  std::int64_t elements(const Node& node, std::int64_t rows) const { return rows * node.positions * node.stride; }

  Node make_node(const plan::Node& plan_node, const plan::Graph& graph) {
    Node node{plan_node};
    const config::Shape& in = node.input < 0 ? shape_ : nodes_[node.input].out_shape;
    const config::Shape& out = node.out_shape;
    node.stride = padded<T>(out.channels);
    node.positions = out.height * out.width;
    node.buffer = Buffer<T>(elements(node, max_rows_));
    const config::Window& window = node.window;
    node.patches = {in.height,           in.width,
                    in.channels,         out.height,
                    out.width,           window.kernel_height,
                    window.kernel_width, window.stride_height,
                    window.stride_width, window.padding_height,
                    window.padding_width};
    if (node.op == Op::convolution) {
      const plan::Layer& layer = graph.layers[node.layer];
      node.weight = layout_.offset(layer.name + ".weight");
      node.bias = layout_.offset(layer.name + ".bias");
      node.convolution = Convolution<T>(node.patches, layer.out, max_rows_, scratch_);
    } else if (node.op == Op::normalize) {
      node.norm = Norm<T>(model_.norm, layout_, graph.layers[node.layer].name, out.channels, node.positions, max_rows_);
    } else if (node.op == Op::max_pool || node.op == Op::dropout) {
      node.mask = Buffer<T>(node.op == Op::max_pool || drops_units_ ? node.buffer.size() : max_rows_ * node.stride);
    }
    return node;
  }

  // Assigns slots in the order of the backward pass. Most nodes turn the gradient of their output into that of their
  // input in place; a gradient with contributions of two nodes has a separate slot, which the second adds to.
  void plan_gradients() {
    std::vector<std::int64_t> free;
    std::int64_t largest = 0;
    for (const Node& node : nodes_) largest = std::max(largest, node.buffer.size());
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

  const T* run(const T* x, const Context<T>& context) override {
    rows_ = context.rows;
    const std::int64_t positions = shape_.height * shape_.width, stride = padded<T>(shape_.channels);
    for (std::int64_t r = 0; r < rows_; ++r)
      for (std::int64_t c = 0; c < shape_.channels; ++c)
        for (std::int64_t p = 0; p < positions; ++p)
          input_.data()[(r * positions + p) * stride + c] = x[r * layout_.input_stride + c * positions + p];
    for (Node& node : nodes_) compute(node, context);
    return nodes_.back().out;
  }

  void compute(Node& node, const Context<T>& context) {
    const T* x = input_of(node);
    if (node.op == Op::dropout && context.randomness.dropout_rate == 0) {
      node.out = const_cast<T*>(x);  // read only
      return;
    }
    node.out = node.buffer.data();
    switch (node.op) {
      case Op::convolution:
        return node.convolution.forward(rows_, x, context.parameters + node.weight, at(context.parameters, node.bias),
                                        node.out);
      case Op::normalize: return node.norm.forward(x, context, node.out);
      case Op::activate: return activate(node);
      case Op::dropout: return drop(node, x, context.randomness);
      case Op::add: return add(node, x, branch_scale(node, context));
      case Op::shortcut:
        return for_each_shortcut(node, rows_, [&](std::int64_t to, std::int64_t from) {
          T* end = std::copy_n(x + from, nodes_[node.input].stride, node.out + to);
          std::fill(end, node.out + to + node.stride, T(0));
        });
      case Op::global_average_pool: {
        const std::int64_t positions = nodes_[node.input].positions;
        for (std::int64_t r = 0; r < rows_; ++r)
          kernels_.column_sums(positions, node.stride, x + r * positions * node.stride, node.out + r * node.stride);
        return kernels_.scale(elements(node, rows_), T(1) / static_cast<T>(positions), node.out);
      }
      case Op::max_pool: return kernels_.max_pool(node.patches, rows_, x, node.out, node.mask.data());
    }
  }

  void activate(Node& node) {
    const Node& source = nodes_[node.input];
    if (!derivative_needs_input(model_.activation) && source.uses == 1 && source.op != Op::dropout)
      node.out = source.out;
    kernels_.activate(static_cast<int>(model_.activation), elements(node, rows_), source.out, node.out);
    if (model_.activation == config::Activation::sigmoid)  // f(0) is 1/2
      kernels_.clear_pads(rows_ * node.positions, node.out_shape.channels, node.stride, node.out);
  }

  void drop(Node& node, const T* x, const StepRandomness& randomness) {
    const DropoutDraw draw{randomness.dropout_seed, randomness.step, static_cast<std::uint32_t>(node.number)};
    const double rate = randomness.dropout_rate;
    T* mask = node.mask.data();
    if (drops_units_) return kernels_.dropout(elements(node, rows_), rate, draw, x, mask, node.out);
    kernels_.dropout(rows_ * node.stride, rate, draw, ones_.data(), mask, mask);
    multiply_by_mask(node, rows_, x, node.out);
  }

  // y = x times the dropout mask; a mask of channels, [B, stride], applies to every position.
  void multiply_by_mask(const Node& node, std::int64_t rows, const T* x, T* y) const {
    if (drops_units_) return kernels_.multiply(elements(node, rows), x, node.mask.data(), y);
    for (std::int64_t r = 0; r < rows * node.positions; ++r)
      kernels_.multiply(node.stride, x + r * node.stride, node.mask.data() + r / node.positions * node.stride,
                        y + r * node.stride);
  }

  void add(Node& node, const T* x, T scale) {
    const std::int64_t count = elements(node, rows_);
    const T* branch = nodes_[node.branch].out;
    if (scale != T(1)) {
      std::copy_n(branch, count, node.out);
      kernels_.scale(count, scale, node.out);
      branch = node.out;
    }
    kernels_.add(count, x, branch, node.out);
  }

  // Stochastic depth, scaled like inverted dropout: 1 / survival for a branch that is kept, otherwise 0.
  T branch_scale(const Node& node, const Context<T>& context) const {
    if (!context.training || node.survival == 1) return T(1);
    core::Random random(context.randomness.depth_seed,
                        context.randomness.step << 16 | static_cast<std::uint64_t>(node.block));
    return random.uniform() < node.survival ? static_cast<T>(1 / node.survival) : T(0);
  }

  // Calls visit(to, from) with the offsets of each position of the output and of the input position that it copies.
  template <class Visit> void for_each_shortcut(const Node& node, std::int64_t rows, const Visit& visit) const {
    const Node& source = nodes_[node.input];
    std::int64_t to = 0;
    for (std::int64_t r = 0; r < rows; ++r)
      for (std::int64_t i = 0; i < node.out_shape.height; ++i)
        for (std::int64_t j = 0; j < node.out_shape.width; ++j, to += node.stride) {
          const std::int64_t line = r * source.out_shape.height + i * node.window.stride_height;
          visit(to, (line * source.out_shape.width + j * node.window.stride_width) * source.stride);
        }
  }

  void differentiate(Node& node, const Context<T>& context, T* gradient) {
    const std::int64_t rows = context.rows, count = elements(node, rows);
    T* dy = gradient_of(node);
    T* dx = node.input < 0 ? nullptr : gradient_of(nodes_[node.input]);
    if ((node.op == Op::shortcut || node.op == Op::max_pool) && !node.adds_gradient)
      std::fill_n(dx, elements(nodes_[node.input], rows), T(0));
    switch (node.op) {
      case Op::convolution:
        node.convolution.parameter_gradient(rows, input_of(node), dy, gradient + node.weight, at(gradient, node.bias));
        if (!dx) return;
        return node.convolution.input_gradient(rows, context.parameters + node.weight, dy, dx, node.adds_gradient);
      case Op::normalize: node.norm.backward(input_of(node), rows, context.parameters, dy, gradient); break;
      case Op::activate:
        kernels_.activate_backward(static_cast<int>(model_.activation), count, input_of(node), node.out, dy, dy);
        break;
      case Op::dropout:
        if (context.randomness.dropout_rate != 0) multiply_by_mask(node, rows, dy, dy);
        break;
      case Op::add: return add_backward(node, context);
      case Op::shortcut:
        return for_each_shortcut(node, rows, [&](std::int64_t from, std::int64_t to) {
          for (std::int64_t c = 0; c < nodes_[node.input].out_shape.channels; ++c) dx[to + c] += dy[from + c];
        });
      case Op::global_average_pool: {
        const std::int64_t positions = nodes_[node.input].positions;
        kernels_.scale(count, T(1) / static_cast<T>(positions), dy);
        for (std::int64_t r = 0; r < rows * positions; ++r)
          std::copy_n(dy + r / positions * node.stride, node.stride, dx + r * node.stride);
        return;
      }
      case Op::max_pool: return kernels_.max_pool_backward(node.patches, rows, dy, node.mask.data(), dx);
    }
    pass_gradient(node, node.input, node.adds_gradient, count);
  }

  void add_backward(const Node& node, const Context<T>& context) {
    const std::int64_t count = elements(node, context.rows);
    pass_gradient(node, node.input, node.adds_gradient, count);
    if (const T scale = branch_scale(node, context); scale != T(1)) kernels_.scale(count, scale, gradient_of(node));
    pass_gradient(node, node.branch, node.adds_branch_gradient, count);
  }

  // Writes or adds the gradient of a node to the slot of an input, which may be the same slot.
  void pass_gradient(const Node& node, std::int64_t input, bool adds, std::int64_t count) {
    T* dy = gradient_of(node);
    T* dx = gradient_of(nodes_[input]);
    if (adds) kernels_.add(count, dx, dy, dx);
    else if (dx != dy) std::copy_n(dy, count, dx);
  }

  const Kernels<T>& kernels_ = kernels<T>();
  const config::Model model_;
  const Layout layout_;
  const config::Shape shape_ = layout_.input;
  const std::int64_t max_rows_;
  const bool drops_units_ = model_.dropout.kind == config::DropoutKind::unit;  // instead of channels
  std::vector<Node> nodes_;
  Buffer<T> input_;  // the examples, channels last
  Buffer<T> ones_;
  ConvolutionScratch<T> scratch_;
  std::vector<Buffer<T>> slots_;  // gradients of outputs, reused
  std::int64_t rows_ = 0;         // B of the last pass
};

}  // namespace

template <class T> std::unique_ptr<Network<T>> make_convnet(const NetworkSpec& spec) {
  return std::make_unique<ConvNet<T>>(spec);
}

template std::unique_ptr<Network<float>> make_convnet(const NetworkSpec&);
template std::unique_ptr<Network<double>> make_convnet(const NetworkSpec&);

}  // namespace descent::fused
