// Keeps the figures of "Now" fresh while the page is looked at. Without it they are those of the page's own moment.

const strip = document.querySelector("[data-live]");

/** @param {Element} place @param {{text: string, exact: string, url: string}} figure */
function show(place, figure) {
  const element = document.createElement(figure.url ? "a" : "span");
  if (figure.url) element.setAttribute("href", figure.url);
  if (figure.exact) element.title = figure.exact;
  element.textContent = figure.text;
  const shown = place.firstElementChild;
  // A link that somebody has tabbed to stays the same element.
  if (shown?.tagName === element.tagName) {
    shown.textContent = figure.text;
    shown.title = element.title;
    if (figure.url) shown.setAttribute("href", figure.url);
  } else {
    place.replaceChildren(element);
  }
}

async function refresh() {
  if (document.hidden) return;
  try {
    const response = await fetch(strip.dataset.live, { headers: { Accept: "application/json" } });
    if (!response.ok || response.redirected) throw new Error(`status ${response.status}`);
    const { clock, figures } = await response.json();
    for (const [key, figure] of Object.entries(figures)) {
      const place = strip.querySelector(`[data-live-key="${CSS.escape(key)}"]`);
      if (place) show(place, figure);
    }
    strip.querySelector("[data-live-clock]").textContent = clock;
    strip.classList.remove("chatbot-stale");
  } catch {
    strip.classList.add("chatbot-stale"); // the old figures stay, with their time, and look old
  }
}

if (strip) {
  setInterval(refresh, Number(strip.dataset.liveSeconds) * 1000);
  document.addEventListener("visibilitychange", refresh);
}
