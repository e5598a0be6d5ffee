#include "dense/tiles.h"

#include <gtest/gtest.h>

namespace convoy {
namespace {

using Pixels = std::vector<int64_t>;

TEST(Tiles, WhatIsSeenBeyondTheImage) {
  EXPECT_EQ(seen_pixels(-3, 10, 4, Border::reflect), (Pixels{3, 2, 1, 0, 1, 2, 3, 2, 1, 0}));
  EXPECT_EQ(seen_pixels(-2, 7, 3, Border::replicate), (Pixels{0, 0, 0, 1, 2, 2, 2}));
  EXPECT_EQ(seen_pixels(-2, 7, 3, Border::zero), (Pixels{-1, -1, 0, 1, 2, -1, -1}));
  EXPECT_EQ(seen_pixels(-1, 5, 3, Border::valid), (Pixels{-1, 0, 1, 2, -1}));
  EXPECT_EQ(seen_pixels(-9, 3, 2, Border::reflect), (Pixels{1, 0, 1})) << "a mirror in a mirror";
  EXPECT_EQ(seen_pixels(-1, 3, 1, Border::reflect), (Pixels{0, 0, 0}));
}

void expect_layout(const PatchGeometry& geometry, Border border, int64_t height, int64_t width,
                   const PatchLayout& expected) {
  const PatchLayout found = patch_layout(geometry, border, height, width);
  EXPECT_EQ(found.grid, expected.grid);
  EXPECT_EQ(found.top, expected.top);
  EXPECT_EQ(found.left, expected.left);
  EXPECT_EQ(found.rows, expected.rows);
  EXPECT_EQ(found.cols, expected.cols);
}

TEST(Tiles, BlocksCoverTheImage) {
  const PatchGeometry blocks{.height = 16, .width = 12, .block = 4, .step = 4};
  expect_layout(blocks, Border::reflect, 17, 8, {{5, 2}, 6, 4, 17, 8});
  expect_layout(blocks, Border::valid, 17, 30, {{1, 5}, 0, 0, 4, 20});
  expect_layout(blocks, Border::valid, 15, 30, {{0, 5}, 0, 0, 0, 20});
}

/// A margin moves neither patches nor blocks.
TEST(Tiles, MarginsLieBeforeThePatches) {
  const PatchGeometry blocks{.height = 16, .width = 12, .block = 4, .step = 4, .margin = {Margin{3, 1}, Margin{2, 5}}};
  expect_layout(blocks, Border::reflect, 17, 8, {{5, 2}, 9, 6, 17, 8});
  expect_layout(blocks, Border::valid, 17, 30, {{1, 5}, 3, 2, 4, 20});
}

TEST(Tiles, OnePixelAPatchLiesInItsMiddle) {
  const PatchGeometry pixels{.height = 5, .width = 5, .block = 1, .step = 3};
  expect_layout(pixels, Border::zero, 10, 9, {{4, 3}, 2, 2, 4, 3});
}

TEST(Tiles, ThreadsGetItemsEnough) {
  EXPECT_EQ(divide_image({100, 100}, {10, 25}, false, 2).items(), 40);
  const ItemGrid one_thread = divide_image({1000, 100}, {3, 25}, true, 1);
  EXPECT_EQ(one_thread.patch_rows, 1000) << "whole strips";
  EXPECT_EQ(one_thread.items(), 4);
  EXPECT_EQ(divide_image({1000, 100}, {3, 25}, true, 4).items(), 24);
  EXPECT_EQ(divide_image({40, 25}, {3, 25}, true, 64).patch_rows, 40) << "not shorter than filling buffers is worth";
}

TEST(Tiles, PartsAreWrittenWhereTheyBelong) {
  const std::vector<float> planes = {1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60};  // 2 channels of 2 x 3
  std::vector<float> pixels(3 * 3 * 2, 0.0f);                                    // 3 x 3 of 2 channels
  write_tile(planes.data(), 2, 3, {0, 1, 2, 2}, {pixels.data(), 2, 3, 3, 1, 6, 2}, 1, 0);
  EXPECT_EQ(pixels, (std::vector<float>{0, 0, 0, 0, 0, 0, 2, 20, 3, 30, 0, 0, 5, 50, 6, 60, 0, 0}));
}

}  // namespace
}  // namespace convoy
