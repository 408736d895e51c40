#pragma once
// Shape letters in the comments of lib/models, lib/fused, lib/engine, lib/probe and lib/train.
//   R replicas   B batch size   F features   K classes or outputs   P parameters of one network, padded
//   C channels   H, W height, width      L length
// lib/fused stores weights as [in, out], the transpose of PyTorch's [out, in]; files and exports use PyTorch's layout.
