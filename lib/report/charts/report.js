// Draws the charts when they come near the viewport, at the available width, and redraws them when it changes.
(() => {
  const json = element => JSON.parse(element.textContent);
  const pageTheme = json(document.getElementById('page-theme'));
  const fileTheme = json(document.getElementById('file-theme'));
  const gap = 22, panel = 215;  // pixels between panels; minimum width of a panel
  const specs = new Map(), views = new Map(), queue = [];

  // The longest label of its legends, in characters.
  const longestLabel = spec => Math.max(...(spec.layer ?? spec.spec.layer).flatMap(({encoding}) =>
    ['color', 'strokeDash', 'shape'].flatMap(of => (encoding[of]?.sort ?? []).map(label => label.length))), 1);

  // The specification for this width: a single panel fills it, small multiples use as many columns as fit.
  function fitted(spec, width) {
    const fit = structuredClone(spec), config = structuredClone(pageTheme);
    config.legend.columns = Math.max(1, Math.floor(width / (50 + 7 * longestLabel(spec))));
    if (width < 500) {
      config.legend.layout = {top: {direction: 'vertical', anchor: 'start', margin: 4}};
      for (const {encoding} of (fit.spec ?? fit).layer)
        if (encoding.strokeDash?.legend?.title === ' ') encoding.strokeDash.legend.title = null;
    }
    if (fit.facet) {
      const axes = 78, fits = Math.max(1, Math.floor((width - axes + gap) / (panel + gap)));
      const rows = Math.ceil(fit.facet.sort.length / Math.min(fits, 4)), count = Math.ceil(fit.facet.sort.length / rows);
      fit.columns = count;
      // Each panel gets its own axis if the last row is far away or not full: Vega draws axes below empty cells too.
      if (fit.facet.sort.length % count || rows > 3) fit.resolve = {...fit.resolve, axis: {x: 'independent'}};
      fit.spec.width = Math.floor((width - axes - (count - 1) * gap) / count);
      fit.spec.height = Math.round(Math.min(260, fit.spec.width * .72));
    } else {
      fit.width = width - 10;
      fit.autosize = {type: 'fit-x', contains: 'padding'};
      if (!fit.layer.some(layer => layer.encoding.y?.type === 'nominal')) fit.height = Math.round(Math.min(fit.height, Math.max(220, width * .62)));
      if (width < 500)
        for (const layer of fit.layer) if (layer.encoding.y?.axis?.labelLimit) layer.encoding.y.axis.labelLimit = width * .38;
    }
    config.axisX.tickCount = Math.min(10, Math.floor((fit.spec ?? fit).width / 65));
    fit.config = config;
    return fit;
  }

  async function draw(figure) {
    const place = figure.querySelector('.chart'), width = place.clientWidth;
    if (!specs.has(figure) || figure.dataset.width == width) return;
    figure.dataset.width = width;
    try {
      views.get(figure)?.finalize();
      const options = {renderer: 'svg', actions: false, tooltip: {theme: 'custom', disableDefaultStyle: true}};
      const result = await vegaEmbed(place, fitted(specs.get(figure), width), options);
      views.set(figure, result);
      figure.dataset.state = 'drawn';
    } catch (error) {
      figure.dataset.state = 'failed';
      place.textContent = 'This chart could not be drawn: ' + error.message;
      console.error(error);
    }
  }

  // The chart as SVG with its current colors.
  async function svgOf(figure) {
    const style = getComputedStyle(document.documentElement);
    return (await views.get(figure).view.toSVG()).replace(/var\((--\w+)\)/g, (_, name) => style.getPropertyValue(name).trim());
  }

  function save(name, blob) {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  async function png(figure) {
    const image = new Image(), canvas = document.createElement('canvas'), scale = 2;
    image.src = URL.createObjectURL(new Blob([await svgOf(figure)], {type: 'image/svg+xml'}));
    await image.decode();
    canvas.width = image.width * scale;
    canvas.height = image.height * scale;
    const context = canvas.getContext('2d');
    context.fillStyle = getComputedStyle(document.body).backgroundColor;
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    URL.revokeObjectURL(image.src);
    return new Promise(done => canvas.toBlob(done));
  }

  const formats = {
    svg: async figure => new Blob([await svgOf(figure)], {type: 'image/svg+xml'}),
    png,
    'vl.json': async figure => new Blob([JSON.stringify({...specs.get(figure), config: fileTheme}, null, 1)]),
  };

  function addButtons(figure) {
    const buttons = document.createElement('span');
    buttons.className = 'save';
    for (const [format, make] of Object.entries(formats)) {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = format;
      button.setAttribute('aria-label', `Save this chart as ${format}`);
      button.addEventListener('click', async () => save(`${figure.id}.${format}`, await make(figure)));
      buttons.append(button);
    }
    figure.querySelector('figcaption').append(' ', buttons);
  }

  // The content of the tooltips as a table, for use without a pointer; without the rows of single runs.
  function addData(figure) {
    const details = document.createElement('details'), table = document.createElement('table');
    details.className = 'data';
    details.append(Object.assign(document.createElement('summary'), {textContent: 'Chart data'}), table);
    details.addEventListener('toggle', () => {
      const rows = views.get(figure).view.data('source_0').filter(row => row.kind !== 'run');
      const names = Object.keys(rows[0] ?? {}).filter(name => name !== 'kind' && rows.some(row => row[name] != null && row[name] !== ''));
      table.createTHead().insertRow().append(...names.map(name => Object.assign(document.createElement('th'), {textContent: name})));
      const body = table.createTBody();
      for (const row of rows) {
        const cells = body.insertRow();
        for (const name of names) cells.insertCell().textContent = row[name];
      }
    }, {once: true});
    figure.append(details);
  }

  const figures = [...document.querySelectorAll('figure')];
  for (const figure of figures) {
    const spec = json(figure.querySelector('script'));
    specs.set(figure, spec);
    if (spec.facet) figure.classList.add('wide');
    addButtons(figure);
    addData(figure);
  }
  for (const charts of document.querySelectorAll('.charts')) {
    const narrow = charts.querySelectorAll('figure:not(.wide)');
    if (narrow.length % 2) narrow[narrow.length - 1].classList.add('wide');  // no empty space beside it
  }

  // Visible charts first, then all others one by one, so that a printout contains them.
  const near = new IntersectionObserver(entries => {
    for (const entry of entries) if (entry.isIntersecting) draw(entry.target);
  }, {rootMargin: '300px'});
  figures.forEach(figure => near.observe(figure));
  async function drawRest() {
    for (const figure of figures) {
      await draw(figure);
      await new Promise(done => setTimeout(done));
    }
    document.documentElement.dataset.charts = 'drawn';
  }
  setTimeout(drawRest, 200);

  let waiting;
  addEventListener('resize', () => {
    clearTimeout(waiting);
    waiting = setTimeout(drawRest, 200);
  });

  document.getElementById('theme').addEventListener('click', () => {
    const root = document.documentElement;
    const dark = getComputedStyle(root).colorScheme === 'dark';
    root.dataset.theme = dark ? 'light' : 'dark';
  });
})();
