#pragma once
// Python source common to the classes of all networks.

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "plan/export/python.h"

namespace descent::plan {

struct Lines : std::vector<std::string> {
  using std::vector<std::string>::vector;
  void add(std::string line) { push_back(std::move(line)); }
  template <class First, class... Rest>
  void add(fmt::format_string<First, Rest...> line, First&& first, Rest&&... rest) {
    push_back(fmt::format(line, std::forward<First>(first), std::forward<Rest>(rest)...));
  }
};

// One class: the lines of __init__ after super().__init__(), and those of forward(self, x).
struct PythonClass {
  std::string name, help;
  std::string arguments{};  // of __init__ after self: ", inputs, outputs"
  Lines constructor{}, forward{};

  std::string text() const;
};

// The layers of a network; `dimensions`: 0 for flat inputs, 1 for signals, 2 for images.
class PythonLayers {
 public:
  PythonLayers(const config::Model& model, std::int64_t dimensions) : model_(model), dimensions_(dimensions) {}

  // Constructor calls: "nn.BatchNorm1d(64, momentum=0.2)"; the arguments may be expressions.
  std::string norm(std::string_view channels) const;
  std::string convolution(std::string_view in, std::string_view out, std::string_view window, bool bias) const;
  std::string dropout() const;

  // The layer applied to the expression `x`; `x` itself if the model does not have this layer.
  std::string activated(const std::string& x) const;
  std::string normalized(const std::string& norm, const std::string& x) const;
  std::string dropped(const std::string& x) const;
  std::string max_pooled(const std::string& x, std::string_view window) const;

  // Norm and activation applied to `x` in the order of norm_position.
  std::string hidden(const std::string& norm, const std::string& x) const;

  // Classes of norms that torch.nn lacks.
  std::string helper_classes() const;

 private:
  bool has_own_batch_norm() const;

  const config::Model& model_;
  const std::int64_t dimensions_;
};

// The classes of each kind of model, in the order of the file.
std::vector<PythonClass> mlp_classes(const Architecture& mlp, const std::string& name);
std::vector<PythonClass> linear_model_classes(const Architecture& linear_model);
std::vector<PythonClass> mixture_classes(const Architecture& mixture);
std::vector<PythonClass> convnet_classes(const Architecture& cnn);
std::vector<PythonClass> resnet_classes(const Architecture& resnet);

// Reshapes flat inputs to images or signals: "x = x.reshape(-1, 1, 8, 8)".
std::string to_maps(const Architecture& architecture);

}  // namespace descent::plan
