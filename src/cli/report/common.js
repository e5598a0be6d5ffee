// What all parts of the page share: the data, elements, numbers, tooltips and the layer under the pointer. Text from
// the model only ever becomes text nodes.
const data = JSON.parse(document.getElementById('data').textContent);
const layers = data.layers;
const totalMs = layers.reduce((sum, layer) => sum + layer.ms, 0);

function byId(id) {
  return document.getElementById(id);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function html(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);
}

/** Three significant digits without an exponent, as the command line prints them. */
function digits(value) {
  if (value === 0) return '0';
  const magnitude = Math.floor(Math.log10(Math.abs(Number(value.toPrecision(3)))));
  return value.toFixed(Math.min(Math.max(2 - magnitude, 0), 9));
}

function bytesText(bytes) {
  for (const [unit, size] of [['GB', 1e9], ['MB', 1e6], ['kB', 1e3]]) {
    if (bytes >= size) return `${digits(bytes / size)} ${unit}`;
  }
  return `${bytes} B`;
}

function msText(ms) {
  return ms < 0.9995 ? `${digits(ms * 1e3)} \u00b5s` : `${digits(ms)} ms`;
}

function percent(part, whole) {
  return whole > 0 ? `${(100 * part / whole).toFixed(1)}%` : '-';
}

function operatorText(layer) {
  return layer.detail ? `${layer.op} ${layer.detail}` : layer.op;
}

/** FLOP per byte, of layers that compute. */
function intensity(layer) {
  return 2 * layer.macs / layer.bytes;
}

// Kernels of a kind have a colour; those beyond the palette share the last.
const kinds = new Map();
for (const layer of layers) {
  const kind = kinds.get(layer.kind) || {name: layer.kind, ms: 0, count: 0};
  kind.ms += layer.ms;
  ++kind.count;
  kinds.set(layer.kind, kind);
}
const kindsByTime = [...kinds.values()].sort((a, b) => b.ms - a.ms);
kindsByTime.forEach((kind, i) => kind.color = `var(--kind${Math.min(i, 7)})`);

function colorOf(layer) {
  return kinds.get(layer.kind).color;
}

/** Around numbers from `low` to `high`: 1, 2 or 5 times a power of ten apart, about `count` of them. */
function ticks(low, high, count) {
  const raw = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * [1, 2, 5, 10].find(factor => factor * power >= raw);
  const result = [];
  for (let i = Math.ceil(low / step); i * step <= high * (1 + 1e-9); ++i) result.push(i * step);
  return result;
}

/** The frame of both plots, in pixels. */
const kPlot = {width: 640, height: 420, left: 46, right: 628, top: 14, bottom: 380};

function newPlot() {
  return svg('svg', {viewBox: `0 0 ${kPlot.width} ${kPlot.height}`});
}

/** Ticks are pairs of a pixel and a number; those of y have lines. */
function drawAxes(plot, xTicks, yTicks, xTitle, yTitle) {
  const {height, left, right, top, bottom} = kPlot;
  for (const [x, value] of xTicks) {
    plot.append(svg('text', {x, y: bottom + 16, 'text-anchor': 'middle'}, String(+value.toPrecision(3))));
  }
  for (const [y, value] of yTicks) {
    plot.append(svg('path', {class: 'grid', d: `M${left},${y}H${right}`}),
                svg('text', {x: left - 6, y: y + 4, 'text-anchor': 'end'}, String(+value.toPrecision(3))));
  }
  plot.append(svg('text', {x: right, y: height - 6, 'text-anchor': 'end'}, xTitle),
              svg('text', {x: left + 4, y: top + 8}, yTitle));
}

function showTip(event, title, ...lines) {
  const tip = byId('tip');
  tip.replaceChildren(html('b', {}, title), ...lines.map(line => html('div', {}, line)));
  tip.style.display = 'block';
  const right = event.clientX + 16 + tip.offsetWidth < window.innerWidth;
  tip.style.left = `${right ? event.clientX + 16 : Math.max(0, event.clientX - 16 - tip.offsetWidth)}px`;
  tip.style.top = `${Math.max(0, Math.min(event.clientY + 14, window.innerHeight - tip.offsetHeight - 6))}px`;
}

function hideTip() {
  byId('tip').style.display = 'none';
}

function showLayerTip(event, layer, ...more) {
  const lines = [`${operatorText(layer)} \u2192 ${layer.output}`, layer.kernel,
                 `${msText(layer.ms)}, ${percent(layer.ms, totalMs)} of the time`];
  if (layer.macs) {
    lines.push(`${digits(layer.gflops)} GFLOP/s, ${percent(layer.gflops, data.peak_gflops)} of the peak, ` +
               `${digits(intensity(layer))} FLOP/byte`);
  }
  showTip(event, layer.name, ...lines, ...more);
}

// The elements that stand for each layer, anywhere on the page.
const marks = layers.map(() => []);
let highlighted = [];

function highlight(elements) {
  for (const element of highlighted) element.classList.remove('on');
  for (const element of elements) element.classList.add('on');
  highlighted = elements;
}

function unhighlight() {
  highlight([]);
  hideTip();
}

/** An element that highlights its layer under the pointer; a click shows the layer in the table. */
function mark(element, index, withTip) {
  marks[index].push(element);
  element.addEventListener('mousemove', event => {
    highlight(marks[index]);
    if (withTip) showLayerTip(event, layers[index]);
  });
  element.addEventListener('mouseleave', unhighlight);
  if (withTip) element.addEventListener('click', () => showRow(index));
  return element;
}

function showRow(index) {
  byId('layers').tBodies[0].querySelector(`[data-layer="${index}"]`).scrollIntoView({block: 'center'});
}
