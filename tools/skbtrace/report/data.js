// SPDX-License-Identifier: GPL-2.0
// The data of the page, and how numbers are written. Whatever came from the
// recording reaches the page as text, never as HTML.
'use strict';

const skb = {
	data: JSON.parse(document.getElementById('data').textContent),
};

// An element: el('td', {class: 'n'}, 'text', other element...)
skb.el = function (name, attrs, ...inside) {
	const e = document.createElement(name);

	for (const key in attrs || {})
		if (attrs[key] !== null && attrs[key] !== undefined)
			e.setAttribute(key, attrs[key]);
	e.append(...inside.filter((x) => x !== null && x !== undefined));
	return e;
};

skb.id = (name) => document.getElementById(name);

// Each number is the difference to the one before
skb.sums = function (list) {
	let sum = 0;

	return list.map((x) => (sum += x));
};

skb.seconds = (us) => (us / 1e6).toFixed(6);

// For the eye, as verdicts say it
skb.time = function (us) {
	if (us === null || us === undefined)
		return '-';
	if (us >= 1e6)
		return (us / 1e6).toFixed(2) + ' s';
	if (us >= 1e4)
		return Math.round(us / 1e3) + ' ms';
	return us >= 1000 ? (us / 1e3).toFixed(1) + ' ms' : us + ' µs';
};

skb.ms = (us) => us === null || us === undefined ? '-' :
	(us / 1e3).toFixed(us < 1e4 ? 2 : 1);

skb.bytes = function (n) {
	if (n === null || n === undefined)
		return '-';
	const units = ['B', 'kB', 'MB', 'GB', 'TB'];
	let i = 0;

	for (; Math.abs(n) >= 1000 && i < 4; i++)
		n /= 1000;
	return (i && Math.abs(n) < 10 ? n.toFixed(1) : Math.round(n)) + ' ' +
		units[i];
};

skb.count = (n) => n === null || n === undefined ? '-' :
	n.toLocaleString('en').replaceAll(',', ' ');

skb.plural = (n, what) => `${skb.count(n)} ${what}${n === 1 ? '' : 's'}`;

skb.who = (c) => c.comm ? `${c.comm}[${c.pid}]` : c.pid ? `[${c.pid}]` : '-';

skb.name = (c) => c.row.conn || '-';

// Two recordings may hold connections of one cookie, so the place counts, too
skb.key = (c) => `sk=${c.row.sk}` +
	(skb.data.conns.find((o) => o.row.sk === c.row.sk) === c ? '' :
	 `/${skb.data.conns.indexOf(c)}`);

skb.byKey = (key) => skb.data.conns.find((c) => skb.key(c) === key);

skb.verdict = (c) => c.why.verdicts[0];

skb.trouble = (c) => Boolean(skb.verdict(c) && skb.verdict(c).trouble);

// What can hold a connection back, in the order of the legend
skb.reasons = ['loss', 'cwnd', 'swnd', 'sndbuf', 'nagle', 'peer', 'rtt', 'tsq',
	'pacing', 'handshake', 'tso', 'pushone', 'frag', 'other', 'app'];

skb.color = function (name) {
	return getComputedStyle(document.documentElement)
		.getPropertyValue('--' + name).trim();
};

skb.reasonColor = (word) => skb.color('held-' +
	(skb.reasons.includes(word) ? word : 'other'));

// "loss 75 %" as a swatch and a text
skb.swatch = function (word) {
	const known = skb.reasons.includes(word) ? word : 'other';

	return skb.el('i', {class: 'swatch',
		style: `background:var(--held-${known})`});
};

skb.shares = function (c) {
	const life = c.row.life_us || 1;

	return c.row.held.map((h) => ({word: h.by, us: h.us,
		percent: 100 * h.us / life}));
};

// A bar that is divided as the life of the connection was
skb.shareBar = function (c) {
	const shares = skb.shares(c);
	const text = shares.filter((s) => s.percent >= 0.5)
		.map((s) => `${s.word} ${Math.round(s.percent)}%`).join(', ');
	const bar = skb.el('span', {class: 'bar', role: 'img',
		'aria-label': text || 'not known', title: text || 'not known'});

	for (const s of shares)
		bar.append(skb.el('i', {style: `width:${s.percent}%;background:var(--held-${
			skb.reasons.includes(s.word) ? s.word : 'other'})`}));
	return bar;
};
