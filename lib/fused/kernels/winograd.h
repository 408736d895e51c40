#pragma once
// Convolutions with kernels of 3x3 and stride 1 by F(2x2, 3x3) of Winograd (Lavin and Gray 2016, "Fast algorithms for
// convolutional neural networks", section 4.1): squares of 4x4 of the input give squares of 2x2 of the output by 16
// products per pair of channels instead of 36. The numbers of a transformed square lie in 16 planes [tiles, channels],
// so that the products are those of matrices. Squares that reach over the border of a map are filled up with zeros.

#include "fused/kernels/vector.h"

namespace descent::fused::DESCENT_CPU {

// Calls compute(from, to), which maps In vectors to Out, for every column of a square and then for every row.
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

// A map [B, height, width, stride] of squares that reach `above` and `before` over its border.
template <class T>
struct SquaredMap {
  const T* x;
  std::int64_t height, width, stride, above, before;
};

// The squares of Side x Side under the tiles, transformed by `compute` into planes: columns first, so that neighbours
// share them.
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
        for (int i = 0; i < Side; ++i)
          from[i] = z >= 0 && z < width ? load(row[i] + z * step[i]) : Vec<T>(T(0));
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

template <class T>
void winograd_input(const PatchShape& s, std::int64_t begin, std::int64_t tiles, const T* x, T* planes,
                    std::int64_t plane) {
  const SquaredMap<T> map{x, s.height, s.width, padded<T>(s.channels), s.padding_height, s.padding_width};
  transform_map<4>(s, map, begin, tiles, planes, plane, [](const Vec<T>(&d)[4], Vec<T>(&v)[4]) {
    v[0] = d[0] - d[2];
    v[1] = d[1] + d[2];
    v[2] = d[2] - d[1];
    v[3] = d[1] - d[3];
  });
}

template <class T>
void winograd_output_gradient(const PatchShape& s, std::int64_t stride, std::int64_t begin, std::int64_t tiles,
                              const T* dy, T* planes, std::int64_t plane) {
  const SquaredMap<T> map{dy, s.out_height, s.out_width, stride, 0, 0};
  transform_map<2>(s, map, begin, tiles, planes, plane, [](const Vec<T>(&d)[2], Vec<T>(&v)[4]) {
    v[0] = d[0];
    v[1] = d[0] + d[1];
    v[2] = d[0] - d[1];
    v[3] = Vec<T>(T(0)) - d[1];
  });
}

template <class T>
void winograd_output(const PatchShape& s, std::int64_t stride, std::int64_t begin, std::int64_t tiles,
                     const T* planes, std::int64_t plane, const T* bias, bool adds, T* y) {
  for (TileRun run = run_at(s, begin, tiles, 0); run.count > 0; run = run_at(s, begin, tiles, run.tile + run.count))
    for (std::int64_t c = 0; c < stride; c += lanes<T>) {
      const Vec<T> start = bias ? load(bias + c) : Vec<T>(T(0));
      const T* source = planes + run.tile * stride + c;
      T* target = y + ((run.example * s.out_height + run.line) * s.out_width + run.column) * stride + c;
      const bool lower = run.line + 1 < s.out_height;
      for (std::int64_t tile = 0; tile < run.count; ++tile, source += stride, target += 2 * stride) {
        Vec<T> in[4][4], out[2][2];
#pragma GCC unroll 4
        for (int i = 0; i < 4; ++i)
#pragma GCC unroll 4
          for (int j = 0; j < 4; ++j) in[i][j] = load(source + (4 * i + j) * plane);
        transform_square<4, 2, T>(in, out, [](const Vec<T>(&m)[4], Vec<T>(&v)[2]) {
          v[0] = m[0] + m[1] + m[2];
          v[1] = m[1] - m[2] - m[3];
        });
        const bool right = run.column + 2 * tile + 1 < s.out_width;
        const auto write = [&](const Vec<T>& value, T* to) { ((adds ? load(to) : start) + value).store(to); };
        write(out[0][0], target);
        if (right) write(out[0][1], target + stride);
        if (lower) write(out[1][0], target + s.out_width * stride);
        if (lower && right) write(out[1][1], target + (s.out_width + 1) * stride);
      }
    }
}

// weight: `size` numbers for each of the 3x3 taps; planes: as many for each of 4x4.
template <class T>
void winograd_weight(std::int64_t size, const T* weight, T* planes) {
  const Vec<T> half(T(0.5));
  for (std::int64_t c = 0; c < size; c += lanes<T>) {
    Vec<T> in[3][3], out[4][4];
    for (int i = 0; i < 3; ++i)
      for (int j = 0; j < 3; ++j) in[i][j] = load(weight + (3 * i + j) * size + c);
    transform_square<3, 4, T>(in, out, [&](const Vec<T>(&g)[3], Vec<T>(&v)[4]) {
      const Vec<T> outer = g[0] + g[2];
      v[0] = g[0];
      v[1] = half * (outer + g[1]);
      v[2] = half * (outer - g[1]);
      v[3] = g[2];
    });
    for (int i = 0; i < 4; ++i)
      for (int j = 0; j < 4; ++j) out[i][j].store(planes + (4 * i + j) * size + c);
  }
}

template <class T>
void winograd_weight_gradient(std::int64_t size, const T* planes, T* dweight) {
  const Vec<T> half(T(0.5));
  for (std::int64_t c = 0; c < size; c += lanes<T>) {
    Vec<T> in[4][4], out[3][3];
    for (int i = 0; i < 4; ++i)
      for (int j = 0; j < 4; ++j) in[i][j] = load(planes + (4 * i + j) * size + c);
    transform_square<4, 3, T>(in, out, [&](const Vec<T>(&u)[4], Vec<T>(&v)[3]) {
      const Vec<T> even = half * (u[1] + u[2]);
      v[0] = u[0] + even;
      v[1] = half * (u[1] - u[2]);
      v[2] = even + u[3];
    });
    for (int i = 0; i < 3; ++i)
      for (int j = 0; j < 3; ++j) out[i][j].store(dweight + (3 * i + j) * size + c);
  }
}

}  // namespace descent::fused::DESCENT_CPU
