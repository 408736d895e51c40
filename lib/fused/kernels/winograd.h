#pragma once
// Convolutions with kernels of 3x3 and stride 1 by F(2x2, 3x3) of Winograd (Lavin and Gray 2016, "Fast algorithms for
// convolutional neural networks", section 4.1): squares of 4x4 of the input give squares of 2x2 of the output by 16
// products per pair of channels instead of 36. The numbers of a transformed square lie in 16 planes [tiles, channels],
// so that the products are matrix products. Squares that reach beyond the border of a map are padded with zeros.

#include "fused/kernels/winograd_tiles.h"

namespace descent::fused::DESCENT_CPU {

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
void winograd_output(const PatchShape& s, std::int64_t stride, std::int64_t begin, std::int64_t tiles, const T* planes,
                     std::int64_t plane, const T* bias, bool adds, T* y) {
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
template <class T> void winograd_weight(std::int64_t size, const T* weight, T* planes) {
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

template <class T> void winograd_weight_gradient(std::int64_t size, const T* planes, T* dweight) {
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
