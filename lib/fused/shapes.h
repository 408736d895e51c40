#pragma once
// Shape letters used in every comment of lib/fused, lib/train and lib/probe.
//   R replicas   B examples of a batch   F features   K classes   P parameters of one network, padded
//   C channels   H, W height, width      L length
// Weights are stored as [in, out], transposed against PyTorch's [out, in]; files and exports use PyTorch's layout.
