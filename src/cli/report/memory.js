// What the arena holds at each step: the buffers that are alive, the oldest at the bottom.

/** For each buffer, where it stands in the pile of each of its steps. */
function pileUp(buffers) {
  const heights = layers.map(() => 0);
  return [...buffers].sort((a, b) => a.first - b.first).map(buffer => {
    const bottoms = [];
    for (let step = buffer.first; step <= buffer.last; ++step) {
      bottoms.push(heights[step]);
      heights[step] += buffer.bytes;
    }
    return {...buffer, bottoms};
  });
}

function outline(buffer, x, y) {
  const along = (step, height) => `${x(step)},${y(height)}L${x(step + 1)},${y(height)}`;
  const tops = buffer.bottoms.map((bottom, i) => along(buffer.first + i, bottom + buffer.bytes));
  const back = buffer.bottoms.map((bottom, i) => {
    const step = buffer.first + i;
    return `${x(step + 1)},${y(bottom)}L${x(step)},${y(bottom)}`;
  });
  return `M${tops.concat(back.reverse()).join('L')}Z`;
}

function memoryLine(plot, y, bytes, text, below) {
  const {left, right} = kPlot;
  const label = {class: 'roof-label', x: right - 4, y: y(bytes) + (below ? 14 : -6), 'text-anchor': 'end'};
  plot.append(svg('path', {class: below ? 'roof dashed' : 'roof', d: `M${left},${y(bytes)}H${right}`}),
              svg('text', label, text));
}

function memoryLines(plot, y) {
  const {arena_bytes: arena, peak_live_bytes: peak} = data.memory;
  if (arena === peak) {
    memoryLine(plot, y, arena, `arena = most that is live at once: ${bytesText(arena)}`, false);
  } else {
    memoryLine(plot, y, arena, `arena ${bytesText(arena)}`, false);
    memoryLine(plot, y, peak, `most that is live at once ${bytesText(peak)}`, true);
  }
}

/** Which buffer the pointer is on, if any. */
function bufferAt(piled, step, bytes) {
  return piled.findIndex(b => {
    const bottom = b.bottoms[step - b.first];
    return bottom !== undefined && bytes >= bottom && bytes < bottom + b.bytes;
  });
}

function followPointer(plot, piled, shapes, y) {
  const {left, right, top, bottom} = kPlot;
  const over = svg('rect', {class: 'over', x: left, y: top, width: right - left, height: bottom - top});
  const stepAt = event => {
    const box = over.getBoundingClientRect();
    const step = Math.floor(layers.length * (event.clientX - box.left) / box.width);
    return Math.min(Math.max(step, 0), layers.length - 1);
  };
  over.addEventListener('mousemove', event => {
    const step = stepAt(event), box = over.getBoundingClientRect();
    const found = bufferAt(piled, step, y.high * (box.bottom - event.clientY) / box.height);
    const live = piled.filter(b => b.first <= step && step <= b.last);
    const lines = [`${bytesText(live.reduce((sum, b) => sum + b.bytes, 0))} live in ${live.length} buffers`];
    if (found >= 0) {
      const {name, bytes, first, last} = piled[found];
      lines.push(`${name}: ${bytesText(bytes)}, from layer ${first + 1} to ${last + 1}`);
    }
    highlight(marks[step].concat(found >= 0 ? [shapes[found]] : []));
    showTip(event, `${step + 1} ${layers[step].name}`, ...lines);
  });
  over.addEventListener('mouseleave', unhighlight);
  over.addEventListener('click', event => showRow(stepAt(event)));
  plot.append(over);
}

function drawMemory() {
  const {left, right, top, bottom} = kPlot;
  if (!data.buffers.length) return byId('memory').append('The network needs no arena.');
  const high = data.memory.arena_bytes * 1.12;
  const x = step => left + (right - left) * step / layers.length;
  const y = Object.assign(bytes => bottom - (bottom - top) * bytes / high, {high});
  const [unit, unitText] = high >= 1e6 ? [1e6, 'MB'] : [1e3, 'kB'];
  const plot = newPlot();
  drawAxes(plot, ticks(1, layers.length, 8).filter(Number.isInteger).map(layer => [x(layer - 0.5), layer]),
           ticks(0, high, 5).map(bytes => [y(bytes), bytes / unit]), 'layer', unitText);
  const piled = pileUp(data.buffers);
  const shapes = piled.map(
      b => svg('path', {class: 'buffer', d: outline(b, x, y), style: `fill: ${colorOf(layers[b.first])}`}));
  plot.append(...shapes);
  layers.forEach((layer, i) => {
    const column = svg('rect', {class: 'step', x: x(i), y: top, width: x(1) - x(0), height: bottom - top});
    marks[i].push(column);
    plot.append(column);
  });
  memoryLines(plot, y);
  followPointer(plot, piled, shapes, y);
  byId('memory').append(plot);
}

drawMemory();
