// SPDX-License-Identifier: GPL-2.0
// The part of the page that is about one connection.
'use strict';

skb.heldLegend = function (c) {
	const list = skb.el('ul', {class: 'held-legend'});

	for (const s of skb.shares(c).filter((o) => o.us > 0))
		list.append(skb.el('li', {}, skb.swatch(s.word),
			skb.el('b', {}, s.word), ` ${s.percent.toFixed(s.percent < 10 ? 1 : 0)}% `,
			skb.el('small', {}, `${skb.time(s.us)}${skb.data.words[s.word] ?
				': ' + skb.data.words[s.word] : ''}`)));
	return list;
};

skb.percentiles = function (c) {
	const rows = [['RTT samples', c.rtt], ['answers of the peer', c.answer],
		['own pauses', c.think]].filter((r) => r[1]);
	const cols = ['n', 'min', 'p50', 'p90', 'p99', 'max'];

	if (!rows.length)
		return null;
	return skb.el('div', {class: 'wide'}, skb.el('table', {class: 'small'},
		skb.el('caption', {}, 'Percentiles, ms'),
		skb.el('thead', {}, skb.el('tr', {}, skb.el('th', {scope: 'col'}, ''),
			...cols.map((k) => skb.el('th', {scope: 'col', class: 'n'}, k)))),
		skb.el('tbody', {}, ...rows.map(([name, p]) => skb.el('tr', {},
			skb.el('th', {scope: 'row'}, name),
			...cols.map((k) => skb.el('td', {class: 'n'},
				k === 'n' ? skb.count(p.n) : skb.ms(p[k]))))))));
};

// Who reads a picture must know that it is not all
skb.thinned = function (c) {
	const steps = [...Object.values(c.series), c.bands || {}, c.marks]
		.map((s) => s.step_us).filter(Boolean);
	const seen = Object.values(c.series).reduce((n, s) => n + s.seen, 0);
	const drawn = Object.values(c.series).reduce((n, s) => n + s.t.length, 0);

	return steps.length ? skb.el('p', {class: 'note', id: 'thinned'},
		`Thinned: ${skb.count(drawn)} of ${skb.count(seen)} points are drawn; of each ${
			skb.time(Math.max(...steps))} at least the first, the least, the greatest and the last. Shares and percentiles are of all. A shorter time shows more: skbtrace report --since, --until.`) : null;
};

skb.marksTable = function (c, charts) {
	const marks = c.marks.v;
	const body = skb.el('tbody');
	const details = skb.el('details', {id: 'marks'}, skb.el('summary', {},
		`${skb.plural(marks.length, 'mark')}: drops, retransmissions, congestion, states`));

	for (const m of marks) {
		const button = skb.el('button', {type: 'button', title: 'show it in the charts'},
			skb.seconds(m[skb.MARK.t]));

		button.addEventListener('click', () => {
			const at = m[skb.MARK.t] / 1e6, w = (charts.whole[1] - charts.whole[0]) / 20;

			charts.zoom(at - w / 2, at + w / 2);
			charts.point(at);
			charts.readout.scrollIntoView({block: 'start'});
		});
		body.append(skb.el('tr', {}, skb.el('td', {class: 'n'}, button),
			...[m[skb.MARK.no], m[skb.MARK.event], m[skb.MARK.word] || '-',
				m[skb.MARK.seq], m[skb.MARK.len] || '', m[skb.MARK.segs] || '',
				m[skb.MARK.n] > 1 ? '×' + m[skb.MARK.n] : '',
				m[skb.MARK.at] || ''].map((x, i) => skb.el('td',
				{class: [3, 4, 5].includes(i) ? 'n' : null},
				x === null ? '-' : String(x)))));
	}
	details.append(skb.el('div', {class: 'scroll'}, skb.el('table', {class: 'small'},
		skb.el('thead', {}, skb.el('tr', {}, ...['time, s', 'number', 'event', 'word',
			'byte', 'bytes', 'segments', 'alike', 'at'].map((h) =>
			skb.el('th', {scope: 'col'}, h)))), body)));
	return marks.length ? details : null;
};

skb.aboutLine = function (c) {
	const facts = [['socket', 'sk=' + c.row.sk], ['program', skb.who(c)],
		['user', c.uid], ['cgroup', c.cgroup && c.cgroup !== '0' ? c.cgroup : null],
		['congestion control', c.ca], ['life', skb.time(c.row.life_us)],
		['sent', skb.bytes(c.row.sent_bytes)],
		['resent', c.row.retrans_segs === null ? null :
			skb.plural(c.row.retrans_segs, 'segment')],
		['dropped here', c.row.drop_segs === null ? null :
			skb.plural(c.row.drop_segs, 'segment')], ['end', c.row.end]];

	return skb.el('dl', {class: 'about'}, ...facts
		.filter((f) => f[1] !== null && f[1] !== undefined && f[1] !== '-')
		.map((f) => skb.el('div', {}, skb.el('dt', {}, f[0]),
			skb.el('dd', {}, String(f[1])))));
};

skb.drawCharts = function (c) {
	const place = skb.id('charts');

	if (skb.charts)
		skb.charts.close();
	place.replaceChildren();
	skb.charts = new skb.Charts(c, place, skb.id('readout'));
};

skb.showLine = function (c) {
	const parts = [skb.el('h3', {tabindex: -1, id: 'h-conn'}, skb.name(c)),
		skb.aboutLine(c)];
	const verdict = skb.verdict(c);

	skb.chosen = c;
	if (verdict)
		parts.push(skb.el('p', {class: 'says'}, skb.trouble(c) ?
			skb.el('b', {class: 'badge'}, verdict.name) : '', ' ', verdict.text));
	parts.push(skb.el('h4', {}, 'What held it back'), skb.heldLegend(c));
	if (!c.series) {
		parts.push(skb.el('p', {class: 'note'}, 'No timeline: nothing was recorded of it that could be drawn.'));
		skb.id('line').replaceChildren(...parts.filter(Boolean));
		return;
	}
	if (!c.bands)
		parts.push(skb.el('p', {class: 'note'}, 'tcp_sendlimit was not recorded of it, so when that was is not known, and no bands are drawn.'));
	parts.push(skb.percentiles(c), c.answer || c.think ? skb.el('p', {class: 'note'},
		'An answer is from the last byte asked to the first one answered, the path included; a pause of this end from the last byte of the peer to its own next one.') : null,
		skb.thinned(c),
		skb.el('p', {class: 'help noprint'}, 'Drag to zoom, Shift and drag to move, double click shows all; with the keyboard: arrows, + and -, 0. ',
			skb.el('button', {type: 'button', id: 'all'}, 'Show all')),
		skb.el('output', {id: 'readout'}), skb.el('div', {id: 'charts'}));
	skb.id('line').replaceChildren(...parts.filter(Boolean));
	skb.drawCharts(c);
	const marks = skb.marksTable(c, skb.charts);
	if (marks)
		skb.id('line').append(marks);
	skb.id('all').addEventListener('click', () =>
		skb.charts.zoom(...skb.charts.whole));
};
