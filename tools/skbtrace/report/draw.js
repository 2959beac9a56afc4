// SPDX-License-Identifier: GPL-2.0
// What stands behind and upon the curves: bands, marks, gaps. @g is a dygraph,
// whose x are seconds.
'use strict';

// [from, to, word] of the bands of a connection, in seconds
skb.bands = function (c) {
	const b = c.bands, bands = [];

	if (!b)
		return bands;
	let at = b.from;
	b.us.forEach((us, i) => {
		bands.push([at / 1e6, (at + us) / 1e6, b.words[b.word[i]]]);
		at += us;
	});
	return bands;
};

skb.bandAt = (bands, x) => bands.find((b) => b[0] <= x && x < b[1]);

// Fractions of a pixel mix their colours, so many short ones are told by a tint
skb.drawBands = function (ctx, area, g, bands, strip) {
	const [from, to] = g.xAxisRange(), colors = {};

	for (const [start, end, word] of bands) {
		if (end < from || start > to)
			continue;
		const x = g.toDomXCoord(Math.max(start, from));
		const w = g.toDomXCoord(Math.min(end, to)) - x;

		ctx.fillStyle = colors[word] = colors[word] || skb.reasonColor(word);
		ctx.globalAlpha = word === 'app' ? 0.1 : 0.2;
		ctx.fillRect(x, area.y, w, area.h);
		ctx.globalAlpha = 1;
		if (strip)
			ctx.fillRect(x, area.y, w, strip);
	}
};

// Where events were lost nothing is known
skb.drawGaps = function (ctx, area, g) {
	ctx.strokeStyle = skb.color('gap');
	for (const [, start, end] of skb.data.gaps) {
		const x = g.toDomXCoord(start / 1e6);
		const w = Math.max(2, g.toDomXCoord(end / 1e6) - x);

		ctx.save();
		ctx.beginPath();
		ctx.rect(x, area.y, w, area.h);
		ctx.clip();
		ctx.beginPath();
		for (let d = -area.h; d < w; d += 6) {
			ctx.moveTo(x + d, area.y + area.h);
			ctx.lineTo(x + d + area.h, area.y);
		}
		ctx.stroke();
		ctx.restore();
	}
};

skb.MARK = {t: 0, event: 1, word: 2, way: 3, seq: 4, len: 5, segs: 6, n: 7,
	no: 8, at: 9};

// What it is: a shape in the first chart, or a flag on a line of its own
skb.kindOfMark = function (m) {
	if (m[skb.MARK.seq] === null)
		return 'flag';
	return m[skb.MARK.event] === 'skb_drop' ? 'dropped' : 'resent';
};

skb.markWord = (m) => m[skb.MARK.word] || m[skb.MARK.event];

skb.markColor = (m) => skb.color(m[skb.MARK.event] === 'skb_drop' ? 'dropped' :
	m[skb.MARK.event] === 'tcp_congestion' ? 'congestion' :
	m[skb.MARK.event] === 'tcp_reset' ? 'dropped' : 'flag');

// Dashed lines with a word at their top, if there is room for it
skb.drawFlags = function (ctx, area, g, marks, labelled) {
	let free = -Infinity, last = -Infinity;

	ctx.font = '11px system-ui, sans-serif';
	ctx.textBaseline = 'top';
	ctx.lineWidth = 1;
	for (const m of marks) {
		const x = Math.round(g.toDomXCoord(m[skb.MARK.t] / 1e6)) + 0.5;

		if (x < area.x || x > area.x + area.w || (x === last && x < free))
			continue;
		last = x;
		ctx.strokeStyle = ctx.fillStyle = skb.markColor(m);
		ctx.setLineDash([3, 3]);
		ctx.globalAlpha = labelled ? 0.75 : 0.3;
		ctx.beginPath();
		ctx.moveTo(x, area.y);
		ctx.lineTo(x, area.y + area.h);
		ctx.stroke();
		ctx.setLineDash([]);
		ctx.globalAlpha = 1;
		if (!labelled || x < free)
			continue;
		const word = skb.markWord(m) + (m[skb.MARK.n] > 1 ?
			' ×' + m[skb.MARK.n] : '');
		const w = ctx.measureText(word).width;

		if (x + w + 6 > area.x + area.w)
			continue;
		ctx.fillText(word, x + 3, area.y + 14);
		free = x + w + 8;
	}
};

// Plotters of dygraphs: a cross for what was dropped, a bar for what was resent
skb.plotDropped = function (e) {
	const ctx = e.drawingContext;

	ctx.strokeStyle = e.color;
	ctx.lineWidth = 2;
	for (const p of e.points) {
		if (p.yval === null || Number.isNaN(p.yval))
			continue;
		ctx.beginPath();
		ctx.moveTo(p.canvasx - 4, p.canvasy - 4);
		ctx.lineTo(p.canvasx + 4, p.canvasy + 4);
		ctx.moveTo(p.canvasx - 4, p.canvasy + 4);
		ctx.lineTo(p.canvasx + 4, p.canvasy - 4);
		ctx.stroke();
	}
};

skb.plotResent = function (e) {
	const ctx = e.drawingContext;

	ctx.fillStyle = e.color;
	for (const p of e.points) {
		if (p.yval === null || Number.isNaN(p.yval))
			continue;
		ctx.beginPath();
		ctx.moveTo(p.canvasx, p.canvasy - 5);
		ctx.lineTo(p.canvasx + 4.5, p.canvasy + 4);
		ctx.lineTo(p.canvasx - 4.5, p.canvasy + 4);
		ctx.fill();
	}
};

skb.plotDots = function (e) {
	const ctx = e.drawingContext, size = 2.5;

	ctx.fillStyle = e.color;
	for (const p of e.points)
		if (p.yval !== null && !Number.isNaN(p.yval))
			ctx.fillRect(p.canvasx - size / 2, p.canvasy - size / 2,
				size, size);
};
