// The header, and where the time goes at a glance.
function figure(title, main, ...more) {
  return html('div', {}, html('dt', {}, title), html('dd', {class: 'main'}, main),
              ...more.map(text => html('dd', {class: 'quiet'}, text)));
}

function drawHeader() {
  const {latency_ms: latency, memory, peak_gflops: peak} = data;
  document.title = `${data.model} \u2013 convoy profile`;
  byId('model').append(data.model);
  byId('target').append(`${data.precision}, ${data.target}, ${data.threads} thread${data.threads === 1 ? '' : 's'}`);
  byId('figures').append(
      figure('Latency', msText(latency.median),
             `${msText(latency.p10)} to ${msText(latency.p90)}: 80% of ${latency.runs} runs`,
             `${msText(totalMs)}: sum of the layers`),
      figure('Speed', `${digits(data.gflops)} GFLOP/s`, `${percent(data.gflops, peak)} of the FMA peak`,
             `${digits(data.macs / 1e9)} GMAC a run`),
      figure('FMA peak', `${digits(peak)} GFLOP/s`, 'measured now'),
      figure('Bandwidth', data.bandwidths.map(b => digits(b.gbytes_per_s)).join(' \u00b7 ') + ' GB/s',
             data.bandwidths.map(b => b.level).join(' \u00b7 '), 'read, measured now'),
      figure('Memory', bytesText(memory.arena_bytes + memory.weights_bytes + memory.scratch_bytes),
             `arena ${bytesText(memory.arena_bytes)}, weights ${bytesText(memory.weights_bytes)}`,
             `scratch ${bytesText(memory.scratch_bytes)}`));
}

function drawStrip() {
  layers.forEach((layer, i) => {
    const style = `flex-grow: ${100 * layer.ms / totalMs}; background: ${colorOf(layer)}`;
    byId('strip').append(mark(html('div', {style}), i, true));
  });
  for (const kind of kindsByTime) {
    const item = html('li', {}, html('i', {style: `background: ${kind.color}`}), kind.name,
                      html('span', {}, `${percent(kind.ms, totalMs)} in ${kind.count}`));
    const ofKind = () => layers.flatMap((layer, i) => layer.kind === kind.name ? marks[i] : []);
    item.addEventListener('mouseenter', () => highlight(ofKind()));
    item.addEventListener('mouseleave', unhighlight);
    byId('kinds').append(item);
  }
}

drawHeader();
drawStrip();
