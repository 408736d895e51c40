#pragma once
// The tiles of Winograd's convolution (kernels/winograd.h): walks them over a map and transforms the squares under
// them.

#include "fused/kernels/vector.h"

namespace descent::fused::DESCENT_CPU {

// Applies compute(from, to), which maps In vectors to Out, to every column of a square and then to every row.
template <int In, int Out, class T, class Compute>
inline __attribute__((always_inline)) void transform_square(const Vec<T> (&in)[In][In], Vec<T> (&out)[Out][Out],
                                                            const Compute& compute) {
  Vec<T> half[Out][In];
#pragma GCC unroll 4
  for (int j = 0; j < In; ++j) {
    Vec<T> from[In], to[Out];
#pragma GCC unroll 4
    for (int i = 0; i < In; ++i) from[i] = in[i][j];
    compute(from, to);
#pragma GCC unroll 4
    for (int i = 0; i < Out; ++i) half[i][j] = to[i];
  }
#pragma GCC unroll 4
  for (int i = 0; i < Out; ++i) compute(half[i], out[i]);
}

// Tiles side by side on one map: `line` and `column` are the first position of the output under the first of them.
struct TileRun {
  std::int64_t tile, count, example, line, column;
};

// The run of tiles from begin + tile, none at begin + tiles.
inline TileRun run_at(const PatchShape& s, std::int64_t begin, std::int64_t tiles, std::int64_t tile) {
  const std::int64_t across = (s.out_width + 1) / 2, down = (s.out_height + 1) / 2, at = begin + tile;
  const std::int64_t column = at % across, rest = tiles - tile;
  return {tile, across - column < rest ? across - column : rest, at / across / down, at / across % down * 2,
          column * 2};
}

// A map [B, height, width, stride] whose squares reach `above` and `before` beyond its border.
template <class T> struct SquaredMap {
  const T* x;
  std::int64_t height, width, stride, above, before;
};

// Transforms the Side x Side squares under the tiles into planes by `compute`: columns first, which neighbours share.
template <int Side, class T, class Compute>
inline __attribute__((always_inline)) void transform_map(const PatchShape& s, const SquaredMap<T>& map,
                                                         std::int64_t begin, std::int64_t tiles, T* planes,
                                                         std::int64_t plane, const Compute& compute) {
  alignas(64) static constexpr T zeros[lanes<T>]{};
  const std::int64_t stride = map.stride, width = map.width;
  for (TileRun run = run_at(s, begin, tiles, 0); run.count > 0; run = run_at(s, begin, tiles, run.tile + run.count))
    for (std::int64_t c = 0; c < stride; c += lanes<T>) {
      const T* row[Side];
      std::int64_t step[Side];
      for (int i = 0; i < Side; ++i) {
        const std::int64_t y = run.line + i - map.above;
        const bool inside = y >= 0 && y < map.height;
        row[i] = inside ? map.x + (run.example * map.height + y) * width * stride + c : zeros;
        step[i] = inside ? stride : 0;
      }
      Vec<T> columns[Side][4];
      std::int64_t z = run.column - map.before;
      const auto read = [&](Vec<T>(&to)[4]) __attribute__((always_inline)) {
        Vec<T> from[Side];
#pragma GCC unroll 4
        for (int i = 0; i < Side; ++i) from[i] = z >= 0 && z < width ? load(row[i] + z * step[i]) : Vec<T>(T(0));
        compute(from, to);
        ++z;
      };
#pragma GCC unroll 4
      for (int j = 0; j < Side - 2; ++j) read(columns[j]);
      T* target = planes + run.tile * stride + c;
      for (std::int64_t tile = 0; tile < run.count; ++tile, target += stride) {
        read(columns[Side - 2]);
        read(columns[Side - 1]);
#pragma GCC unroll 4
        for (int i = 0; i < 4; ++i) {
          Vec<T> from[Side], to[4];
#pragma GCC unroll 4
          for (int j = 0; j < Side; ++j) from[j] = columns[j][i];
          compute(from, to);
#pragma GCC unroll 4
          for (int j = 0; j < 4; ++j) to[j].store(target + (4 * i + j) * plane);
#pragma GCC unroll 4
          for (int j = 0; j < Side - 2; ++j) columns[j][i] = columns[j + 2][i];
        }
      }
    }
}

}  // namespace descent::fused::DESCENT_CPU
