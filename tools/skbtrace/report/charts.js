// SPDX-License-Identifier: GPL-2.0
// The charts of one connection, one below the other, with one axis of time.
'use strict';

// Curves of a chart: a quantity of the data, its words, and how it is drawn.
// "bounds": the axis is made for these; what is far above them, such as an
// infinite threshold, leaves the chart. "off": not shown until asked for.
skb.panels = [
	{title: 'Sequence, bytes', height: 340, flags: true, format: skb.bytes,
	 curves: [
		{q: 'next', name: 'sent up to', step: true, bounds: true},
		{q: 'acked', name: 'acknowledged', step: true, bounds: true},
		{q: 'edge', name: 'window ends', step: true},
		{q: 'sent', name: 'packets sent', plotter: skb.plotDots, bounds: true},
		{q: 'received', name: 'packets received', plotter: skb.plotDots, bounds: true},
		{marks: 'resent', name: 'sent again', plotter: skb.plotResent, bounds: true},
		{marks: 'dropped', name: 'dropped', plotter: skb.plotDropped, bounds: true},
	]},
	{title: 'Congestion window, segments', height: 200, format: skb.count,
	 curves: [
		{q: 'cwnd', name: 'snd_cwnd', step: true, bounds: true},
		{q: 'ssthresh', name: 'ssthresh', step: true},
		{q: 'inflight', name: 'in flight', step: true, bounds: true},
		{q: 'sacked', name: 'SACKed', step: true},
		{q: 'lost', name: 'taken for lost', step: true},
		{q: 'retrans', name: 'resent, in flight', step: true},
	]},
	{title: 'Round trips, ms', height: 200, scale: 1e-3,
	 format: (v) => !v ? '0' : v.toFixed(v >= 20 ? 1 : v >= 1 ? 2 : 3),
	 curves: [
		{q: 'rtt', name: 'RTT sample', plotter: skb.plotDots, bounds: true},
		{q: 'srtt', name: 'srtt', bounds: true},
		{q: 'rto', name: 'RTO', step: true, off: true},
		{q: 'answer', name: 'answer of the peer', plotter: skb.plotDots, bounds: true},
		{q: 'think', name: 'own pause', plotter: skb.plotDots, off: true},
	]},
	{title: 'Windows and buffers, bytes', height: 200, format: skb.bytes,
	 curves: [
		{q: 'snd_wnd', name: "peer's window", step: true, bounds: true},
		{q: 'unsent', name: 'unsent', step: true, bounds: true},
		{q: 'queued', name: 'send buffer used', step: true, bounds: true},
		{q: 'sndbuf', name: 'its limit', step: true},
		{q: 'rcv_wnd', name: 'own window', step: true, bounds: true},
	]},
];

// Points [seconds, value] of a curve; null if there are none
skb.pointsOf = function (c, curve, scale) {
	if (curve.marks) {
		const marks = c.marks.v.filter((m) => skb.kindOfMark(m) === curve.marks);

		return marks.length ? marks.map((m) => [m[skb.MARK.t] / 1e6,
			m[skb.MARK.seq]]) : null;
	}
	const s = c.series[curve.q];

	if (!s || !s.t.length)
		return null;
	const t = skb.sums(s.t), v = skb.sums(s.v);

	return t.map((at, i) => [at / 1e6, v[i] * scale]);
};

// Rows [x, a, b, ...] as dygraphs wants them, from a list of points per curve
skb.join = function (lists) {
	const rows = [], at = lists.map(() => 0);

	for (;;) {
		let x = Infinity;

		lists.forEach((l, i) => {
			if (at[i] < l.length)
				x = Math.min(x, l[at[i]][0]);
		});
		if (x === Infinity)
			return rows;
		rows.push([x, ...lists.map((l, i) => at[i] < l.length &&
			l[at[i]][0] === x ? l[at[i]++][1] : null)]);
	}
};

