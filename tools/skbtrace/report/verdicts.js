// SPDX-License-Identifier: GPL-2.0
// What connections in trouble suffer from, the worst first.
'use strict';

skb.eventNo = function (no) {
	const trace = skb.data.traces.length > 1 ? `${no.trace}/` : '';

	return `${trace}${no.cpu}:${no.seq}`;
};

// "1:84 to 1:383  skb_drop TC_INGRESS at ..., 9 times"
skb.evidence = function (e) {
	const first = skb.eventNo(e.first), most = skb.eventNo(e.most);
	const last = skb.eventNo(e.last);
	let no = first;

	if (most !== first && most !== last)
		no += ', ' + most;
	if (e.count > 1)
		no += (e.count > 2 ? ' to ' : ', ') + last;
	return skb.el('li', {}, skb.el('span', {class: 'no'}, no), ' ' + e.event +
		(e.word ? ' ' + e.word : '') + (e.at ? ' at ' + e.at : '') +
		(e.count > 1 ? `, ${skb.count(e.count)} times` : ''));
};

skb.sure = (v) => skb.el('span', {class: 'sure sure-' +
	v.certainty.replace(' ', '-')}, v.certainty,
	v.because ? ': ' + v.because : '');

skb.verdictBody = function (v) {
	const body = [skb.el('p', {class: 'says'}, v.text)];

	if (v.evidence.length)
		body.push(skb.el('ul', {class: 'evidence'},
			...v.evidence.map(skb.evidence)));
	body.push(skb.el('p', {}, skb.sure(v)));
	if (v.next)
		body.push(skb.el('p', {class: 'next'}, 'next: ',
			skb.el('code', {}, v.next)));
	return body;
};

skb.verdictAlso = (v) => skb.el('details', {}, skb.el('summary', {},
	`also: ${v.percent}% ${v.name}`), ...skb.verdictBody(v));

skb.verdictCard = function (c) {
	const v = skb.verdict(c);
	const share = c.why.life_us && v.us < c.why.life_us ?
		`${v.percent}% of ${skb.time(c.why.life_us)}` :
		skb.time(c.why.life_us);

	return skb.el('article', {class: 'card'},
		skb.el('h3', {}, skb.el('b', {class: 'badge'}, v.name), ' ',
			skb.el('a', {href: '#' + skb.key(c)}, skb.name(c)), ' ',
			skb.el('small', {}, `sk=${c.row.sk}  ${skb.who(c)}`)),
		skb.el('p', {class: 'share'},
			skb.el('progress', {max: 100, value: v.percent,
				'aria-label': 'share of its life'}),
			' ', share),
		...skb.verdictBody(v),
		...c.why.verdicts.slice(1).map(skb.verdictAlso));
};

skb.CARDS = 8;

skb.showVerdicts = function () {
	const d = skb.data, bad = d.conns.filter(skb.trouble);
	const more = d.trouble - bad.length;
	const healthy = d.healthy.map((h) => `${skb.count(h.n)} ${h.text}`);

	skb.id('verdict-count').textContent = !d.connections ?
		'No connection in this recording.' :
		`${skb.count(d.trouble)} of ${skb.plural(d.connections, 'connection')} ${
			d.trouble === 1 ? 'is' : 'are'} in trouble.` +
		(bad.length ? ' A number such as 1:84 names an event: skbtrace parse --seq 1:84 prints it.' : '') +
		(more ? ` ${skb.count(more)} of them are not in this page: --top ${d.trouble}.` : '');
	skb.id('verdicts').append(...bad.slice(0, skb.CARDS).map(skb.verdictCard));
	if (bad.length > skb.CARDS)
		skb.id('verdicts').append(skb.el('details', {id: 'more-verdicts'},
			skb.el('summary', {}, `${bad.length - skb.CARDS} more in trouble`),
			...bad.slice(skb.CARDS).map(skb.verdictCard)));
	if (healthy.length)
		skb.id('healthy').textContent = 'The others: ' + healthy.join(', ') + '.';
};
