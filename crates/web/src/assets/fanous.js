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

// Arrow keys walk along a chart; time runs from left to right in every language.
for (const chart of document.querySelectorAll("[data-chart]")) {
  const columns = [...chart.querySelectorAll(".column")];
  chart.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step || columns.length === 0) return;
    event.preventDefault();
    const here = columns.findIndex((column) => column.contains(document.activeElement));
    const from = here === -1 ? (step === 1 ? -1 : columns.length) : here;
    const next = Math.min(columns.length - 1, Math.max(0, from + step));
    columns[next].focus();
  });
  // On a narrow screen the newest months are the ones to see first.
  chart.scrollLeft = chart.scrollWidth;
}
