// Layers under the machine's limits: a level sends at most its bandwidth times the FLOPs done with each byte.

/** Maps a logarithmic axis to pixels. */
function logScale(low, high, from, to) {
  const scale = value => from + (to - from) * Math.log(value / low) / Math.log(high / low);
  return Object.assign(scale, {low, high});
}

function roofScales(points) {
  const xs = points.map(intensity), ys = points.map(layer => layer.gflops);
  const speeds = data.bandwidths.map(b => b.gbytes_per_s);
  const ridges = speeds.map(speed => data.peak_gflops / speed);
  const yHigh = Math.max(data.peak_gflops, ...ys) * 1.7;
  const xLow = Math.min(...xs.map(x => x / 1.5), ...ridges.map(x => x / 8));
  const xHigh = Math.max(...xs, ...ridges) * 2;
  // Low enough for every point and for the roof of DRAM to be seen.
  const yLow = Math.min(...ys, data.peak_gflops / 16) / 1.5;
  return [logScale(xLow, xHigh, kPlot.left, kPlot.right), logScale(yLow, yHigh, kPlot.bottom, kPlot.top)];
}

/** Powers of ten, and 2 and 5 times them where decades are few. */
function logTicks(scale) {
  const few = Math.log10(scale.high / scale.low) < 2.6;
  const result = [];
  for (let power = Math.floor(Math.log10(scale.low)); power <= Math.log10(scale.high); ++power) {
    for (const factor of few ? [1, 2, 5] : [1]) {
      const value = factor * 10 ** power;
      if (value >= scale.low && value <= scale.high) result.push([scale(value), value]);
    }
  }
  return result;
}

function drawFmaRoof(plot, x, y) {
  const peak = data.peak_gflops;
  const ridge = Math.min(...data.bandwidths.map(b => peak / b.gbytes_per_s));
  plot.append(svg('path', {class: 'roof', d: `M${x(Math.max(ridge, x.low))},${y(peak)}H${x(x.high)}`}),
              svg('text', {class: 'roof-label', x: x(x.high) - 4, y: y(peak) - 6, 'text-anchor': 'end'},
                  `FMA ${digits(peak)} GFLOP/s`));
}

function drawBandwidthRoof(plot, x, y, {level, gbytes_per_s: speed}, index) {
  const peak = data.peak_gflops;
  const from = Math.max(x.low, y.low / speed), to = peak / speed;
  const [x1, y1, x2, y2] = [x(from), y(from * speed), x(to), y(peak)];
  const along = 10 + 84 * (index % 2);  // neighbours may be so near that their labels would overlap
  const angle = Math.atan2(y2 - y1, x2 - x1) * 180 / Math.PI;
  const transform = `translate(${x1},${y1}) rotate(${angle}) translate(${along},-5)`;
  plot.append(svg('path', {class: 'roof', d: `M${x1},${y1}L${x2},${y2}`}),
              svg('text', {class: 'roof-label', transform}, `${level} ${digits(speed)} GB/s`));
}

function drawRoofline() {
  const points = layers.filter(layer => layer.macs && layer.gflops > 0);
  const [x, y] = roofScales(points);
  const plot = newPlot();
  for (const [at] of logTicks(x)) {
    plot.append(svg('path', {class: 'grid', d: `M${at},${kPlot.top}V${kPlot.bottom}`}));
  }
  drawAxes(plot, logTicks(x), logTicks(y), 'FLOP per byte', 'GFLOP/s');
  // Large discs first, so that small ones stay within reach of the pointer.
  for (const layer of points.sort((a, b) => b.ms - a.ms)) {
    const disc = svg('circle', {
      class: 'disc', cx: x(intensity(layer)), cy: y(layer.gflops), r: Math.max(3, 46 * Math.sqrt(layer.ms / totalMs)),
      style: `fill: ${colorOf(layer)}; stroke: ${colorOf(layer)}`,
    });
    plot.append(mark(disc, layers.indexOf(layer), true));
  }
  data.bandwidths.forEach((bandwidth, i) => drawBandwidthRoof(plot, x, y, bandwidth, i));
  drawFmaRoof(plot, x, y);
  byId('roofline').append(plot);
}

drawRoofline();
