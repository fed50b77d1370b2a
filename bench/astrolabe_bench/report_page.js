// Draws the history of each series when it comes into view.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
'use strict';
{
  const {runs, series} = JSON.parse(document.getElementById('figures').textContent);
  const list = document.getElementById('history');
  const width = 1000, height = 72;
  const scales = {
    s: [['s', 1], ['ms', 1e3], ['us', 1e6]], ms: [['s', 1e-3], ['ms', 1], ['us', 1e3]],
    ns: [['s', 1e-9], ['ms', 1e-6], ['us', 1e-3], ['ns', 1]], MB: [['GB', 1e-3], ['MB', 1], ['kB', 1e3]],
    'B/s': [['GB/s', 1e-9], ['MB/s', 1e-6], ['B/s', 1]], 'items/s': [['M/s', 1e-6], ['k/s', 1e-3], ['/s', 1]],
  };

  function figure(value, unit) {
    const scale = scales[unit] || [[unit, 1]];
    const [name, factor] = scale.find(([, by]) => Math.abs(value) * by >= 1) || scale[scale.length - 1];
    return `${Number((value * factor).toPrecision(3))} ${name}`;
  }

  function draw(box) {
    const one = series[box.dataset.number];
    const top = Math.max(...one.high) * 1.05 || 1;
    const least = Math.min(...one.low) * 0.95;
    const bottom = least > 0.6 * top ? least : 0;
    const first = one.run[0], span = Math.max(1, one.run[one.run.length - 1] - first);
    const x = (index) => (one.run[index] - first) / span * width;
    const y = (value) => (height - 2) * (1 - (value - bottom) / (top - bottom)) + 1;
    const points = (values) => values.map((value, index) => `${x(index).toFixed(1)},${y(value).toFixed(1)}`);
    const band = [...points(one.high), ...points(one.low).reverse()].join(' ');
    const steps = one.steps.map(([index, word]) =>
      `<line class="step ${word}" x1="${x(index)}" x2="${x(index)}" y1="0" y2="${height}"/>`).join('');
    const middle = one.mid.length > 1 ? `<polyline class="curve" points="${points(one.mid).join(' ')}"/>` :
      `<circle class="c0" cx="0" cy="${y(one.mid[0])}" r="4"/>`;
    box.insertAdjacentHTML('beforeend', `<svg viewBox="0 0 ${width} ${height}" preserveAspectRatio="none">` +
      `<polygon class="band" points="${band}"/>${middle}${steps}</svg>`);
    const said = box.querySelector('span');
    const whole = said.textContent;
    const svg = box.querySelector('svg');
    svg.addEventListener('pointermove', (event) => {
      const place = svg.getBoundingClientRect();
      const at = first + (event.clientX - place.left) / place.width * span;
      let nearest = 0;
      one.run.forEach((run, index) => {
        if (Math.abs(run - at) < Math.abs(one.run[nearest] - at)) nearest = index;
      });
      const [started, commit] = runs[one.run[nearest]];
      said.textContent = `${started.slice(0, 10)} ${commit}: ${figure(one.mid[nearest], one.unit)}`;
    });
    svg.addEventListener('pointerleave', () => { said.textContent = whole; });
  }

  const watcher = new IntersectionObserver((entries) => {
    for (const {isIntersecting, target} of entries) {
      if (isIntersecting) {
        watcher.unobserve(target);
        draw(target);
      }
    }
  }, {rootMargin: '300px'});

  const boxes = series.map((one, number) => {
    const box = document.createElement('div');
    box.className = 'series';
    box.dataset.number = number;
    const head = document.createElement('header');
    const name = document.createElement('b');
    name.textContent = name.title = one.name;
    const last = document.createElement('span');
    last.textContent = `${figure(one.mid[one.mid.length - 1], one.unit)}, ${one.mid.length} runs`;
    head.append(name, last);
    box.append(head);
    return box;
  });
  list.append(...boxes);
  boxes.forEach((box) => watcher.observe(box));
  document.getElementById('filter').addEventListener('input', (event) => {
    const wanted = event.target.value.toLowerCase().split(/\s+/);
    boxes.forEach((box, number) => {
      box.hidden = !wanted.every((part) => series[number].name.toLowerCase().includes(part));
    });
  });
}
