// The layers and the choices as tables that are sorted by a click on a column's head.

/** Sorts by a column; again by the same, the other way round. Rows of equal keys keep the order of execution. */
function sortBy(body, rows, heads, column, index) {
  const before = heads[index].getAttribute('aria-sort');
  const largestFirst = column.number && index > 0;  // the first column counts the layers
  const descending = before ? before === 'ascending' : largestFirst;
  for (const head of heads) head.removeAttribute('aria-sort');
  heads[index].setAttribute('aria-sort', descending ? 'descending' : 'ascending');
  const compare = (a, b) => typeof a === 'string' ? a.localeCompare(b) : a - b;
  const sorted = [...rows].sort((a, b) => compare(column.key(a.item), column.key(b.item)) * (descending ? -1 : 1));
  body.append(...sorted.map(row => row.element));
}

/** Columns: title, key(item) to sort by, show(item) (default: the key), number, hint, className. */
function drawTable(table, columns, items, layerOf) {
  const cell = (column, item) => {
    const shown = (column.show || column.key)(item);
    const element = html('td', {class: [column.number ? 'number' : '', column.className || ''].join(' ')}, shown);
    if (typeof shown === 'string') element.title = shown;
    return element;
  };
  const rows = items.map(item => {
    const element = html('tr', {'data-layer': layerOf(item)}, ...columns.map(column => cell(column, item)));
    return {item, element: mark(element, layerOf(item), false)};
  });
  const body = html('tbody', {}, ...rows.map(row => row.element));
  const heads = columns.map(
      ({title, number, hint}) => html('th', {class: number ? 'number' : '', title: hint || ''}, title));
  heads.forEach((head, i) => head.addEventListener('click', () => sortBy(body, rows, heads, columns[i], i)));
  heads[0].setAttribute('aria-sort', 'ascending');
  table.append(html('thead', {}, html('tr', {}, ...heads)), body);
}

function orDash(value, text) {
  return value > 0 ? text : html('span', {class: 'absent'}, '\u2013');
}

function drawLayers() {
  const longest = Math.max(...layers.map(layer => layer.ms));
  const bar = i => html('div', {
    style: `width: ${100 * layers[i].ms / longest}%; background: ${colorOf(layers[i])}`,
  });
  const share = i => 100 * layers[i].gflops / data.peak_gflops;
  drawTable(byId('layers'), [
    {title: '#', key: i => i, show: i => String(i + 1), number: true, className: 'count'},
    {title: 'layer', key: i => layers[i].name},
    {title: 'operator', key: i => operatorText(layers[i])},
    {title: 'output', key: i => layers[i].output},
    {title: 'kernel', key: i => layers[i].kernel},
    {title: '', key: i => layers[i].ms, show: bar, number: true, className: 'bar', hint: 'time'},
    {title: 'ms', key: i => layers[i].ms, show: i => digits(layers[i].ms), number: true},
    {title: '%', key: i => layers[i].ms, show: i => (100 * layers[i].ms / totalMs).toFixed(1), number: true,
     hint: 'of the time of all layers'},
    {title: 'GFLOP/s', key: i => layers[i].gflops, show: i => orDash(layers[i].gflops, digits(layers[i].gflops)),
     number: true},
    {title: '% peak', key: share, show: i => orDash(share(i), share(i).toFixed(0)), number: true,
     hint: 'of the FMA peak'},
    {title: 'MB', key: i => layers[i].bytes, show: i => digits(layers[i].bytes / 1e6), number: true,
     hint: 'read and written'},
  ], layers.map((_, i) => i), i => i);
}

function candidateTime({ms, measured}) {
  return (measured ? '' : '~') + msText(ms);
}

function drawChoices() {
  if (!data.choices.length) return byId('choices').append('No layer has more than one implementation.');
  const ratio = choice => choice.runner_up.ms / choice.pick.ms;
  drawTable(byId('choices'), [
    {title: '#', key: c => c.layer, show: c => String(c.layer + 1), number: true, className: 'count'},
    {title: 'layer', key: c => c.group},
    {title: 'pick', key: c => c.pick.impl},
    {title: 'time', key: c => c.pick.ms, show: c => candidateTime(c.pick), number: true},
    {title: 'runner-up', key: c => c.runner_up.impl},
    {title: 'time', key: c => c.runner_up.ms, show: c => candidateTime(c.runner_up), number: true},
    {title: 'times as long', key: ratio, show: c => `${digits(ratio(c))}\u00d7`, number: true,
     hint: 'the runner-up\u2019s time divided by the pick\u2019s'},
  ], data.choices, c => c.layer);
}

drawLayers();
drawChoices();
