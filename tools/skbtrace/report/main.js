// SPDX-License-Identifier: GPL-2.0
// Puts the page together. What is chosen stands behind the # of its address.
'use strict';

skb.showHead = function () {
	const d = skb.data, t = d.traces[0] || {};
	const hosts = [...new Set(d.traces.map((o) => o.host).filter(Boolean))];

	document.title = `skbtrace: ${hosts.join(', ') || 'report'}`;
	skb.id('where').textContent = hosts.join(', ');
	skb.id('version').textContent = d.skbtrace;
	skb.id('facts').textContent = [t.kernel && 'Linux ' + t.kernel,
		t.start && t.start.replace('T', ' ').replace(/\.(\d{3})\d*Z/, '.$1 UTC'),
		skb.time(d.to_us), skb.plural(d.events, 'event'),
		d.lost ? `${skb.count(d.lost)} LOST` : 'none lost',
		skb.plural(d.traces.length, 'recording') + ': ' +
			d.traces.map((o) => o.file).join(', ')]
		.filter(Boolean).join(' · ');
	skb.id('doubts').replaceChildren(...d.doubts.map((x) =>
		skb.el('li', {class: 'doubt'}, x)));
};

skb.choose = function () {
	const key = decodeURIComponent(location.hash.slice(1));
	const asked = skb.byKey(key), c = asked || skb.data.conns[0];

	if (key && !asked && !key.startsWith('sk='))
		return;
	if (!c) {
		skb.id('timeline').hidden = true;
		return;
	}
	skb.showLine(c);
	for (const tr of skb.id('conns').tBodies[0].rows)
		tr.classList.toggle('chosen', tr.dataset.key === skb.key(c));
	if (asked && skb.begun) {
		skb.id('timeline').scrollIntoView();
		skb.id('h-conn').focus({preventScroll: true});
	}
	skb.begun = true;
};

// Curves are drawn in the colours of the moment
skb.redraw = function () {
	if (skb.chosen && skb.chosen.series)
		skb.drawCharts(skb.chosen);
	skb.showHeat();
};

// A browser prints what a canvas showed before, so pictures of it go to paper
skb.onPaper = function () {
	document.documentElement.classList.add('printing');
	skb.redraw();
	for (const canvas of document.querySelectorAll('.chart canvas')) {
		const img = new Image();

		img.src = canvas.toDataURL();
		img.decoding = 'sync';
		img.style.cssText = canvas.style.cssText;
		canvas.replaceWith(img);
	}
};

skb.onScreen = function () {
	document.documentElement.classList.remove('printing');
	skb.redraw();
};

skb.showHead();
skb.showVerdicts();
skb.showTable();
skb.showHeat();
skb.choose();
addEventListener('hashchange', skb.choose);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', skb.redraw);
addEventListener('beforeprint', skb.onPaper);
addEventListener('afterprint', skb.onScreen);
