// An image that comes and goes in rows: bands of it are read, computed and written at the same time.
#pragma once

#include "dense/dense_run.h"

namespace convoy {

/// The rows of patches of the shard: whole bands, so that results do not depend on how many shards there are.
Span shard_patches(const detail::DenseData& data, const DenseRun& run, const DenseRows& rows);

/// Throws Error when the image does not fit the network, and what `rows` throws.
void run_dense_rows(const detail::DenseData& data, const DenseRows& rows, const Progress& progress);

}  // namespace convoy
