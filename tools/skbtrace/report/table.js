// SPDX-License-Identifier: GPL-2.0
// The table of connections, which sorts and filters.
'use strict';

// What a column sorts by, and what it shows. A number sorts downwards first.
skb.columns = [
	{name: 'connection', title: 'local > peer', key: (c) => skb.name(c),
	 cell: (c) => skb.el('a', {href: '#' + skb.key(c)}, skb.name(c))},
	{name: 'sk', title: 'socket cookie', key: (c) => c.row.sk},
	{name: 'program', key: (c) => skb.who(c)},
	{name: 'life', number: true, key: (c) => c.row.life_us,
	 text: (c) => skb.time(c.row.life_us)},
	{name: 'sent', number: true, title: 'payload',
	 key: (c) => c.row.sent_bytes, text: (c) => skb.bytes(c.row.sent_bytes)},
	{name: 'retr', number: true, title: 'segments sent again',
	 key: (c) => c.row.retrans_segs},
	{name: 'drop', number: true, title: 'segments dropped in this machine',
	 key: (c) => c.row.drop_segs},
	{name: 'RTT min', number: true, title: 'ms',
	 key: (c) => c.row.rtt_min_us, text: (c) => skb.ms(c.row.rtt_min_us)},
	{name: 'p50', number: true, title: 'RTT, ms', key: (c) => c.rtt && c.rtt.p50,
	 text: (c) => skb.ms(c.rtt && c.rtt.p50)},
	{name: 'p99', number: true, title: 'RTT, ms', key: (c) => c.rtt && c.rtt.p99,
	 text: (c) => skb.ms(c.rtt && c.rtt.p99)},
	{name: 'held back by', title: 'the share of its life',
	 number: true, left: true, key: (c) => skb.heldBack(c),
	 cell: (c) => skb.heldCell(c)},
	{name: 'verdict', key: (c) => skb.trouble(c) ? skb.verdict(c).name : '',
	 cell: (c) => skb.verdictCell(c)},
];

// All that was not the program's own time
skb.heldBack = (c) => c.row.held.filter((h) => h.by !== 'app' && h.by !== 'rtt')
	.reduce((sum, h) => sum + h.us, 0) / (c.row.life_us || 1);

skb.heldCell = function (c) {
	const most = skb.shares(c)[0];

	return skb.el('span', {class: 'held'}, skb.shareBar(c), ' ',
		most ? `${most.word} ${Math.round(most.percent)}%` : '-');
};

skb.verdictCell = function (c) {
	const v = skb.verdict(c);

	if (skb.trouble(c))
		return skb.el('span', {}, skb.el('b', {class: 'badge'}, v.name),
			v.certainty === 'certain' ? '' : ' ?');
	return skb.el('span', {class: 'quiet'}, c.row.end === 'closed' ? '' :
		c.row.end);
};

skb.sorted = {column: null, down: false};
skb.chosen = null;

skb.compare = function (a, b) {
	const col = skb.sorted.column;

	if (!col)
		return 0;
	let x = col.key(a), y = col.key(b);

	// What is not known comes last, whichever way
	if (x === null || x === undefined || y === null || y === undefined)
		return (x === null || x === undefined) - (y === null || y === undefined);
	const order = col.number ? x - y : x.localeCompare(y, 'en', {numeric: true});

	return skb.sorted.down ? -order : order;
};

skb.wanted = function (c) {
	const text = skb.id('filter-text').value.trim().toLowerCase();
	const hay = [skb.name(c), 'sk=' + c.row.sk, skb.who(c), c.row.end,
		...c.why.verdicts.map((v) => v.name)].join(' ').toLowerCase();

	if (skb.id('filter-trouble').checked && !skb.trouble(c))
		return false;
	return text.split(/\s+/).every((word) => hay.includes(word));
};

skb.row = function (c) {
	const tr = skb.el('tr', {'data-key': skb.key(c),
		class: c === skb.chosen ? 'chosen' : null});

	skb.columns.forEach((col, i) => {
		const text = col.text ? col.text(c) : col.key(c);
		const inside = col.cell ? col.cell(c) :
			text === null || text === undefined ? '-' : String(text);

		tr.append(skb.el(i ? 'td' : 'th', {scope: i ? null : 'row',
			class: col.number && !col.left ? 'n' : null}, inside));
	});
	tr.addEventListener('click', (e) => {
		if (!e.target.closest('a'))
			location.hash = skb.key(c);
	});
	return tr;
};

skb.fillTable = function () {
	const rows = skb.data.conns.filter(skb.wanted).sort(skb.compare);
	const all = skb.data.connections;

	skb.id('conns').tBodies[0].replaceChildren(...rows.map(skb.row));
	skb.id('filter-count').textContent = `${skb.count(rows.length)} of ${
		skb.plural(all, 'connection')}` + (all > skb.data.conns.length ?
		`, of which the ${skb.count(skb.data.conns.length)} worst are in this page` : '');
};

skb.sortBy = function (col) {
	const s = skb.sorted;

	s.down = s.column === col ? !s.down : Boolean(col.number);
	s.column = col;
	for (const th of skb.id('conns').tHead.rows[0].cells)
		if (th.dataset.name === col.name)
			th.setAttribute('aria-sort', s.down ? 'descending' :
				'ascending');
		else
			th.removeAttribute('aria-sort');
	skb.fillTable();
};

skb.showTable = function () {
	const tr = skb.el('tr');

	for (const col of skb.columns) {
		const button = skb.el('button', {type: 'button',
			title: col.title ? `${col.title}: sort by it` : 'sort by it'}, col.name);

		button.addEventListener('click', () => skb.sortBy(col));
		tr.append(skb.el('th', {scope: 'col', 'data-name': col.name,
			class: col.number && !col.left ? 'n' : null}, button));
	}
	skb.id('conns').tHead.append(tr);
	skb.id('filter-text').addEventListener('input', skb.fillTable);
	skb.id('filter-trouble').addEventListener('change', skb.fillTable);
	skb.id('filter').addEventListener('submit', (e) => e.preventDefault());
	skb.fillTable();
};
