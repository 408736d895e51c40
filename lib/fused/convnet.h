#pragma once
// Convolutional networks: interprets the graph of plan/convnet.h. Maps are stored channels last, [B, height, width, channels]
// with padded channels, so that norms and activations are those of matrices, and no number depends on the rest of the batch.

#include <cstdint>
#include <vector>

#include "fused/buffer.h"
#include "fused/convolution.h"
#include "fused/kernels/kernels.h"
#include "fused/network.h"
#include "fused/norm.h"
#include "plan/convnet.h"

namespace descent::fused {

template <class T>
class ConvNet final : public Network<T> {
 public:
  ConvNet(const config::Model& model, const Layout& layout, std::int64_t max_rows, std::int64_t threads = 1);

  T* logits_gradient() override { return gradient_of(nodes_.back()); }
  void backward(const T* x, std::int64_t rows, const T* parameters, T* gradient, const StepRandomness& randomness) override;
  void keep_activations(bool keep) override;
  std::vector<ActivationView<T>> activations() const override;
  std::int64_t blocks() const override { return blocks_; }

 private:
  // A node, its output and what its backward pass needs.
  struct Node : plan::Node {
    std::int64_t stride = 0, positions = 0;   // of the output: [B * positions, stride]
    std::int64_t weight = absent, bias = absent;
    Buffer<T> own{}, mask{};                  // mask: of dropout; of maximum where its largest values come from
    T* out = nullptr;                         // own, or the input's where the node changes nothing or works in place
    PatchShape patches{};                     // max_pool
    Convolution<T> convolution{};
    Norm<T> norm{};
    Buffer<T> kept_gradient{};                // when kept
    std::int64_t uses = 0;                    // nodes that read the output
    std::int64_t slot = -1;                   // where the gradient of the output lies
    bool adds_gradient = false;               // to that of its input, which another node has written
    bool adds_branch_gradient = false;
  };

  Node make_node(const plan::Node& described, const plan::Graph& graph, const Layout& layout);
  PatchShape patches_of(const Node& node) const;
  void plan_gradients();
  const T* run(const T* x, const Context<T>& context) override;
  void compute(Node& node, const Context<T>& context);
  void activate(Node& node, std::int64_t rows);
  void drop(Node& node, const Context<T>& context);
  void add(Node& node, const Context<T>& context);
  void differentiate(Node& node, const Context<T>& context, T* gradient);
  void add_backward(const Node& node, const Context<T>& context);
  void pass_gradient(const Node& node, std::int64_t input, bool adds, std::int64_t count);
  void mask(const Node& node, std::int64_t rows, const T* x, T* y) const;
  template <class Visit>
  void for_each_shortcut(const Node& node, std::int64_t rows, const Visit& visit) const;
  T branch_scale(const Node& node, const Context<T>& context) const;
  const T* input_of(const Node& node) const { return node.input < 0 ? input_.data() : nodes_[node.input].out; }
  T* gradient_of(const Node& node) { return slots_[node.slot].data(); }  // of the loss, in the output
  std::int64_t cells(const Node& node, std::int64_t rows) const { return rows * node.positions * node.stride; }

  const Kernels<T>& kernels_;
  const config::Model model_;
  const config::Shape shape_;
  const std::int64_t input_stride_, max_rows_;
  const bool drops_units_;                            // instead of channels
  std::vector<Node> nodes_;
  std::int64_t blocks_ = 0;
  Buffer<T> input_;                                   // the examples, channels last
  Buffer<T> ones_;
  ConvolutionScratch<T> scratch_;
  std::vector<Buffer<T>> slots_;                      // gradients of outputs, in turn
  bool keep_ = false, has_gradients_ = false;
  std::int64_t rows_ = 0;                             // of the last pass
};

}  // namespace descent::fused
