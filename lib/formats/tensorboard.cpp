#include "formats/tensorboard.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "formats/protobuf.h"

namespace descent::formats {
namespace {

using Message = ProtobufMessage;

std::uint32_t crc32c(std::string_view bytes) {
  static const auto table = [] {
    std::array<std::uint32_t, 256> entries{};
    for (std::uint32_t i = 0; i < entries.size(); ++i) {
      entries[i] = i;
      for (int bit = 0; bit < 8; ++bit) entries[i] = entries[i] >> 1 ^ (entries[i] & 1 ? 0x82f63b78u : 0);
    }
    return entries;
  }();
  std::uint32_t crc = 0xffffffff;
  for (const char byte : bytes) crc = crc >> 8 ^ table[(crc ^ static_cast<unsigned char>(byte)) & 0xff];
  return ~crc;
}

std::string masked_crc(std::string_view bytes) {
  const std::uint32_t crc = crc32c(bytes);
  return std::string(bytes_of((crc >> 15 | crc << 17) + 0xa282ead8u));
}

// A summary for the HParams dashboard (tensorboard/plugins/hparams/plugin_data.proto).
Message plugin_summary(std::string_view tag, int field, const Message& data) {
  const Message plugin = Message().add(1, "hparams").add(2, Message().add(1, std::int64_t{0}).add(field, data));
  return Message().add(1, Message().add(1, tag).add(9, Message().add(1, plugin)));
}

}  // namespace

EventFile::EventFile(double wall_time) : wall_time_(wall_time) {
  add_record(Message().add(1, wall_time_).add(3, "brain.Event:2").bytes());
}

void EventFile::add_scalar(std::string_view tag, std::int64_t step, double value) {
  const Message summary = Message().add(1, Message().add(1, tag).add(2, static_cast<float>(value)));
  add_record(Message().add(1, wall_time_).add(2, step).add(5, summary).bytes());
}

void EventFile::add_histogram(std::string_view tag, std::int64_t step, const std::vector<double>& values) {
  constexpr std::size_t bins = 30;
  const auto [least, most] = std::ranges::minmax(values);
  const double width = most > least ? (most - least) / bins : 1;
  std::vector<double> counts(bins);
  for (const double value : values) ++counts[std::min(static_cast<std::size_t>((value - least) / width), bins - 1)];
  const double squares = std::inner_product(values.begin(), values.end(), values.begin(), 0.0);
  add_bins(tag, step, {least, width, counts, std::accumulate(values.begin(), values.end(), 0.0), squares});
}

void EventFile::add_histogram(std::string_view tag, std::int64_t step, const std::vector<double>& centers,
                              const std::vector<double>& shares) {
  double sum = 0, squares = 0;
  for (std::size_t i = 0; i < centers.size(); ++i) {
    sum += shares[i] * centers[i];
    squares += shares[i] * centers[i] * centers[i];
  }
  const double width = centers[1] - centers[0];
  add_bins(tag, step, {centers[0] - width / 2, width, shares, sum, squares});
}

// tensorboard/compat/proto/summary.proto: HistogramProto.
void EventFile::add_bins(std::string_view tag, std::int64_t step, const Bins& bins) {
  std::vector<double> limits;
  for (std::size_t i = 1; i <= bins.counts.size(); ++i)
    limits.push_back(bins.least + bins.width * static_cast<double>(i));
  const Message histogram = Message()
                                .add(1, bins.least)
                                .add(2, limits.back())
                                .add(3, std::accumulate(bins.counts.begin(), bins.counts.end(), 0.0))
                                .add(4, bins.sum)
                                .add(5, bins.squares)
                                .add(6, bytes_of(limits))
                                .add(7, bytes_of(bins.counts));
  const Message summary = Message().add(1, Message().add(1, tag).add(5, histogram));
  add_record(Message().add(1, wall_time_).add(2, step).add(5, summary).bytes());
}

void EventFile::add_hyperparameters(const std::vector<std::pair<std::string, Value>>& values,
                                    const std::vector<std::string>& metrics, std::string_view group) {
  constexpr std::int64_t text = 1, number = 3, success = 1;  // DataType, Status
  Message experiment, start;
  for (const auto& [name, value] : values) {
    const auto* real = std::get_if<double>(&value);
    experiment.add(4, Message().add(1, name).add(4, real ? number : text));
    start.add(1, Message().add(1, name).add(
                     2, real ? Message().add(2, *real) : Message().add(3, std::get<std::string>(value))));
  }
  for (const std::string& metric : metrics) experiment.add(5, Message().add(1, Message().add(2, metric)));
  start.add(4, group).add(5, wall_time_);
  for (const Message& summary :
       {plugin_summary("_hparams_/experiment", 2, experiment), plugin_summary("_hparams_/session_start_info", 3, start),
        plugin_summary("_hparams_/session_end_info", 4, Message().add(1, success).add(2, wall_time_))})
    add_record(Message().add(1, wall_time_).add(5, summary).bytes());
}

void EventFile::add_record(std::string_view event) {
  const std::uint64_t size = event.size();
  const std::string_view length = bytes_of(size);
  bytes_.append(length).append(masked_crc(length)).append(event).append(masked_crc(event));
}

}  // namespace descent::formats
