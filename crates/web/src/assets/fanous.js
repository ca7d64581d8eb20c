// Comfort only: every page works without this.

// A slash leads to the search, as on many pages people know.
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const find = document.querySelector("[data-find]");
  if (!find) return;
  event.preventDefault();
  find.focus();
  find.select();
});

// Arrow keys walk along a chart, up and down from row to row; the tab key passes a chart by.
for (const chart of document.querySelectorAll("[data-chart]")) {
  const marks = [...chart.querySelectorAll(".mark")];
  const rows = [...chart.querySelectorAll(".row")];
  // The words that a mark shows elsewhere belong to its box, but not to its place.
  const place = (mark) => mark.firstElementChild ?? mark;
  const middle = (mark) => {
    const box = place(mark).getBoundingClientRect();
    return box.left + box.width / 2;
  };
  // One mark of each chart can be reached with the tab key: the one that was visited last.
  const visit = (mark) => {
    for (const other of marks) other.setAttribute("tabindex", other === mark ? "0" : "-1");
  };
  const along = (here, step) => {
    const from = here === -1 ? (step > 0 ? -1 : marks.length) : here;
    return marks[Math.min(marks.length - 1, Math.max(0, from + step))];
  };
  const across = (here, step) => {
    const row = rows.findIndex((row) => row.contains(marks[here]));
    const there = [...(rows[row + step]?.querySelectorAll(".mark") ?? [])];
    const distance = (mark) => Math.abs(middle(mark) - middle(marks[here]));
    return there.sort((one, other) => distance(one) - distance(other))[0] ?? marks[here];
  };
  const next = (key, here) => {
    const right = getComputedStyle(chart).direction === "rtl" ? -1 : 1;
    switch (key) {
      case "ArrowRight": return along(here, right);
      case "ArrowLeft": return along(here, -right);
      case "ArrowDown": return rows.length > 0 && here !== -1 ? across(here, 1) : undefined;
      case "ArrowUp": return rows.length > 0 && here !== -1 ? across(here, -1) : undefined;
      case "Home": return marks[0];
      case "End": return marks[marks.length - 1];
    }
  };
  if (marks.length > 0) visit(marks[0]);
  chart.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const here = marks.findIndex((mark) => mark.contains(document.activeElement));
    const mark = next(event.key, here);
    if (!mark) return;
    event.preventDefault();
    visit(mark);
    mark.focus({ preventScroll: true });
    place(mark).scrollIntoView({ block: "nearest", inline: "nearest" });
  });
  // On a narrow screen the newest months are the ones to see first.
  if (chart.dataset.chart === "newest") chart.scrollLeft = chart.scrollWidth;
}

// The form about customers counts while somebody types, and shows what fits what was chosen. Only
// the newest request is waited for.
for (const form of document.querySelectorAll("[data-builder]")) {
  const pause = 150;
  let timer, counting, refreshing;
  const fields = (step) => {
    const sent = new URLSearchParams(new FormData(form));
    if (step) sent.set("do", step);
    return sent;
  };
  const say = (counted) => {
    const live = form.querySelector("[data-live]");
    live.classList.toggle("fault", counted.error !== null);
    const said = document.createElement("strong");
    said.textContent = counted.said;
    live.replaceChildren(said);
    if (!counted.error && counted.explanation) live.append(" · ", counted.explanation);
  };
  const count = async () => {
    counting?.abort();
    counting = new AbortController();
    try {
      const answer = await fetch(`${form.dataset.builder}?${fields()}`, { signal: counting.signal });
      if (answer.ok) say(await answer.json());
    } catch (error) {
      // A newer question took its place, or nobody answers; the button still works.
      if (error.name !== "AbortError") form.querySelector("[data-live]").replaceChildren();
    }
  };
  const countSoon = () => {
    clearTimeout(timer);
    timer = setTimeout(count, pause);
  };
  // The server knows what fits; its form takes the place of this one, and the focus stays.
  const refresh = async (step, focus) => {
    refreshing?.abort();
    refreshing = new AbortController();
    try {
      const answer = await fetch(`${form.action}?${fields(step)}`, { signal: refreshing.signal });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("[data-builder]");
      if (!fresh) return form.requestSubmit();
      form.replaceChildren(...fresh.childNodes);
      form.querySelector(focus)?.focus();
      count();
    } catch (error) {
      if (error.name !== "AbortError") form.requestSubmit();
    }
  };
  form.addEventListener("input", (event) => {
    if (!event.target.matches("[data-refresh]")) countSoon();
  });
  form.addEventListener("change", (event) => {
    if (event.target.matches("[data-refresh]")) refresh("keep", `#${event.target.id}`);
    else countSoon();
  });
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-step]");
    if (!button) return;
    event.preventDefault();
    clearTimeout(timer);
    const focus = button.value === "add" ? ".rule:last-child select" : "[value=add]";
    refresh(button.value, focus);
  });
}