// Of the bytes of a long connection only those that were met
skb.bounds = function (panel, curves, shown) {
	let max = 0, min = Infinity;

	curves.forEach((curve, i) => {
		if (!shown[i] || !curve.bounds)
			return;
		for (const p of curve.points) {
			max = Math.max(max, p[1]);
			min = Math.min(min, p[1]);
		}
	});
	if (!max)
		return null;
	return !panel.flags || min < max / 2 ? [0, max * 1.15] :
		[min, max + (max - min + 1) * 0.15];
};

skb.xLabel = function (x, range) {
	const digits = Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(range))));

	return x.toFixed(digits) + ' s';
};

skb.Charts = class {
	constructor(c, place, readout) {
		this.c = c;
		this.readout = readout;
		this.bands = skb.bands(c);
		this.flags = c.marks.v.filter((m) => skb.kindOfMark(m) === 'flag');
		this.whole = [c.from_us / 1e6, Math.max(c.to_us, c.from_us + 1) / 1e6];
		const pad = (this.whole[1] - this.whole[0]) * 0.01;

		this.whole = [this.whole[0] - pad, this.whole[1] + pad];
		this.graphs = [];
		for (const panel of skb.panels)
			this.add(panel, place);
	}

	add(panel, place) {
		const curves = panel.curves.map((curve, i) => ({...curve,
			color: skb.color(curve.marks || 'curve-' + i),
			points: skb.pointsOf(this.c, curve, panel.scale || 1)}))
			.filter((curve) => curve.points);

		if (!curves.length)
			return;
		const shown = curves.map((curve) => !curve.off);
		const legend = skb.el('div', {class: 'legend'});
		const box = skb.el('div', {class: 'chart', tabindex: 0, role: 'img',
			style: `height:${panel.height}px`,
			'aria-label': `${panel.title} over time: ${
				curves.map((curve) => curve.name).join(', ')}. Arrow keys move, plus and minus zoom, 0 shows all.`});

		place.append(skb.el('figure', {}, skb.el('figcaption', {},
			skb.el('b', {}, panel.title), legend), box));
		const g = new Dygraph(box, skb.join(curves.map((curve) => curve.points)),
			this.options(panel, curves, shown));

		g.skb = {values: [], panel, curves};
		curves.forEach((curve, i) => legend.append(
			this.key(g, curve, i, shown)));
		box.addEventListener('keydown', (e) => this.press(e));
		this.graphs.push(g);
	}

	options(panel, curves, shown) {
		const series = {};

		for (const curve of curves)
			series[curve.name] = {color: curve.color,
				stepPlot: Boolean(curve.step),
				strokeWidth: curve.plotter ? 0 : 1.5,
				...(curve.plotter ? {plotter: curve.plotter} : {})};
		return {
			labels: ['time', ...curves.map((curve) => curve.name)],
			series, visibility: shown.slice(), legend: 'never',
			valueRange: skb.bounds(panel, curves, shown),
			dateWindow: this.whole.slice(), connectSeparatedPoints: true,
			axes: {
				x: {axisLabelFormatter: (x) => skb.xLabel(x,
					this.range()[1] - this.range()[0]), pixelsPerLabel: 90,
				    ticker: Dygraph.numericTicks, drawGrid: false},
				y: {axisLabelFormatter: (v) => panel.format(v), axisLabelWidth: 64,
				    pixelsPerLabel: 34},
			},
			axisLineColor: skb.color('line'), gridLineColor: skb.color('grid'),
			highlightCircleSize: 3, animatedZooms: false,
			labelsDiv: skb.el('div'),
			underlayCallback: (ctx, area, g) => this.underlay(ctx, area, g, panel),
			zoomCallback: (from, to) => this.zoom(from, to),
			drawCallback: (g, first) => first || this.follow(g),
			highlightCallback: (e, x) => this.point(x),
			unhighlightCallback: () => this.point(null),
		};
	}

	// A curve's name switches it on and off; its value under the pointer follows
	key(g, curve, i, shown) {
		const box = skb.el('input', {type: 'checkbox'});
		const value = skb.el('output');

		box.checked = shown[i];
		box.addEventListener('change', () => {
			shown[i] = box.checked;
			g.setVisibility(i, box.checked);
			g.updateOptions({valueRange: skb.bounds(g.skb.panel,
				g.skb.curves, shown)});
		});
		g.skb.values.push(value);
		return skb.el('label', {}, box, skb.el('i', {class: 'swatch ' +
			(curve.marks || (curve.plotter ? 'dots' : 'stroke')),
			style: `--c:${curve.color}`}), curve.name, ' ', value);
	}

	underlay(ctx, area, g, panel) {
		ctx.save();
		ctx.beginPath();
		ctx.rect(area.x, area.y, area.w, area.h);
		ctx.clip();
		skb.drawBands(ctx, area, g, this.bands, panel.flags ? 10 : 0);
		skb.drawGaps(ctx, area, g);
		skb.drawFlags(ctx, area, g, this.flags, panel.flags);
		ctx.restore();
	}

	range() {
		return this.graphs.length ? this.graphs[0].xAxisRange() : this.whole;
	}

	// Panning is told by a redraw only
	follow(g) {
		const [from, to] = g.xAxisRange();

		if (!this.busy && this.graphs.some((o) => o.xAxisRange()[0] !== from ||
						   o.xAxisRange()[1] !== to))
			this.zoom(from, to);
	}

	zoom(from, to) {
		const all = this.whole[1] - this.whole[0];
		const width = Math.min(all, Math.max(to - from, 1e-5));

		from = Math.min(Math.max(from, this.whole[0]), this.whole[1] - width);
		if (this.busy)
			return;
		this.busy = true;
		for (const g of this.graphs)
			g.updateOptions({dateWindow: [from, from + width]});
		this.busy = false;
	}

	press(e) {
		const [from, to] = this.range(), w = to - from, mid = (from + to) / 2;
		const keys = {
			ArrowLeft: [from - w / 5, to - w / 5],
			ArrowRight: [from + w / 5, to + w / 5],
			'+': [mid - w / 4, mid + w / 4], '=': [mid - w / 4, mid + w / 4],
			'-': [mid - w, mid + w], '0': this.whole, Home: this.whole,
		};

		if (!keys[e.key] || e.ctrlKey || e.metaKey || e.altKey)
			return;
		e.preventDefault();
		this.zoom(...keys[e.key]);
	}

	// The pointer is at @x seconds, null: at none; all charts say what is there
	point(x) {
		if (this.pointing)
			return;
		this.pointing = true;
		for (const g of this.graphs) {
			const row = x === null ? -1 : skb.nearestRow(g, x);

			if (row < 0)
				g.clearSelection();
			else
				g.setSelection(row);
			g.skb.curves.forEach((curve, i) => {
				g.skb.values[i].textContent = x === null ? '' :
					skb.valueAt(curve, x, g.skb.panel.format);
			});
		}
		this.pointing = false;
		this.readout.textContent = x === null ? '' : this.says(x);
	}

	says(x) {
		const band = skb.bandAt(this.bands, x), [from, to] = this.range();
		const near = (to - from) / 150;
		const marks = this.c.marks.v.filter((m) =>
			Math.abs(m[skb.MARK.t] / 1e6 - x) < near).slice(0, 4);

		return `${x.toFixed(6)} s` + (band ? `  held back by: ${band[2]}` : '') +
			(marks.length ? '  ' + marks.map((m) => `${m[skb.MARK.no]} ${
				m[skb.MARK.event]} ${m[skb.MARK.word] || ''}`).join('; ') : '');
	}

	// On paper, or when the colours have changed
	close() {
		for (const g of this.graphs)
			g.destroy();
	}
};

// The last point of a sorted list that is not behind @x; -1 if there is none
skb.before = function (n, at, x) {
	let low = 0, high = n;

	while (low < high) {
		const mid = (low + high) >> 1;

		if (at(mid) <= x)
			low = mid + 1;
		else
			high = mid;
	}
	return low - 1;
};

skb.nearestRow = (g, x) => skb.before(g.numRows(), (i) => g.getValue(i, 0), x);

skb.valueAt = function (curve, x, format) {
	const i = skb.before(curve.points.length, (k) => curve.points[k][0], x);

	return i < 0 ? '' : format(curve.points[i][1]);
};
