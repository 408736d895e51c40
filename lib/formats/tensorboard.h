#pragma once
// TensorBoard event files: events (tensorboard/compat/proto/event.proto) as TFRecords
// (https://www.tensorflow.org/tutorials/load_data/tfrecord).

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace descent::formats {

class EventFile {
 public:
  // All events get the same `wall_time`, in seconds since 1970.
  explicit EventFile(double wall_time);

  void add_scalar(std::string_view tag, std::int64_t step, double value);
  void add_histogram(std::string_view tag, std::int64_t step, const std::vector<double>& values);  // finite
  // A histogram of at least two bins of equal width, given by their centers and relative frequencies.
  void add_histogram(std::string_view tag, std::int64_t step, const std::vector<double>& centers,
                     const std::vector<double>& shares);

  // A session of the HParams dashboard. Sessions of the same group are repetitions of each other.
  using Value = std::variant<double, std::string>;
  void add_hyperparameters(const std::vector<std::pair<std::string, Value>>& values,
                           const std::vector<std::string>& metrics, std::string_view group);

  const std::string& bytes() const { return bytes_; }

 private:
  struct Bins {
    double least, width;
    std::vector<double> counts;
    double sum, squares;  // of the values
  };
  void add_bins(std::string_view tag, std::int64_t step, const Bins& bins);
  void add_record(std::string_view event);

  double wall_time_;
  std::string bytes_;
};

}  // namespace descent::formats
