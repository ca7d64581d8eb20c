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
