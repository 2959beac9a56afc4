// SPDX-License-Identifier: GPL-2.0
// Where the bytes of all connections spent their time: a grid of time by latency
// for each stage, the darker the more bytes took so long.
'use strict';

skb.HEAT = {cell: 6, left: 56, bottom: 18, top: 6};

// The least latency of a row, us; the first one has all that is less
skb.heatFrom = (h, row) => row ? 10 ** (row / h.per_decade) : 0;

// [column, row, bytes] of a stage
skb.heatCells = function (s) {
	const cells = [];

	for (let i = 0; i < s.cells.length; i += 3)
		cells.push(s.cells.slice(i, i + 3));
	return cells;
};

// Whole powers of ten around all rows that a stage has
skb.heatRows = function (h, cells) {
	const rows = cells.map((c) => c[1]), d = h.per_decade;

	return [Math.floor(Math.min(...rows) / d) * d,
		Math.ceil((Math.max(...rows) + 1) / d) * d];
};

skb.heatScale = function (ctx, h, rows, height) {
	const k = skb.HEAT, d = h.per_decade;

	ctx.fillStyle = skb.color('quiet');
	ctx.strokeStyle = skb.color('grid');
	ctx.font = '11px system-ui, sans-serif';
	ctx.textAlign = 'right';
	ctx.textBaseline = 'middle';
	for (let row = rows[0]; row <= rows[1]; row += d) {
		const y = k.top + (rows[1] - row) * k.cell;

		ctx.fillText(row ? skb.time(Math.round(skb.heatFrom(h, row))) : '0',
			k.left - 6, y);
		ctx.beginPath();
		ctx.moveTo(k.left, y + 0.5);
		ctx.lineTo(k.left + h.cols * k.cell, y + 0.5);
		ctx.stroke();
	}
	ctx.textBaseline = 'bottom';
	ctx.textAlign = 'left';
	ctx.fillText(skb.time(h.from_us), k.left, height);
	ctx.textAlign = 'right';
	ctx.fillText(skb.time(h.from_us + h.cols * h.step_us),
		Math.max(k.left + h.cols * k.cell, k.left + 130), height);
};

// A root: few bytes are seen beside many
skb.heatPaint = function (canvas, h, s) {
	const k = skb.HEAT, cells = skb.heatCells(s), ctx = canvas.getContext('2d');
	const rows = skb.heatRows(h, cells);
	const most = Math.max(...cells.map((c) => c[2]));

	canvas.width = Math.max(k.left + h.cols * k.cell, k.left + 130) + 2;
	canvas.height = k.top + (rows[1] - rows[0]) * k.cell + k.bottom;
	skb.heatScale(ctx, h, rows, canvas.height);
	ctx.fillStyle = skb.color('link');
	for (const [col, row, n] of cells) {
		ctx.globalAlpha = 0.15 + 0.85 * Math.sqrt(n / most);
		ctx.fillRect(k.left + col * k.cell,
			k.top + (rows[1] - 1 - row) * k.cell, k.cell, k.cell);
	}
	ctx.globalAlpha = 1;
	return rows;
};

// What is below the pointer
skb.heatSays = function (h, s, rows, x, y) {
	const k = skb.HEAT, col = Math.floor((x - k.left) / k.cell);
	const row = rows[1] - 1 - Math.floor((y - k.top) / k.cell);
	const cell = skb.heatCells(s).find((c) => c[0] === col && c[1] === row);
	const us = (r) => skb.time(Math.round(skb.heatFrom(h, r)));

	return cell ? `at ${skb.time(h.from_us + col * h.step_us)}, ${us(row)} to ${
		us(row + 1)}: ${skb.plural(cell[2], 'piece')}` : '';
};

skb.heatFigure = function (h, s) {
	const canvas = skb.el('canvas', {role: 'img', 'aria-label':
		`${s.stage}: ${skb.plural(s.n, 'piece')}, latency over time`});
	const says = skb.el('output');
	const rows = skb.heatPaint(canvas, h, s);

	canvas.addEventListener('mousemove', (e) => {
		// the picture may be narrower than it was drawn
		const f = canvas.width / canvas.clientWidth;

		says.textContent = skb.heatSays(h, s, rows, e.offsetX * f, e.offsetY * f);
	});
	canvas.addEventListener('mouseleave', () => says.replaceChildren());
	return skb.el('figure', {class: 'heat'}, skb.el('figcaption', {},
		skb.el('b', {}, s.stage), skb.el('span', {}, s.way),
		skb.el('span', {}, skb.plural(s.n, 'piece')), says), canvas);
};

skb.showHeat = function () {
	const h = skb.data.heat;

	skb.id('stages').hidden = !h;
	if (h)
		skb.id('heat').replaceChildren(...h.stages.map((s) =>
			skb.heatFigure(h, s)));
};
