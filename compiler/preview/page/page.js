"use strict";
(() => {
	const all = (css) => [...document.querySelectorAll(css)];
	/* Open all: the messages of what is seen. */
	const button = document.getElementById("open-all");
	const seen = () => all("details.read").filter((d) => d.getClientRects().length);
	if (button) {
		const say = () => { button.textContent = seen().some((d) => !d.open) ? "Open all" : "Close all"; };
		button.hidden = false;
		button.addEventListener("click", () => {
			const open = seen().some((d) => !d.open);
			seen().forEach((d) => { d.open = open; });
			say();
		});
		document.addEventListener("change", say);
		document.addEventListener("toggle", say, true);
		say();
	}
	/* On paper everything that is seen is open. */
	let closed = [];
	addEventListener("beforeprint", () => {
		closed = seen().filter((d) => !d.open);
		closed.forEach((d) => { d.open = true; });
	});
	addEventListener("afterprint", () => closed.forEach((d) => { d.open = false; }));

	/* A page that is watched looks once a second whether it is old, and comes back as it was left. */
	const watch = document.getElementById("watch");
	if (!watch) return;
	const key = "seqc preview " + location.pathname;
	const keep = () => sessionStorage.setItem(key, JSON.stringify({
		y: scrollY,
		checked: all("input:checked").map((i) => i.id),
		open: all("details[open]").map((d) => d.id),
	}));
	try {
		const was = JSON.parse(sessionStorage.getItem(key) || "null");
		sessionStorage.removeItem(key);
		if (was) {
			was.checked.concat(was.open).forEach((id) => {
				const e = document.getElementById(id);
				if (e) e[e.type === "radio" ? "checked" : "open"] = true;
			});
			scrollTo(0, was.y);
		}
	} catch { /* no storage: it begins at the top */ }
	let timer = 0;
	window.seqcPreview = (stamp, ended) => {
		if (stamp !== watch.dataset.stamp) {
			try { keep(); } catch { /* as above */ }
			/* A server may take two builds of one second for the same: another address is another page to it. */
			if (location.protocol === "file:") location.reload();
			else location.replace(location.pathname + "?" + stamp);
		} else if (ended) {
			clearInterval(timer);
			watch.textContent = "No longer kept up to date.";
		}
	};
	let missed = 0;
	timer = setInterval(() => {
		const script = document.createElement("script");
		const done = () => script.remove();
		script.src = watch.dataset.script + "?" + Date.now();
		script.onload = () => { missed = 0; done(); };
		script.onerror = () => { done(); if (++missed > 5) clearInterval(timer); };
		document.head.append(script);
	}, 1000);
})();
