#include "impls/conv2d/winograd_tiles.h"

#include <algorithm>

#include "impls/conv2d/winograd_transform.h"
#include "support/int_math.h"

namespace convoy {

std::string sources_key(const std::vector<WinogradSource>& sources) {
  std::string key;
  for (const WinogradSource& s : sources) {
    key += fmt::format("[{} up{}x{} {}x{} {} +{}{}]", s.channels, s.up_h, s.up_w, s.h, s.w, attribute_text(s.strides),
                       s.offset, s.prefetched ? " prefetched" : "");
  }
  return key;
}

void each_channel_vector(KernelBuilder& b, int64_t channels, Val first, Val end,
                         const std::function<void(Val vector, int active)>& fn) {
  const int64_t whole = channels / b.lanes();
  const int partial = static_cast<int>(channels % b.lanes());
  b.loop(first, b.min(end, b.i64(whole)), 1, [&](Val vector) { fn(vector, -1); });
  if (partial) b.if_then(b.less(b.i64(whole), end), [&] { fn(b.i64(whole), partial); });
}

WinogradTiles::WinogradTiles(KernelBuilder& b, const ConvGeometry& g, const std::vector<WinogradSource>& sources,
                             const WinogradTransforms& h, const WinogradTransforms& w, SubPixels sub_pixels)
    : b_(b),
      g_(g),
      sources_(sources),
      h_(h),
      w_(w),
      th_(h.tile()),
      tw_(w.tile()),
      tiles_h_(ceil_div(g.h.out, h.m)),
      tiles_w_(ceil_div(g.w.out, w.m)),
      sub_(sub_pixels) {}

WinogradTiles::Place WinogradTiles::place_of(Val tile) {
  const int64_t per_image = tiles_h_ * tiles_w_;
  Val n = g_.batch == 1 ? b_.i64(0) : tile / per_image;
  Val rest = g_.batch == 1 ? tile : tile % per_image;
  return {n, (rest / tiles_w_) * h_.m, (rest % tiles_w_) * w_.m};
}

bool WinogradTiles::stays_in_registers() const {
  return th_ * tw_ <= b_.isa().vector_registers;
}

int64_t WinogradTiles::Pixels::first() const {
  return floor_div(base, up);
}
int64_t WinogradTiles::Pixels::at(int i) const {
  return floor_div(base + i, up) - first();
}

void WinogradTiles::input(int first_arg, const Place& place, const std::function<Val(Val vector)>& to, int64_t plane,
                          const Scratch& scratch) {
  int64_t first_vector = 0;
  for (size_t i = 0; i < sources_.size(); ++i) {
    const auto to_source = [&](Val vector) { return to(vector + first_vector); };
    source_input(sources_[i], b_.arg(first_arg + static_cast<int>(i)), place, to_source, plane, scratch);
    first_vector += sources_[i].channels / b_.lanes();
  }
}

/// Tiles begin at multiples of up_h and up_w, so that each reads the same pattern of the source's pixels.
void WinogradTiles::source_input(const WinogradSource& source, Val src, const Place& place,
                                 const std::function<Val(Val vector)>& to, int64_t plane, const Scratch& scratch) {
  const Pixels rows{g_.h.base, source.up_h, th_}, columns{g_.w.base, source.up_w, tw_};
  Val row = place.h / source.up_h + rows.first(), column = place.w / source.up_w + columns.first();
  const auto fits = [&](Val first, int64_t count, int64_t extent) {
    return b_.both(b_.not_less(first, b_.i64(0)), b_.less(first, b_.i64(extent - count + 1)));
  };
  Val inside = b_.both(fits(row, rows.distinct(), source.h), fits(column, columns.distinct(), source.w));
  Val image = b_.offset(element_address(b_, src, source.strides, {place.n, b_.i64(0), row, column}), source.offset);
  const Val patch = b_.stored_as(src.stored, scratch.patch);
  b_.if_then(b_.negate(inside),
             [&] { copy_patch(source, image, row, column, rows.distinct(), columns.distinct(), patch); });
  const int64_t vectors = ceil_div(source.channels, b_.lanes()), pixel = vectors * b_.lanes();
  Val from = b_.select(inside, image, patch);
  Val row_stride = b_.select(inside, b_.i64(source.strides[2]), b_.i64(pixel * columns.distinct()));
  Val column_stride = b_.select(inside, b_.i64(source.strides[3]), b_.i64(pixel));
  each_channel_vector(b_, source.channels, b_.i64(0), b_.i64(vectors), [&](Val vector, int active) {
    transform_input(rows, columns, b_.offset(from, vector * b_.lanes()), row_stride, column_stride, to(vector), plane,
                    scratch.between, active);
  });
}

void WinogradTiles::prefetch_input(int first_arg, const Place& first, int64_t tiles, Val xi) {
  for (size_t i = 0; i < sources_.size(); ++i) {
    const WinogradSource& source = sources_[i];
    if (source.prefetched) continue;
    const Pixels rows{g_.h.base, source.up_h, th_};
    Val row = b_.max(first.h / source.up_h + rows.first(), b_.i64(0)), column = first.w / source.up_w;
    Val at =
        element_address(b_, b_.arg(first_arg + static_cast<int>(i)), source.strides, {first.n, b_.i64(0), row, column});
    at = b_.offset(at, source.offset);
    Val pixels = b_.min(b_.i64(tiles * w_.m / source.up_w), b_.i64(source.w) - column);
    prefetch_part(at, source.strides, rows.distinct(), pixels, xi);
  }
}

void WinogradTiles::prefetch_output(Val dst, const Place& first, int64_t tiles, Val xi) {
  if (g_.dst[1] != 1) return;  // one of several planes
  const int64_t columns = sub_.count() > 1 ? sub_.columns : g_.w.out;
  Val row = first.h * sub_.h - sub_.crop_h, column = first.w * sub_.w - sub_.crop_w;
  if (sub_.crop_w > 0) column = b_.max(column, b_.i64(0));
  Val pixels = b_.min(b_.i64(tiles * w_.m * sub_.w), b_.i64(columns) - column);
  for (int64_t above = 0; above < h_.m * sub_.h; above += th_) {
    Val at = element_address(b_, dst, g_.dst, {first.n, b_.i64(0), row + above, column});
    prefetch_part(at, g_.dst, std::min<int64_t>(h_.m * sub_.h - above, th_), pixels, xi);
  }
}

/// Part xi: row xi / tw, of which one of tw pieces.
void WinogradTiles::prefetch_part(Val first, const std::vector<int64_t>& strides, int64_t rows, Val pixels, Val xi) {
  const int64_t line = 64 / size_of(first.stored);
  Val row = xi / tw_;
  Val elems = b_.select(b_.less(row, b_.i64(rows)), pixels * strides[3], b_.i64(0));
  Val piece = (elems + (tw_ * line - 1)) / (tw_ * line) * line;
  Val begin = (xi % tw_) * piece;
  Val from = b_.offset(first, row * strides[2]);
  b_.loop(begin, b_.min(begin + piece, elems), line, [&](Val i) { b_.prefetch(b_.offset(from, i)); });
}

/// A tile's pixels of a source with zeros around it: patch[row][column][channels].
void WinogradTiles::copy_patch(const WinogradSource& source, Val image, Val row, Val column, int64_t rows,
                               int64_t columns, Val patch) {
  const int64_t vectors = ceil_div(source.channels, b_.lanes()), pixel = vectors * b_.lanes();
  b_.loop(0, rows, 1, [&](Val y) {
    b_.loop(0, columns, 1, [&](Val x) {
      Val to = b_.offset(patch, (y * columns + x) * pixel);
      Val from = b_.offset(image, y * source.strides[2] + x * source.strides[3]);
      auto copy = [&](Val vector, int active) {
        b_.store(b_.load(b_.offset(from, vector * b_.lanes()), 0, active), b_.offset(to, vector * b_.lanes()));
      };
      b_.if_else(
          b_.both(b_.in_range(row + y, source.h), b_.in_range(column + x, source.w)),
          [&] { each_channel_vector(b_, source.channels, b_.i64(0), b_.i64(vectors), copy); },
          [&] { b_.loop(0, vectors, 1, [&](Val v) { b_.store(b_.f32(0), b_.offset(to, v * b_.lanes())); }); });
    });
  });
}

void WinogradTiles::transform_input(const Pixels& rows, const Pixels& columns, Val from, Val row_stride,
                                    Val column_stride, Val to, int64_t plane, Val between, int active) {
  const auto column_of = [&](Val at) {
    std::vector<Val> in;
    for (int y = 0; y < th_; ++y) {
      if (y > 0 && rows.at(y) == rows.at(y - 1)) {
        in.push_back(in.back());
        continue;
      }
      if (y > 0) at = b_.offset(at, row_stride);
      in.push_back(b_.load(at, 0, active));
    }
    return emit_rows_paired(b_, h_.bt, in);
  };
  const auto store_row = [&](const std::vector<Val>& in, Val store_at) {
    const std::vector<Val> out = emit_rows_paired(b_, w_.bt, in);
    for (int x = 0; x < tw_; ++x) b_.store(out[x], store_at, x * plane);
  };
  if (stays_in_registers()) {
    std::vector<std::vector<Val>> half;  // [column][row]
    for (int x = 0; x < tw_; ++x) {
      if (x > 0 && columns.at(x) == columns.at(x - 1)) {
        half.push_back(half.back());
      } else {
        half.push_back(column_of(b_.offset(from, column_stride * columns.at(x))));
      }
    }
    for (int y = 0; y < th_; ++y) {
      std::vector<Val> in;
      for (int x = 0; x < tw_; ++x) in.push_back(half[x][y]);
      store_row(in, b_.offset(to, y * tw_ * plane));
    }
    return;
  }
  b_.loop(0, tw_, 1, [&](Val x) {
    Val source_x = columns.up == 1 ? x : (x + (columns.base - columns.first() * columns.up)) / columns.up;
    const std::vector<Val> out = column_of(b_.offset(from, source_x * column_stride));
    Val store_at = b_.offset(between, x * b_.lanes());
    for (int y = 0; y < th_; ++y) b_.store(out[y], store_at, y * tw_ * b_.lanes());
  });
  b_.loop(0, th_, 1, [&](Val y) {
    std::vector<Val> in;
    Val row = b_.offset(between, y * (tw_ * b_.lanes()));
    for (int x = 0; x < tw_; ++x) in.push_back(b_.load(row, x * b_.lanes()));
    store_row(in, b_.offset(to, y * (tw_ * plane)));
  });
}

void WinogradTiles::output(const Products& products, const Place& place, const Destination& to, Val between) {
  each_channel_vector(b_, g_.oc, products.first, products.end, [&](Val vector, int active) {
    Val from = b_.offset(products.from, (vector - products.first) * b_.lanes());
    Val bias = load(to.sums, b_.offset(to.bias, vector * b_.lanes()), 0);
    Val rows = b_.min(b_.i64(h_.m), b_.i64(g_.h.out) - place.h);
    const OutputRows output{place, vector, bias, to, active};
    if (stays_in_registers()) {
      std::vector<std::vector<Val>> half;  // [column][row]
      for (int x = 0; x < tw_; ++x)
        half.push_back(output_column(to.sums, b_.offset(from, x * products.plane), products.plane));
      for (int i = 0; i < h_.m; ++i) {
        std::vector<Val> in;
        for (int x = 0; x < tw_; ++x) in.push_back(half[x][i]);
        b_.if_then(b_.less(b_.i64(i), rows), [&] { output_row(output, b_.i64(i), in); });
      }
      return;
    }
    b_.loop(0, tw_, 1, [&](Val x) {
      const std::vector<Val> out = output_column(to.sums, b_.offset(from, x * products.plane), products.plane);
      Val store_at = b_.offset(between, x * b_.lanes());
      for (int i = 0; i < h_.m; ++i) b_.store(out[i], store_at, i * tw_ * b_.lanes());
    });
    b_.loop(b_.i64(0), rows, 1, [&](Val i) {
      std::vector<Val> in;
      Val row = b_.offset(between, i * (tw_ * b_.lanes()));
      for (int x = 0; x < tw_; ++x) in.push_back(load(to.sums, row, x * b_.lanes()));
      output_row(output, i, in);
    });
  });
}

Val WinogradTiles::load(DType sums, Val from, int64_t elem_offset) {
  if (sums == DType::f32) return b_.load(from, elem_offset);
  return b_.load_strided(sums, b_.offset(sums, from, elem_offset), 1);
}

/// A^T applied along a column of M.
std::vector<Val> WinogradTiles::output_column(DType sums, Val from, int64_t plane) {
  std::vector<Val> in;
  for (int y = 0; y < th_; ++y) in.push_back(load(sums, from, y * tw_ * plane));
  return emit_columns_paired(b_, h_.at, in);
}

void WinogradTiles::output_row(const OutputRows& o, Val i, const std::vector<Val>& in) {
  std::vector<Val> out = emit_columns_paired(b_, w_.at, in);
  for (Val& value : out) value = (o.to.scaled_back ? o.to.scaled_back(value) : value) + o.bias;
  if (sub_.count() > 1) return store_sub_pixels(o, i, out);
  const Run run = run_at(o.to, {o.place.n, o.vector * b_.lanes(), o.place.h + i, o.place.w}, o.active);
  const int m = w_.m;
  const int64_t rest = g_.w.out % m;
  if (rest == 0) return store_pixels(run, out);
  // Only the last tile of a row is narrower.
  b_.if_else(
      b_.less(o.place.w, b_.i64(g_.w.out - m + 1)), [&] { store_pixels(run, out); },
      [&] {
        store_pixels(run, {out.begin(), out.begin() + rest});
      });
}

WinogradTiles::Run WinogradTiles::run_at(const Destination& to, const std::vector<Val>& index, int active) {
  Val dst = to.type == DType::f32 ? element_address(b_, to.dst, g_.dst, index)
                                  : element_address(b_, to.type, to.dst, g_.dst, index);
  return {to, dst, to.epilogue.at(b_, index), active};
}

void WinogradTiles::store_pixels(const Run& run, const std::vector<Val>& values, int64_t first) {
  const Destination& to = run.to;
  std::vector<Epilogue::Place> places;
  for (size_t j = 0; j < values.size(); ++j) {
    places.push_back({{0, 0, 0, (first + static_cast<int64_t>(j)) * sub_.w}, run.active});
  }
  const std::vector<Val> results =
      to.epilogue.empty() ? values : to.epilogue.apply_all(b_, values, run.cursor, places, 1);
  for (size_t j = 0; j < values.size(); ++j) {
    const int64_t at = places[j].offsets[3] * g_.dst[3];
    if (to.type != DType::f32) {
      b_.store_strided(to.type, results[j], b_.offset(to.type, run.dst, at), 1, run.active);
    } else if (g_.dst[1] == 1) {
      b_.store(results[j], run.dst, at, run.active);
    } else {
      b_.store_strided(results[j], b_.offset(run.dst, at), g_.dst[1], run.active);
    }
  }
}

void WinogradTiles::store_sub_pixels(const OutputRows& o, Val i, const std::vector<Val>& values) {
  const int lanes = b_.lanes();
  const int64_t shared = sub_.shared(lanes), vectors = sub_.vectors(lanes);
  const int partial = static_cast<int>(sub_.channels % lanes);
  if (shared == 1) {
    Val sub_pixel = o.vector / vectors, channel = (o.vector % vectors) * lanes;
    const auto store = [&](int active) { store_sub_pixel(o, i, sub_pixel, channel, active, values); };
    if (vectors == 1 || partial == 0) return store(partial == 0 ? -1 : partial);
    b_.if_else(
        b_.less(channel, b_.i64(sub_.channels - partial)), [&] { store(-1); }, [&] { store(partial); });
    return;
  }
  for (int64_t part = 0; part < shared; ++part) {
    std::vector<int> from;  // its channels' lanes first; those beyond are not stored
    for (int lane = 0; lane < lanes; ++lane) from.push_back(static_cast<int>((part * sub_.channels + lane) % lanes));
    std::vector<Val> own;
    for (Val value : values) own.push_back(part == 0 ? value : b_.shuffle(value, {}, from));
    Val sub_pixel = o.vector * shared + part;
    const auto store = [&] { store_sub_pixel(o, i, sub_pixel, b_.i64(0), static_cast<int>(sub_.channels), own); };
    if (sub_.count() % shared == 0) {
      store();
    } else {
      b_.if_then(b_.less(sub_pixel, b_.i64(sub_.count())), store);
    }
  }
}

void WinogradTiles::store_sub_pixel(const OutputRows& o, Val i, Val sub_pixel, Val channel, int active,
                                    const std::vector<Val>& values) {
  Val row = (o.place.h + i) * sub_.h + sub_pixel / sub_.w - sub_.crop_h;
  Val column = o.place.w * sub_.w + sub_pixel % sub_.w - sub_.crop_w;
  b_.if_then(b_.in_range(row, sub_.rows), [&] {
    const Run run = run_at(o.to, {o.place.n, channel, row, column}, active);
    const int64_t last = (w_.m - 1) * sub_.w;
    b_.if_else(
        b_.both(b_.not_less(column, b_.i64(0)), b_.less(column, b_.i64(sub_.columns - last))),
        [&] { store_pixels(run, values); },
        [&] {
          for (int j = 0; j < w_.m; ++j) {
            b_.if_then(b_.in_range(column + j * sub_.w, sub_.columns), [&] { store_pixels(run, {values[j]}, j); });
          }
        });
  });
}

}  // namespace convoy
